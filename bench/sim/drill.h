/* SPDX-License-Identifier: MIT */
/*
 * The product in this process: plans loaded once and played by the functions that a worker calls
 * per scenario, in a simulated world and on real sockets.
 *
 * drill_open() to drill_close(). Single-threaded.
 */
#ifndef BENCH_SIM_DRILL_H
#define BENCH_SIM_DRILL_H

#include "common/failure.h"
#include "sim/shape.h"

#include "runner.h"
#include "scenario.h"

enum drill_world { DRILL_WORLD_SIM, DRILL_WORLD_KERNEL, DRILL_WORLD_COUNT };

struct drill {
    struct suite suites[SHAPE_COUNT]; /* of one plan each */
    struct plugin *plugin;
    struct world *worlds[DRILL_WORLD_COUNT];
    struct runner *runners[DRILL_WORLD_COUNT];
    struct runner_progress progress;
};

/* Must be closed whatever it returns; `drill` was zeroed. */
int drill_open(struct drill *drill, struct failure *failure);
void drill_close(struct drill *drill);

/* Plays the plan `count` times: its world is reset, it runs, its verdict must be a pass, its result
 * is freed. A new listening port on real sockets, so that no call inherits TIME_WAIT. */
int drill_play(struct drill *drill, enum drill_world world, enum shape shape, unsigned count,
               uint64_t *elapsed_ns, struct failure *failure);

/* The same in the simulated world with each result in wire form, read back and written into one
 * report at `path`, as `sockdrill run` does. */
int drill_report(struct drill *drill, enum shape shape, unsigned count, const char *path,
                 uint64_t *elapsed_ns, struct failure *failure);

#endif
