/* SPDX-License-Identifier: MIT */
/*
 * The face of `sockdrill run`: what a person sees while a suite runs and when it is over.
 *
 * Results may be given in any order; they are shown in scenario order, so that the text does not
 * depend on the number of workers: what came early is held until its turn. On a terminal one line
 * shows the progress and is cleared before anything else is written. Nothing that a scenario, a
 * plugin or a peer supplied reaches the terminal raw: control characters are shown as \xNN.
 * Writes to one descriptor; not thread-safe. The plans are borrowed until terminal_free.
 */
#ifndef DRILL_REPORTS_TERMINAL_H
#define DRILL_REPORTS_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan.h"
#include "report.h"
#include "result.h"

#define TERMINAL_WIDTH_DEFAULT 80
#define TERMINAL_VERBOSITY_MAX 2

struct terminal_options {
    int fd;         /* borrowed */
    bool is_tty;    /* draw the progress line */
    bool color;     /* SGR sequences may be written */
    unsigned width; /* columns; 0: TERMINAL_WIDTH_DEFAULT */
    int verbosity;  /* -1: failures and summary; 0: progress too; 1: a line per scenario; 2: and
                       what happened in it, for which results need their traces */
    const char *replay_arguments; /* borrowed: paths and options that the replay command needs,
                                     quoted for a shell; NULL: none */
    unsigned progress_ms;         /* least real time between two drawings of the progress line */
};

/* Finds out what `fd` is: a terminal, its width, and what NO_COLOR and TERM say. */
void terminal_options_detect(struct terminal_options *options, int fd, int verbosity);

struct terminal;

/* NULL without memory. */
struct terminal *terminal_new(const struct terminal_options *options, struct plan *const *plans,
                              size_t plan_count);
void terminal_free(struct terminal *terminal);

/* A plan was handed to a worker: fits isolate_options.started by a one-line wrapper. */
void terminal_started(struct terminal *terminal, uint32_t plan);

/* A result is complete; borrowed. Each plan once. */
void terminal_finished(struct terminal *terminal, const struct result *result);

/* Clears the progress line and shows what is still held, for whoever must print something else;
 * the progress line comes back with the next event. */
void terminal_flush(struct terminal *terminal);

/*
 * Ends the run: "72 scenarios: 70 passed, 1 failed, 1 skipped  in 0.4 s" and where the report is
 * (`report_path` NULL: there is none). Returns 0, or -errno of the first write that failed since
 * terminal_new, -ENOMEM included.
 */
int terminal_summary(struct terminal *terminal, const struct report_summary *summary,
                     uint64_t real_ns, const char *report_path);

#endif
