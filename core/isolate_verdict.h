/* SPDX-License-Identifier: MIT */
/*
 * Verdicts that only the parent can give: of workers that died, of plans that cannot run, of
 * results that contradict each other or were expected. Nothing here forks, waits or signals.
 */
#ifndef DRILL_CORE_ISOLATE_VERDICT_H
#define DRILL_CORE_ISOLATE_VERDICT_H

#include <stdbool.h>

#include "isolate_slot.h"

/* How a worker ended while it ran a plan. */
struct isolate_end {
    int status;          /* wait(2) */
    bool hung;           /* it was killed because nothing moved */
    uint64_t timeout_ms; /* for so long */
};

/* Why a plan is not run where only these worlds are wanted; NULL: it is. The sentence is static. */
const char *isolate_verdict_skip(const struct plan *plan, enum plan_world worlds);
/* Makes the result of an item whose plan was skipped. 0 or -ENOMEM. */
int isolate_verdict_skipped(struct result *result, uint32_t item, const struct plan *plan);
/* Makes the result of an item that needs more descriptors than there are. 0 or -ENOMEM. */
int isolate_verdict_too_large(struct result *result, uint32_t item, const struct plan *plan);

/* Makes the result of the item that `slot`'s worker ran when it ended. 0 or -ENOMEM. */
int isolate_verdict_of_end(struct result *result, uint32_t item, const struct plan *plan,
                           const struct isolate_slot *slot, const struct isolate_end *end);

/* Makes the result of an item whose worker sent something that is none. 0 or -ENOMEM. */
int isolate_verdict_garbled(struct result *result, uint32_t item, const struct plan *plan);

/* Whether a result that a worker sent fits the item it claims to be of. */
bool isolate_verdict_fits(const struct result *result, uint32_t item, const struct plan *plan);

/* Settles a doubt: `result`, from a fresh worker, stands if `doubt`, from one that had run others,
 * is the `same`; else it becomes an error. Takes what `doubt` owns. 0 or -ENOMEM. */
int isolate_verdict_compare(struct result *result, struct result *doubt, bool *same);

/* Applies the plan's expect_failure. 0 or -ENOMEM. */
int isolate_verdict_expect(struct result *result, const struct plan *plan);

/* Applies the plan's quarantine; `today` as in isolate_options. */
void isolate_verdict_quarantine(struct result *result, const struct plan *plan, const char *today);

#endif
