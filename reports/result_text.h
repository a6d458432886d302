/* SPDX-License-Identifier: MIT */
/*
 * What the terminal says about one result, and about all of them. Thread-safe as far as the
 * `struct backtrace` is one thread's own.
 */
#ifndef DRILL_REPORTS_RESULT_TEXT_H
#define DRILL_REPORTS_RESULT_TEXT_H

#include "backtrace.h"
#include "ink.h"
#include "plan.h"
#include "report.h"
#include "result.h"

/* What `verbosity` (terminal.h) shows of this result: nothing, a line, or the block of a failure
 * with where it happened, the evidence, the backtrace, what the worker wrote and how to replay it.
 * A NULL `backtrace` names no functions. `replay_arguments` as in terminal.h. */
void result_text_add(struct ink *ink, const struct plan *plan, const struct result *result,
                     int verbosity, const char *replay_arguments, struct backtrace *backtrace);

/* "72 scenarios in both worlds: 70 passed, 1 failed, 1 skipped  in 0.4 s" with a newline. */
void result_text_add_summary(struct ink *ink, const struct report_summary *summary,
                             uint64_t real_ns);

#endif
