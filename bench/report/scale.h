/* SPDX-License-Identifier: MIT */
/*
 * What a suite of one size costs the commands that write and read reports. Single-threaded.
 */
#ifndef BENCH_REPORT_SCALE_H
#define BENCH_REPORT_SCALE_H

#include "common/failure.h"
#include "common/process.h"
#include "common/scratch.h"

#include <limits.h>
#include <stdbool.h>

enum scale_task {
    SCALE_RUN,        /* simulated, without a report */
    SCALE_RUN_REPORT, /* simulated */
    SCALE_RUN_BOTH,   /* in both worlds, with a report */
    SCALE_RUN_FAIL,   /* simulated, with a report; every scenario fails, which costs a process */
    SCALE_DIFF_SAME,  /* the report of SCALE_RUN_REPORT with itself */
    SCALE_DIFF_TEXT,  /* with one of the same scenarios in which all bytes are others */
    SCALE_DIFF_JSON,  /* the same as JSON */
    SCALE_RUN_SHARDS, /* SCALE_RUN_REPORT in SCALE_SHARDS parts, one after the other */
    SCALE_MERGE,      /* of those */
    SCALE_TASK_COUNT
};
#define SCALE_SHARDS    4u
#define SCALE_FAIL_PART 10u /* SCALE_RUN_FAIL has that many times fewer scenarios */

struct scale {
    const char *sockdrill;
    bool merges; /* whether it has shards; without them the last two tasks are left out */
    struct scratch scratch;
    char log[PATH_MAX];
};

/* "diff, all changed", ... */
const char *scale_task_name(enum scale_task task);

/* How many scenarios the task has where the others have `count`. */
unsigned scale_count(enum scale_task task, unsigned count);

/* Makes the folder; `sockdrill` is borrowed. */
int scale_open(struct scale *scale, const char *sockdrill, struct failure *failure);
void scale_close(struct scale *scale);

/* Every task on `count` scenarios. */
int scale_measure(const struct scale *scale, unsigned count,
                  struct process_use uses[SCALE_TASK_COUNT], struct failure *failure);

#endif
