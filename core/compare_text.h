/* SPDX-License-Identifier: MIT */
/*
 * How two sides of a difference are put into words: one line each, printable, bounded.
 *
 * Each function returns a string that the caller owns, or NULL without memory. Thread-safe.
 */
#ifndef DRILL_CORE_COMPARE_TEXT_H
#define DRILL_CORE_COMPARE_TEXT_H

#include "plan.h"
#include "result.h"

char *compare_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "1 time", "3 times". */
char *compare_text_times(uint64_t count);

/* "fail at /steps/2 (iteration 41): wrong bytes". */
char *compare_text_outcome(const struct plan *plan, const struct result *result);

/* "/steps/2 (iteration 41)", "no step". */
char *compare_text_place(const struct plan *plan, const struct result_failure *failure);

/* "5 bytes: "HELLO"", an excerpt where the two differ. `offset` is where the heads begin. */
char *compare_text_stream(const struct result_stream *stream, uint64_t offset,
                          const struct result_stream *other, uint64_t other_offset);

/* The same of evidence of any kind. */
char *compare_text_evidence(const struct result_evidence *evidence,
                            const struct result_evidence *other);

/* "3 of 1024, 1 of 5": the sizes of receives from the first that differ. */
char *compare_text_runs(const struct result_session *session, const struct result_session *other);

#endif
