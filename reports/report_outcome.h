/* SPDX-License-Identifier: MIT */
/*
 * What a result of a report means to those who only know that a test passes, fails, breaks or is
 * skipped: JUnit, TAP, and the reader of a summary.
 *
 * Here, and nowhere else in the faces of a report, a verdict is looked at. Pure functions;
 * thread-safe.
 */
#ifndef DRILL_REPORTS_REPORT_OUTCOME_H
#define DRILL_REPORTS_REPORT_OUTCOME_H

#include <stddef.h>

#include "ink.h"
#include "report_read.h"

/* In the order in which a reader wants to see them. */
enum report_outcome {
    REPORT_OUTCOME_FAILED,  /* it came to its end, and something is not as it should be */
    REPORT_OUTCOME_BROKEN,  /* it did not, or nobody can tell */
    REPORT_OUTCOME_KNOWN,   /* it failed as declared, or in quarantine: this does not fail a run */
    REPORT_OUTCOME_SKIPPED, /* it did not run */
    REPORT_OUTCOME_PASSED
};
#define REPORT_OUTCOME_COUNT (REPORT_OUTCOME_PASSED + 1)

struct report_outcome_counts {
    size_t outcomes[REPORT_OUTCOME_COUNT];
    size_t verdicts[VERDICT_COUNT];
    size_t planned; /* at least as many as there are results */
};

enum report_outcome report_outcome_of(const struct report_read_result *result);

/* Why it was skipped or is known to fail, or the issue of its quarantine, as the result says it; ""
 * where it does not. */
const char *report_outcome_note(const struct report_read_result *result);

void report_outcome_count(struct report_outcome_counts *counts, const struct report_read *report);

/* "the run stopped after 3 of 11 scenarios": of a report that is not complete. */
void report_outcome_stopped(struct ink *ink, const struct report_outcome_counts *counts,
                            const struct report_read *report);

#endif
