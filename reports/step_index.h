/* SPDX-License-Identifier: MIT */
/*
 * The steps of a plan by their place in the scenario's file, which is what results speak of.
 *
 * Pure functions; thread-safe. An index borrows the plan.
 */
#ifndef DRILL_REPORTS_STEP_INDEX_H
#define DRILL_REPORTS_STEP_INDEX_H

#include <stdbool.h>

#include "plan.h"
#include "result.h"

/* A step of the file. The copies of a repeat that uses its index differ and share one: it is that
 * of the iteration that failed where the failure lies in this repeat. */
struct step_index {
    const struct plan_step *step; /* NULL: there is none */
    bool first;                   /* of the first iteration, and the others differ */
};

/* All plan->source_count of them by `source`, freed by the caller. `failure` may be NULL. NULL
 * without memory. */
struct step_index *step_index_new(const struct plan *plan, const struct result_failure *failure);

#endif
