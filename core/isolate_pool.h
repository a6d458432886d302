/* SPDX-License-Identifier: MIT */
/*
 * The parent's side of the pool: hands runs to workers, judges those that die, collects results.
 *
 * isolate_run is this with the engine of runners; tests put another engine in its place.
 */
#ifndef DRILL_CORE_ISOLATE_POOL_H
#define DRILL_CORE_ISOLATE_POOL_H

#include "isolate.h"
#include "isolate_worker.h"

/* As isolate_run. */
int isolate_pool_run(struct plan *const *plans, size_t count, const struct isolate_options *options,
                     const struct isolate_engine *engine, struct drill_error *error);

#endif
