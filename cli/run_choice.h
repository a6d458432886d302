/* SPDX-License-Identifier: MIT */
/*
 * Which scenarios of a suite a run is about, and which of them it plays: all, unless results of the
 * others are taken from an older report.
 *
 * Plans are borrowed from the suite. One thread; ends the process when there is no memory.
 */
#ifndef DRILL_CLI_RUN_CHOICE_H
#define DRILL_CLI_RUN_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report.h"
#include "run_settings.h"
#include "scenario.h"

struct run_choice {
    struct plan **plans; /* what the report is about */
    size_t count;
    struct report_shard shard; /* count 0: the run is whole */
    uint32_t *places;          /* what the shard points to */
    struct plan **played;
    uint32_t *played_at; /* where each played plan stands among `plans` */
    size_t played_count;
    size_t matched; /* by filters and tags, whatever the shard */
};

/* By what the settings ask for. To be freed in any case. */
void run_choice_make(struct run_choice *choice, const struct run_settings *settings,
                     const struct suite *suite);
void run_choice_free(struct run_choice *choice);

/* From now on only those plans are played that are not in the list, which has one entry per plan
 * of the choice. */
void run_choice_leave_out(struct run_choice *choice, const bool *left_out);

#endif
