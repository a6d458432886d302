/* SPDX-License-Identifier: MIT */
/*
 * The steps of a result as a report lists them: where each stands, how often it passed and, where
 * there is a failure to explain, what it does.
 *
 * Pure functions; thread-safe.
 */
#ifndef DRILL_REPORTS_REPORT_STEPS_H
#define DRILL_REPORTS_REPORT_STEPS_H

#include <stdbool.h>

#include <jansson.h>

#include "plan.h"
#include "result.h"

/* A new list of every step that passed at least once and the one that failed, in document order;
 * `explained`: with what each does. NULL without memory. */
json_t *report_steps_json(const struct plan *plan, const struct result *result, bool explained);

/* A new list of the iterations of the failure; NULL without memory. */
json_t *report_steps_iteration(const struct result_failure *failure);

#endif
