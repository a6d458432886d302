/* SPDX-License-Identifier: MIT */
/*
 * What a run writes: every file and folder that was asked for, opened before the first scenario,
 * filled result by result, closed however the run ended; and the finished report for those who read
 * it afterwards.
 *
 * One thread.
 */
#ifndef DRILL_CLI_RUN_FILES_H
#define DRILL_CLI_RUN_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "bytes.h"
#include "captures.h"
#include "formats.h"
#include "report.h"
#include "report_read.h"
#include "run_choice.h"
#include "run_settings.h"
#include "timings.h"
#include "traces.h"

struct run_files {
    const struct run_choice *choice; /* borrowed */
    struct report *report;
    struct timings *timings; /* NULL: not asked for, as the two below */
    struct traces *traces;
    struct captures *captures;
    struct formats formats;
    struct bytes document; /* the finished report, where the settings want it; else empty */
    struct bytes times;    /* the finished timings, where a format holds times; else empty */
};

/* What cannot be written is refused here, before the first scenario starts. The report is about all
 * plans of the choice, the other files about those that are played. The choice is borrowed until
 * run_files_close. 0, or -errno with a sentence; then there is nothing to close. */
int run_files_open(struct run_files *files, const struct run_settings *settings, const char *title,
                   const struct run_choice *choice, struct drill_error *error);

/* Puts a result of a plan that was played into every file. 0, or -errno with a sentence: what
 * follows cannot be kept either. */
int run_files_keep(struct run_files *files, const struct result *result, struct drill_error *error);

/* What finished is kept however the run ended. False after saying why when a file failed. */
bool run_files_close(struct run_files *files, bool complete, struct report_summary *summary);

/* Reads the finished report again, complete or not, where the settings want the document; to be
 * called after run_files_close, also when that was false for a file that could not be written. 0,
 * or -errno after saying why; then there is nothing to free. */
int run_files_read(const struct run_files *files, struct report_read *report);

/* Frees the document; a zeroed struct has none. */
void run_files_fini(struct run_files *files);

#endif
