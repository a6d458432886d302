/* SPDX-License-Identifier: MIT */
#include "isolate_worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "isolate_child.h"
#include "plugin_note.h"

#define REQUESTS ISOLATE_CHILD_KEEP_FIRST
#define RESULTS  (ISOLATE_CHILD_KEEP_FIRST + 1)

/* Results of simulated runs wait this long, or for this many bytes, or for one of a run on real
 * sockets, so that one write carries several. The latter cost far more than a write: they are sent
 * at once, lest the next run hangs and an interrupted report lacks what had finished. */
#define BATCH_NS    CLOCK_MS
#define BATCH_BYTES ((size_t)64 << 10)

struct worker {
    const struct isolate_worker *setup;
    void *engine;
    struct bytes out;
    uint64_t flushed_ns;
    long descriptors; /* open before a run, without what the engine holds; -1: not known */
};

/* Sends everything. Without a parent that reads there is nothing left to do. */
static void flush(struct worker *worker)
{
    size_t sent = 0;
    while (sent < worker->out.size) {
        ssize_t written = write(RESULTS, worker->out.data + sent, worker->out.size - sent);
        if (written < 0 && errno != EINTR) {
            isolate_child_leave(EXIT_FAILURE);
        }
        sent += written > 0 ? (size_t)written : 0;
    }
    bytes_clear(&worker->out);
}

/* Begins a frame; its size is filled in by end_frame. Returns where it starts. */
static size_t begin_frame(struct worker *worker, enum isolate_frame_kind kind, uint32_t item)
{
    struct isolate_frame frame = {.kind = (uint32_t)kind, .item = item};
    size_t start = worker->out.size;
    if (bytes_add(&worker->out, &frame, sizeof(frame)) != 0) {
        isolate_child_leave(EXIT_FAILURE);
    }
    return start;
}

static void end_frame(struct worker *worker, size_t start)
{
    uint64_t size = worker->out.size - start - sizeof(struct isolate_frame);
    memcpy(worker->out.data + start + offsetof(struct isolate_frame, size), &size, sizeof(size));
}

/* Tells the parent that the machine failed, and leaves. */
static _Noreturn void give_up(struct worker *worker, uint32_t item, int error, const char *sentence)
{
    size_t start = begin_frame(worker, ISOLATE_MACHINE, item);
    if (bytes_add(&worker->out, &error, sizeof(error)) != 0 ||
        bytes_add(&worker->out, sentence, strlen(sentence)) != 0) {
        isolate_child_leave(EXIT_FAILURE);
    }
    end_frame(worker, start);
    flush(worker);
    isolate_child_leave(EXIT_SUCCESS);
}

static int begin_result(const struct worker *worker, uint32_t item, uint64_t seed,
                        struct result *result)
{
    uint32_t plan = isolate_item_plan(item);
    int status = result_init(result, plan, worker->setup->plans[plan]);
    result->world = isolate_item_world(item);
    result->seed = seed;
    return status;
}

static void queue_result(struct worker *worker, struct result *result)
{
    uint32_t item = isolate_item_of(result);
    size_t start = begin_frame(worker, ISOLATE_RESULT, item);
    int status = result_encode(result, &worker->out);
    if (status == -ENOSPC) {
        /* What is too large to tell is told without the details. */
        uint64_t seed = result->seed;
        result_fini(result);
        status = begin_result(worker, item, seed, result);
        (void)result_decide(result, VERDICT_ERROR, "the result takes more than %zu MiB",
                            ISOLATE_RESULT_BYTES_MAX >> 20);
        status = status == 0 ? result_encode(result, &worker->out) : status;
    }
    if (status != 0) {
        give_up(worker, item, ENOMEM, "out of memory");
    }
    end_frame(worker, start);
}

static long descriptors_now(const struct worker *worker)
{
    long open = isolate_leaks_descriptors();
    return open < 0 ? -1 : open - (long)worker->setup->engine->descriptors_held(worker->engine);
}

/* Children of this process are the plugin's: the harness starts none here. */
static void check_processes(struct result *result)
{
    if (isolate_leaks_processes() && result->verdict == VERDICT_PASS) {
        (void)result_decide(result, VERDICT_LEAK, "the plugin started a process and left it");
    }
}

/* A leak is told only where the run was otherwise good: the first thing that went wrong counts. */
static void check_leaks(struct worker *worker, struct result *result)
{
    long before = worker->descriptors;
    worker->descriptors = descriptors_now(worker);
    if (result->verdict == VERDICT_PASS && before >= 0 && worker->descriptors > before) {
        long more = worker->descriptors - before;
        (void)result_decide(result, VERDICT_LEAK, "the run left %ld descriptor%s open", more,
                            more == 1 ? "" : "s");
    }
    if (result->verdict == VERDICT_PASS && worker->setup->check_leaks && isolate_leaks_found()) {
        (void)result_decide(result, VERDICT_LEAK,
                            "LeakSanitizer found memory that nothing points to");
    }
}

/* What the run printed goes with its result. */
static void take_output(struct result *result)
{
    (void)fflush(stdout);
    if (lseek(STDERR_FILENO, 0, SEEK_CUR) > 0) {
        free(result->trouble.output);
        result->trouble.output = isolate_child_output_read(STDERR_FILENO);
        isolate_child_output_clear(STDERR_FILENO);
    }
}

