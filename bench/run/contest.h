/* SPDX-License-Identifier: MIT */
/*
 * Who takes part in `bench run`, how each is measured, and the figures of all rounds.
 *
 * A contest owns a temporary folder from contest_open() to contest_close(). Single-threaded.
 */
#ifndef BENCH_RUN_CONTEST_H
#define BENCH_RUN_CONTEST_H

#include "common/failure.h"
#include "common/spread.h"
#include "cycles/cycles.h"
#include "run/suite.h"

#include <limits.h>
#include <stdbool.h>

/* In the order of a round and of the table. */
enum entrant {
    ENTRANT_REPEAT,   /* sockdrill run, one scenario, the cycles inside a `repeat` */
    ENTRANT_FILES,    /* sockdrill run, one scenario file per cycle */
    ENTRANT_EPOLL,    /* by hand in C, both sides in one epoll loop */
    ENTRANT_BLOCKING, /* by hand in C, blocking calls */
    ENTRANT_PYTHON,   /* socket and socketserver */
    ENTRANT_COUNT
};

/* Start-up is measured so often for each measurement of sockdrill. */
#define CONTEST_SINGLE_RUNS 3

extern const char *const contest_names[ENTRANT_COUNT];

struct contest {
    unsigned cycles[CYCLE_END_COUNT][ENTRANT_COUNT]; /* set by the caller: per measurement */
    const char *sockdrill_path; /* set by the caller; NULL: the one just built */
    bool has_python;
    char sockdrill[PATH_MAX], python[PATH_MAX], script[PATH_MAX], log[PATH_MAX], report[PATH_MAX];
    struct scratch scratch;
    /* Scenario folders: all cycles of the two sockdrill entrants, and a single cycle. */
    char full[CYCLE_END_COUNT][2][PATH_MAX];
    char single[CYCLE_END_COUNT][PATH_MAX];
    struct spread cycles_per_s[CYCLE_END_COUNT][ENTRANT_COUNT];
    struct spread start_ms; /* sockdrill with a single cycle, process start to exit */
};

/* Finds the programs and writes the scenarios. */
int contest_open(struct contest *contest, struct failure *failure);

/* Deletes the temporary folder, unless a program failed and its output is worth reading. */
void contest_close(struct contest *contest, bool keep);

/* Every entrant once, with each kind of end. */
int contest_round(struct contest *contest, struct failure *failure);

#endif
