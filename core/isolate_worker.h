/* SPDX-License-Identifier: MIT */
/*
 * The child's side of the pool: takes items from a pipe, runs them, sends results back.
 *
 * Both sides share this header. Requests and results keep their order. Results are sent in batches;
 * what a worker had not sent when it died is run again, and only the item that it names as running
 * is to blame. A worker leaves by itself after a result other than pass, so that nothing is run in
 * a process that may be spoilt. Both worlds are played in one worker, with the same loaded plugin.
 */
#ifndef DRILL_CORE_ISOLATE_WORKER_H
#define DRILL_CORE_ISOLATE_WORKER_H

#include <stdbool.h>

#include "check.h"
#include "isolate.h"
#include "isolate_crash.h"
#include "isolate_item.h"
#include "plan.h"
#include "result.h"
#include "runner.h"
#include "trace.h"

#define ISOLATE_RESULT_BYTES_MAX ((size_t)256 << 20)
#define ISOLATE_LINE_MAX         64 /* items handed to a worker ahead of time */

/* Memory that parent and worker share. The worker may scribble over it: the parent checks. */
struct isolate_shared {
    struct runner_progress progress;
    volatile uint64_t started; /* items begun in this worker's life */
    volatile uint32_t running; /* the one begun last */
    struct isolate_crash crash;
};

/* What the parent writes. */
struct isolate_request {
    uint64_t seed;
    uint32_t item;
    uint16_t
        trace; /* enum isolate_trace: of this run; not NONE only where there is memory for one */
    uint16_t last; /* 1: leave after this */
};

enum isolate_frame_kind {
    ISOLATE_RESULT = 0x52455355, /* `size` bytes of result_encode follow */
    ISOLATE_MACHINE              /* no result: an errno (an int) and a sentence follow */
};

/* What the worker writes in front of each result. */
struct isolate_frame {
    uint32_t kind;
    uint32_t item; /* ISOLATE_ITEM_NONE: the worker could not begin */
    uint64_t size;
};

/* What an engine is asked to play. */
struct isolate_job {
    const struct plan *plan;
    enum plan_world world; /* one of them */
    uint64_t seed;
    struct trace_store *trace; /* empty, to record into; NULL: nothing is recorded */
};

/*
 * What a worker does with a plan: an implementation plays it in some world. Called in the worker
 * only, on one thread. Every call may fill the error's sentence.
 */
struct isolate_engine {
    /* Once. NULL with a sentence when the machine refuses. */
    void *(*open)(struct runner_progress *progress, struct drill_error *error);
    /* Makes what `plan` needs that outlives a run (its plugin). 0 when it was there already, 1 when
     * it is new, or -errno with a sentence: the plan cannot run. */
    int (*prepare)(void *engine, const struct plan *plan, struct drill_error *error);
    /* As runner_run; after a `prepare` that succeeded. */
    int (*run)(void *engine, const struct isolate_job *job, struct result *result);
    /* Descriptors that the engine keeps open on purpose just now. */
    size_t (*descriptors_held)(const void *engine);
};

/* Plays plans with a runner for each world: isolate_engine.c. */
extern const struct isolate_engine isolate_engine_runner;

struct isolate_worker {
    struct plan *const *plans;
    const struct isolate_engine *engine;
    struct isolate_shared *shared;
    struct trace_store *trace; /* shared as well: outlives a crash; NULL: nothing is traced */
    bool check_leaks;          /* ask LeakSanitizer, which works here */
};

/* The life of a worker, in a child whose kept descriptors are the requests to read and the results
 * to write, in this order. */
_Noreturn void isolate_worker_live(const struct isolate_worker *setup);

/* isolate_leaks.c */

/* Whether LeakSanitizer is part of this program, can do its work here (not below a debugger, nor
 * where ptrace is forbidden) and finds nothing yet. Tries it in a child process. */
bool isolate_leaks_checkable(void);
/* Whether something was allocated in this process that nothing points to. */
bool isolate_leaks_found(void);

/* How many descriptors this process has open, or -1 where the system does not tell. */
long isolate_leaks_descriptors(void);
/* Whether this process has children, running or ended; they are ended and forgotten. */
bool isolate_leaks_processes(void);

#endif
