/* SPDX-License-Identifier: MIT */
/*
 * Who takes part in `bench sim`, how each is measured, and the figures of all rounds.
 *
 * A contest owns its drill and a temporary folder from contest_open() to contest_close().
 * Single-threaded.
 */
#ifndef BENCH_SIM_CONTEST_H
#define BENCH_SIM_CONTEST_H

#include "common/failure.h"
#include "common/spread.h"
#include "cycles/cycles.h"
#include "sim/drill.h"

#include <limits.h>

/* In the order of a round and of the table. */
enum entrant {
    ENTRANT_SIM,      /* the plan in the simulated world, verdict checked */
    ENTRANT_REPORT,   /* the same, each result written into a report */
    ENTRANT_KERNEL,   /* the same plan by the same runner on real sockets */
    ENTRANT_EPOLL,    /* the cycle by hand in C, both sides in one epoll loop: hello only */
    ENTRANT_BLOCKING, /* by hand in C, blocking calls: hello only */
    ENTRANT_COUNT
};

extern const char *const contest_names[ENTRANT_COUNT];

struct contest {
    unsigned counts[ENTRANT_COUNT]; /* set by the caller: scenarios per measurement */
    struct drill drill;
    char folder[PATH_MAX / 2];
    char report[PATH_MAX];
    struct spread per_s[SHAPE_COUNT][ENTRANT_COUNT]; /* scenarios per second of CPU time */
    struct spread hung_ms; /* SHAPE_HUNG, simulated: real time of one scenario */
};

int contest_open(struct contest *contest, struct failure *failure);
void contest_close(struct contest *contest);

/* Whether this entrant plays this shape. */
bool contest_has(enum shape shape, enum entrant entrant);

/* Every entrant once, with each shape that it plays. */
int contest_round(struct contest *contest, struct failure *failure);

#endif
