/* SPDX-License-Identifier: MIT */
/*
 * Every plan several times, each time in a fresh worker: what is not the same each time is `flaky`.
 *
 * Where all runs of a plan agree, its one result is that of any of them. Where they differ, a good
 * one is no excuse: the result is `flaky`, says how often what came, and shows the first run that
 * was not good. A reused worker would not do here: what a plugin keeps in it would be taken for
 * chance. Nothing of a plan is kept but that run and a hash. One pool per process, as isolate.h.
 */
#ifndef DRILL_CORE_ISOLATE_REPEAT_H
#define DRILL_CORE_ISOLATE_REPEAT_H

#include "isolate.h"
#include "isolate_worker.h"

/* As isolate_run with `options->repeat` of 2 or more, at most ISOLATE_RUNS_MAX runs in all; each
 * plan is delivered once, when the last of its runs is over. */
int isolate_repeat_run(struct plan *const *plans, size_t count,
                       const struct isolate_options *options, const struct isolate_engine *engine,
                       struct drill_error *error);

#endif
