/* SPDX-License-Identifier: MIT */
/*
 * Processes: runs plans in workers, so that a plugin which crashes, hangs, leaks or exits costs one
 * verdict and not the suite. The only place that forks and waits.
 *
 * Workers are forked after the plans are loaded and share them by copy-on-write; each takes plan
 * numbers from a pipe and sends results back. They are reused until one dies or has a result other
 * than pass. Such a result from a worker that had run others before is run again in a fresh one; if
 * the two differ the verdict is `error`, "keeps state between scenarios". A worker whose progress
 * stands still for `timeout_ms` of real time is asked for its backtrace and then killed: `hang`. A
 * plan whose `expect_failure` or `quarantine` is set is judged by it here. A plan that runs in both
 * worlds gets one result: what both agree on, or `diverged` with the first difference, for which
 * the two runs are made again with traces. One pool per process, used by one thread.
 */
#ifndef DRILL_CORE_ISOLATE_H
#define DRILL_CORE_ISOLATE_H

#include <stdbool.h>

#include "bytes.h"
#include "check.h"
#include "plan.h"
#include "result.h"

#define ISOLATE_TIMEOUT_MS_DEFAULT 20000
#define ISOLATE_WORKERS_MAX        256
#define ISOLATE_REPEAT_MAX         1000
#define ISOLATE_RUNS_MAX           ((size_t)10000000) /* of all plans together, when repeated */

/* Which results carry traces of their runs. Two worlds that diverged always were recorded. */
enum isolate_trace {
    ISOLATE_TRACE_NONE,
    ISOLATE_TRACE_OF_TROUBLE, /* those that did not pass, or should not have: of the simulated run
                               */
    ISOLATE_TRACE_ALL
};

struct isolate_options {
    unsigned workers;       /* 1 or more */
    uint64_t timeout_ms;    /* without progress; 0: ISOLATE_TIMEOUT_MS_DEFAULT */
    uint64_t seed;          /* 0: each plan's own */
    enum plan_world worlds; /* PLAN_BOTH: each plan that allows it runs simulated first and then on
                               real sockets, and has one result */
    uint32_t repeat;        /* each plan runs so often, see isolate_repeat.h; 0 or 1: once */
    bool fresh;             /* a worker of its own for every run */
    const char *today;      /* date.h: what quarantines are compared with; NULL: all hold */
    enum isolate_trace trace;
    /* Called in the parent as each result is complete, in the order of finishing; borrowed. Not 0
     * stops the run. */
    int (*finished)(void *owner, const struct result *result);
    /* Called in the parent when a plan is the next that a worker will answer, more than once for a
     * plan that is run again; may be NULL. */
    void (*started)(void *owner, uint32_t plan);
    void *owner;
    const volatile int
        *stop; /* set by a signal handler: no new plans, workers are ended; may be NULL */
};

/*
 * Runs `plans[i]` for every i below `count`. 0 when each has a result; -EINTR when `stop` was set
 * or `finished` asked to stop; otherwise -errno with a sentence when the machine failed (no
 * processes, no descriptors, no memory).
 */
int isolate_run(struct plan *const *plans, size_t count, const struct isolate_options *options,
                struct drill_error *error);

/*
 * Runs `work(argument, out)` in a child process and collects what it added to `out`. 0 and the
 * child's return value in `*returned`; -ECHILD when the child crashed, exited or did not return in
 * time; -errno otherwise. The sentence lacks its subject, which the caller knows: "crashed with
 * SIGSEGV", "did not return within 5000 ms".
 */
int isolate_call(int (*work)(void *argument, struct bytes *out), void *argument,
                 uint64_t timeout_ms, struct bytes *out, int *returned, struct drill_error *error);

#endif
