/* SPDX-License-Identifier: MIT */
/*
 * run --baseline FILE: a run is judged by what got worse since the report FILE, and not by what had
 * failed there, too.
 *
 * FILE is read before the first scenario, and of its results those count that the run was asked
 * for: what is gone from the suite was removed, what a filter left out was not. One thread.
 */
#ifndef DRILL_CLI_RUN_BASELINE_H
#define DRILL_CLI_RUN_BASELINE_H

#include "report_file.h"
#include "report_read.h"
#include "run_choice.h"
#include "run_settings.h"
#include "scenario.h"

struct run_baseline {
    struct report_read report; /* no root: there is nothing to compare with */
    struct report_file *file;  /* what is renewed; NULL: nothing is */
};

/* Reads FILE where the settings name one; one that is to be made may be missing. An exit code;
 * whatever it is, the struct is to be freed. */
int run_baseline_open(struct run_baseline *baseline, const struct run_settings *settings,
                      const struct suite *suite, const struct run_choice *choice);

/* Prints what changed to the finished report of the run, which was complete, and puts that in
 * FILE's place where the settings ask for it. An exit code: COMMAND_FAILED where something got
 * worse and FILE was left as it is. */
int run_baseline_judge(struct run_baseline *baseline, const struct run_settings *settings,
                       const struct bytes *document, const struct report_read *now);

/* A baseline that was not renewed until now stays as it is. */
void run_baseline_fini(struct run_baseline *baseline);

#endif
