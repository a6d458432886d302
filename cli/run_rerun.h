/* SPDX-License-Identifier: MIT */
/*
 * run --rerun OLD: results that an older report has, and that a run would give again, are taken
 * from it; the others are played.
 *
 * A result is taken when it passed (or failed as declared) and its scenario, the plugin's version,
 * the worlds and the seed are the same, and so are the version and the kind of build of sockdrill.
 * The old report is read as a whole before anything is written, so that it may be the one that is
 * replaced. One thread.
 */
#ifndef DRILL_CLI_RUN_RERUN_H
#define DRILL_CLI_RUN_RERUN_H

#include "report.h"
#include "report_read.h"
#include "run_choice.h"
#include "run_settings.h"

struct run_rerun {
    struct report_read old;
    const struct report_read_result **taken; /* per plan of the choice; NULL: it is played */
    bool other;                              /* nothing of the old report can be taken */
};

/* Reads the old report where the settings name one, and leaves out of the choice what is taken from
 * it. An exit code; whatever it is, the struct is to be freed. */
int run_rerun_open(struct run_rerun *rerun, const struct run_settings *settings,
                   struct run_choice *choice);

/* Adds the results that were taken. 0, or -errno with a sentence. */
int run_rerun_add(const struct run_rerun *rerun, const struct run_choice *choice,
                  struct report *report, struct drill_error *error);

void run_rerun_fini(struct run_rerun *rerun);

#endif
