/* SPDX-License-Identifier: MIT */
/*
 * Plays one plan against one plugin in one world and fills a result.
 *
 * The server loop and the clients share the world and a standing run clock; after every step the
 * loop turns until the run is settled (settle.h). The runner neither forks nor prints. A plugin
 * that crashes takes the process with it: see isolate.h. One thread.
 */
#ifndef DRILL_CORE_RUNNER_H
#define DRILL_CORE_RUNNER_H

#include "plan.h"
#include "plugin_host.h"
#include "result.h"
#include "trace.h"
#include "world.h"

#define RUNNER_PROGRESS_STEPS_MAX 4096 /* steps of a file whose counts outlive a crash */

/* Where the run is, in memory that outlives a crash of the process: shared with the parent. */
struct runner_progress {
    volatile uint64_t beats;  /* grows with every step: a watchdog sees that the run is alive */
    volatile uint32_t source; /* the step that runs now, an index into plan->sources */
    volatile uint32_t iteration_depth;
    volatile uint64_t iteration[PLAN_REPEAT_DEPTH_MAX];
    volatile uint64_t step_runs[RUNNER_PROGRESS_STEPS_MAX]; /* by source: how often it passed */
    volatile uint32_t callback; /* enum plugin_callback: which runs now, if anybody notes it */
};

struct runner;

/* A runner keeps what is worth reusing between runs: listeners, pools, client buffers. NULL without
 * memory. */
struct runner *runner_new(struct world *world, struct runner_progress *progress);
void runner_free(struct runner *runner);

/* Records the runs from now on into `store` (borrowed, with room for TRACE_EVENTS_MAX and
 * TRACE_DATA_MAX), emptied before each; NULL: records nothing. */
void runner_trace(struct runner *runner, struct trace_store *store);

/* Closes what the runner keeps open for reuse, so that its world can be reset. */
void runner_release(struct runner *runner);

/*
 * Plays `plan` with its `seed` overridden by `seed`. `result` was initialised by result_init and
 * gets the verdict pass, fail, error or leak (expect_failure is not applied here). A fault of the
 * plan that never fired fails a run that would pass. Returns 0, or -errno when the machine failed
 * and there is no result: out of memory or of sockets.
 *
 * A plan with `explore` is a fuzzer's. Its peers do what they do and nothing is expected of them: a
 * step that is disappointed counts as passed and the next one follows, expectations take what is
 * there and do not wait (`wait` does), and captures that came to nothing are zeros. What the plugin
 * and the harness do wrong fails it like any other: result->failure.oracle is never ORACLE_STORY.
 * Nobody reads its result but for verdict and failure: clients, sessions and faults are not told,
 * the first two only counted as omitted. Played again in a simulated world, with a result that
 * result_reset prepared, it allocates nothing, unless it fails or has captures or `together`.
 */
int runner_run(struct runner *runner, const struct plan *plan, const struct plugin *plugin,
               uint64_t seed, struct result *result);

/* Sockets that the runner keeps open between runs for reuse. */
size_t runner_descriptors_held(const struct runner *runner);

#endif
