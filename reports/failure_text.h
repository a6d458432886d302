/* SPDX-License-Identifier: MIT */
/*
 * What a result of a report tells of its failure, for every face that explains one.
 *
 * Words of more than `bytes_max` bytes are cut. Pure functions; thread-safe.
 */
#ifndef DRILL_REPORTS_FAILURE_TEXT_H
#define DRILL_REPORTS_FAILURE_TEXT_H

#include "ink.h"
#include "report_read.h"

/* What went wrong, as the result says it; other people's words. Never NULL. */
const char *failure_text_sentence(const struct report_read_result *result);

/* The step and iteration at which it happened, as "/steps/3 (iteration 4)"; nothing of a failure
 * at none. */
void failure_text_place(struct ink *ink, const struct report_read_result *result, size_t bytes_max);

/* Title, place, what was expected beside what came, what differed between the worlds, its
 * quarantine, and how to run it again: lines indented by four columns. */
void failure_text_add(struct ink *ink, const struct report_read_result *result, size_t bytes_max);

#endif