static void announce(const struct worker *worker, const struct isolate_request *request)
{
    struct isolate_shared *shared = worker->setup->shared;
    ASSERT(!request->trace || worker->setup->trace);
    if (request->trace) {
        trace_store_begin(worker->setup->trace, TRACE_EVENTS_MAX, TRACE_DATA_MAX);
    }
    shared->progress.source = PLAN_NONE;
    shared->progress.iteration_depth = 0;
    shared->progress.callback = PLUGIN_CALLBACK_NONE;
    shared->running = request->item;
    shared->started++;
}

static _Noreturn void give_up_run(struct worker *worker, const struct result *result, int status)
{
    char sentence[256];
    snprintf(sentence, sizeof(sentence), "the machine failed: %s", strerror(-status));
    give_up(worker, isolate_item_of(result), -status, sentence);
}

/* Whether the result takes its run's trace along: what passed as it should has nothing to explain.
 */
static bool wants_trace(const struct isolate_request *request, const struct plan *plan,
                        const struct result *result)
{
    bool trouble = result->verdict != VERDICT_PASS || plan->expect_failure;
    return request->trace == ISOLATE_TRACE_ALL ||
           (request->trace == ISOLATE_TRACE_OF_TROUBLE && trouble);
}

static void play(struct worker *worker, const struct isolate_job *job,
                 const struct isolate_request *request, struct result *result)
{
    const struct isolate_engine *engine = worker->setup->engine;
    const struct plan *plan = job->plan;
    struct drill_error error = {0};
    int prepared = engine->prepare(worker->engine, plan, &error);
    if (prepared < 0) {
        /* The details name the plugin's path, which no report may depend on. */
        (void)result_decide(result, VERDICT_ERROR, "the plugin \"%s\" could not be loaded",
                            plan->server.plugin);
        result->trouble.output = strdup(error.sentence);
        return;
    }
    if (prepared > 0) {
        /* What a plugin opens while it is loaded is not the scenario's leak: who is the first to
         * load it would depend on chance. */
        worker->descriptors = descriptors_now(worker);
    }
    int status = engine->run(worker->engine, job, result);
    if (status == 0) {
        check_processes(result);
        check_leaks(worker, result);
    }
    if (status == 0 && wants_trace(request, plan, result)) {
        status =
            trace_take(job->trace, TRACE_EVENTS_MAX, TRACE_DATA_MAX, isolate_item_trace(result));
    }
    if (status != 0) {
        give_up_run(worker, result, status);
    }
}

/* Returns whether the worker is still good for another item. */
static bool run_one(struct worker *worker, const struct isolate_request *request)
{
    struct result result;
    announce(worker, request);
    if (begin_result(worker, request->item, request->seed, &result) != 0) {
        give_up(worker, request->item, ENOMEM, "out of memory");
    }
    struct isolate_job job = {
        .plan = worker->setup->plans[result.plan],
        .world = result.world,
        .seed = request->seed,
        .trace = request->trace ? worker->setup->trace : NULL,
    };
    uint64_t start_ns = clock_real_ns();
    play(worker, &job, request, &result);
    uint64_t end_ns = clock_real_ns();
    result.real_ns = end_ns - start_ns;
    take_output(&result);
    queue_result(worker, &result);
    bool good = result.verdict == VERDICT_PASS && !request->last;
    result_fini(&result);
    if (job.world == PLAN_KERNEL || end_ns - worker->flushed_ns >= BATCH_NS ||
        worker->out.size >= BATCH_BYTES) {
        flush(worker);
        worker->flushed_ns = end_ns;
    }
    return good;
}

/* As many requests as there are, at least one; 0 when the parent wants no more. */
static size_t take_requests(struct isolate_request *requests, size_t count)
{
    ssize_t got;
    do {
        got = read(REQUESTS, requests, count * sizeof(*requests));
    } while (got < 0 && errno == EINTR);
    /* Requests are written whole and in less than PIPE_BUF. */
    ASSERT(got <= 0 || (size_t)got % sizeof(*requests) == 0);
    return got > 0 ? (size_t)got / sizeof(*requests) : 0;
}

static void open_engine(struct worker *worker, const void *base)
{
    struct drill_error error = {0};
    int status = isolate_crash_watch(&worker->setup->shared->crash, base);
    if (status != 0) {
        give_up(worker, ISOLATE_ITEM_NONE, -status, "a worker could not begin: out of memory");
    }
    errno = ENOMEM;
    worker->engine = worker->setup->engine->open(&worker->setup->shared->progress, &error);
    if (!worker->engine) {
        give_up(worker, ISOLATE_ITEM_NONE, errno, error.sentence);
    }
}

_Noreturn void isolate_worker_live(const struct isolate_worker *setup)
{
    struct worker worker = {.setup = setup, .descriptors = -1};
    bytes_init(&worker.out, ISOLATE_RESULT_BYTES_MAX);
    open_engine(&worker, __builtin_return_address(0));
    for (;;) {
        struct isolate_request requests[ISOLATE_LINE_MAX];
        size_t count = take_requests(requests, ISOLATE_LINE_MAX);
        for (size_t i = 0; i < count; i++) {
            if (!run_one(&worker, &requests[i])) {
                count = 0;
            }
        }
        flush(&worker);
        if (count == 0) {
            isolate_child_leave(EXIT_SUCCESS);
        }
    }
}
