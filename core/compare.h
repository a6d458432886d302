/* SPDX-License-Identifier: MIT */
/*
 * Whether two runs of one plan told the same story, one simulated and one on real sockets.
 *
 * Compared are the verdicts, the failure, how often each step passed, what each client and each
 * session saw, and how often faults fired. What one of the two does not know is not compared. Two
 * crashes are the same when signal or exit status and step are, two hangs when the step is. Pure
 * functions; thread-safe.
 */
#ifndef DRILL_CORE_COMPARE_H
#define DRILL_CORE_COMPARE_H

#include "plan.h"
#include "result.h"

/* Fills `what`, `sim` and `kernel` of the divergence, which was empty, with the first difference,
 * the most important first; leaves it empty when there is none. 0 or -ENOMEM; then it is empty. */
int compare_results(const struct plan *plan, const struct result *sim, const struct result *kernel,
                    struct result_divergence *divergence);

/* Makes unknown in `result` what is unknown in `other`, a run of the same plan. */
void compare_narrow(struct result *result, const struct result *other);

#endif
