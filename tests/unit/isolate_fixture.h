/* SPDX-License-Identifier: MIT */
/*
 * Workers with an engine of our own in the runner's place, which does what a plan's id says: in the
 * simulated world what stands before a '|', on real sockets what stands after it.
 *
 * Included by tests of the pool; each defines `tests` with TEST and ends with RUN_TESTS.
 */
#ifndef DRILL_TESTS_ISOLATE_FIXTURE_H
#define DRILL_TESTS_ISOLATE_FIXTURE_H

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "isolate.h"
#include "isolate_child.h"
#include "isolate_pool.h"
#include "isolate_repeat.h"
#include "isolate_worker.h"
#include "misbehave.h"

#define PLANS_MAX       1000
#define HANG_TIMEOUT_MS 400

/* Shared with every process that a test starts. */
struct notes {
    volatile pid_t worker;
    volatile uint64_t runs, said;
    volatile int hung;           /* somebody hangs now */
    volatile uint32_t order[64]; /* items, in the order of running */
    volatile pid_t workers[64];  /* and who ran them */
};
static struct notes *notes;

struct engine {
    struct runner_progress *progress;
    bool prepared;
    unsigned runs;
    size_t held;
};

static void *engine_open(struct runner_progress *progress, struct drill_error *error)
{
    (void)error;
    static struct engine engine;
    engine.progress = progress;
    return &engine;
}

static int engine_prepare(void *owner, const struct plan *plan, struct drill_error *error)
{
    struct engine *engine = owner;
    if (strcmp(plan->id, "unloadable") == 0) {
        drill_error_set(error, "'/somewhere/unloadable.so' is not an ELF file");
        return -ENOEXEC;
    }
    bool first = !engine->prepared;
    engine->prepared = true;
    return first;
}

static size_t engine_held(const void *owner)
{
    return ((const struct engine *)owner)->held;
}

static int fail_with(struct result *result, const char *sentence)
{
    int status = result_decide(result, VERDICT_FAIL, "%s", sentence);
    result->failure.source = 1;
    result_evidence_bytes(&result->failure.actual, "HELLO", 5, 0);
    return status;
}

static int check_surroundings(struct result *result)
{
    char byte;
    struct sigaction pipe;
    sigaction(SIGPIPE, NULL, &pipe);
    if (getpgrp() != getpid()) {
        return fail_with(result, "not its own process group");
    }
    if (read(STDIN_FILENO, &byte, 1) != 0) {
        return fail_with(result, "standard input is not empty");
    }
    if (pipe.sa_handler != SIG_IGN) {
        return fail_with(result, "SIGPIPE is not ignored");
    }
    /* The standard three, requests, results. */
    int next = dup(STDIN_FILENO);
    close(next);
    return next == 5 ? 0 : fail_with(result, "descriptors of the parent are open");
}

/* One client that received so much. */
static int say(struct result *result, const char *text)
{
    struct result_evidence evidence;
    result_evidence_bytes(&evidence, text, strlen(text), 0);
    result->clients = calloc(1, sizeof(*result->clients));
    assert_non_null(result->clients);
    result->client_count = 1;
    result->clients[0].name = strdup("bob");
    result->clients[0].received = evidence.stream;
    return 0;
}

/* A record of one receive. */
static void record(struct trace_store *store, const char *text)
{
    struct trace_event *event = trace_store_events(store);
    *event = (struct trace_event){.kind = WORLD_CALL_RECV,
                                  .socket = 3,
                                  .argument = 1024,
                                  .size = (uint32_t)strlen(text),
                                  .result = (int64_t)strlen(text)};
    memcpy(trace_store_data(store), text, strlen(text));
    store->data_size = strlen(text);
    store->event_count = 1;
}

static int run_quietly(struct engine *engine, const char *id, struct result *result)
{
    if (strncmp(id, "say-", 4) == 0) {
        return say(result, id + 4);
    }
    if (strcmp(id, "hesitate") == 0) {
        return say(result, notes->said++ == 0 ? "er" : "hello");
    }
    if (strcmp(id, "flaky") == 0) {
        return notes->said++ % 3 == 1 ? fail_with(result, "wrong bytes") : say(result, "hello");
    }
    if (strcmp(id, "fail") == 0) {
        return fail_with(result, "wrong bytes");
    }
    if (strcmp(id, "surroundings") == 0) {
        return check_surroundings(result);
    }
    if (strcmp(id, "leak-descriptor") == 0) {
        return dup(STDIN_FILENO) < 0 ? -errno : 0;
    }
    if (strcmp(id, "keep-descriptor") == 0) {
        engine->held++;
        return dup(STDIN_FILENO) < 0 ? -errno : 0;
    }
    if (strcmp(id, "leak-memory") == 0) {
        char *volatile lost = malloc(1234);
        lost[0] = 1;
        lost = NULL;
    } else if (strcmp(id, "print") == 0) {
        printf("to standard output\n");
        fprintf(stderr, "to standard error\n");
    } else if (strcmp(id, "sticky") == 0 && engine->runs > 0) {
        return fail_with(result, "somebody was here before");
    } else if (strcmp(id, "fickle") == 0) {
        return fail_with(result, engine->runs > 0 ? "wrong bytes" : "other wrong bytes");
    } else if (strcmp(id, "machine") == 0) {
        return -ENOMEM;
    } else if (strcmp(id, "machine-later") == 0 && engine->runs > 0) {
        return -EMFILE;
    }
    return 0;
}

/* Does not return, unless the id asks for nothing of the kind. */
static void run_violently(struct engine *engine, const char *id)
{
    if (strcmp(id, "crash-early") == 0) {
        engine->progress->source = 0;
        crash_here(nowhere());
    } else if (strcmp(id, "crash") == 0) {
        engine->progress->source = 2;
        engine->progress->iteration_depth = 1;
        engine->progress->iteration[0] = 41;
        fprintf(stderr, "last words\n");
        crash_here(nowhere());
    } else if (strcmp(id, "call-null") == 0) {
        void (*volatile function)(void) = NULL;
        function();
    } else if (strcmp(id, "abort") == 0) {
        abort();
    } else if (strcmp(id, "crash-if-late") == 0 && engine->runs > 0) {
        crash_here(nowhere());
    } else if (strcmp(id, "exit-3") == 0) {
        exit(3);
    } else if (strcmp(id, "exit-0") == 0) {
        _exit(0);
    } else if (strcmp(id, "killed") == 0) {
        kill(getpid(), SIGKILL);
    } else if (strcmp(id, "hang") == 0) {
        engine->progress->source = 1;
        notes->hung = 1;
        hang_here();
    } else if (strcmp(id, "deaf-hang") == 0) {
        sigset_t all;
        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, NULL);
        hang_here();
    } else if (strcmp(id, "close-all") == 0) {
        close_range(3, ~0U, 0);
        hang_here();
    } else if (strcmp(id, "garble") == 0) {
        char rubbish[64];
        memset(rubbish, 0x5a, sizeof(rubbish));
        _exit(write(ISOLATE_CHILD_KEEP_FIRST + 1, rubbish, sizeof(rubbish)) < 0);
    } else if (strcmp(id, "half") == 0) {
        struct isolate_frame frame = {.kind = ISOLATE_RESULT, .size = 100};
        _exit(write(ISOLATE_CHILD_KEEP_FIRST + 1, &frame, sizeof(frame)) < 0);
    }
}

/* Hangs and records all the time. */
static _Noreturn void babble(struct trace_store *store)
{
    for (;;) {
        store->omitted++;
    }
}

/* What the id asks for in this world. */
static void id_in_world(const char *id, enum plan_world world, char text[64])
{
    const char *bar = strchr(id, '|');
    size_t size = bar ? (size_t)(bar - id) : strlen(id);
    snprintf(text, 64, "%.*s", (int)size, id);
    if (bar && world == PLAN_KERNEL) {
        snprintf(text, 64, "%s", bar + 1);
    }
}

static void note_run(const struct result *result)
{
    notes->worker = getpid();
    if (notes->runs < 64) {
        notes->order[notes->runs] = isolate_item_of(result);
        notes->workers[notes->runs] = getpid();
    }
    notes->runs++;
}

static int engine_run(void *owner, const struct isolate_job *job, struct result *result)
{
    struct engine *engine = owner;
    char id[64];
    assert_int_equal(result->world, job->world);
    assert_int_equal(result->seed, job->seed);
    id_in_world(job->plan->id, job->world, id);
    note_run(result);
    engine->progress->beats++;
    if (job->trace) {
        record(job->trace, id);
    }
    if (job->trace && strcmp(id, "babble") == 0) {
        babble(job->trace);
    }
    run_violently(engine, id);
    result->step_runs[0] = 1;
    int status = run_quietly(engine, id, result);
    engine->runs++;
    return status;
}

static const struct isolate_engine fake = {
    .open = engine_open,
    .prepare = engine_prepare,
    .run = engine_run,
    .descriptors_held = engine_held,
};

/* What two worlds said, "" where a result has NULL. */
struct told {
    enum verdict sim_verdict, kernel_verdict;
    char what[100], sim[300], kernel[300], calls[100], sim_call[100], kernel_call[100];
    size_t sim_trace_bytes, kernel_trace_bytes;
    bool trace_by_chance;
};

/* A suite of plans that are nothing but ids, and what came of them. */
struct drill {
    enum plan_world worlds; /* 0: real sockets */
    uint32_t repeat;        /* 0: once, as the pool does it */
    enum isolate_trace trace;
    struct plan plans[PLANS_MAX];
    struct plan *pointers[PLANS_MAX];
    size_t count;
    unsigned seen[PLANS_MAX];
    enum verdict verdicts[PLANS_MAX];
    char sentences[PLANS_MAX][300];
    struct bytes canonical[PLANS_MAX];
    enum plan_world ran[PLANS_MAX];
    struct result_trouble trouble; /* of the last result but pass: addresses only for reading */
    char output[200];
    struct result_failure failure;
    char note[100];
    struct told told; /* of the last result of both worlds */
    size_t finished, started, stop_after;
    struct drill_error error;
};

static struct drill drill;

static const char *const sources[] = {"/steps/0", "/steps/1", "/steps/2"};

static inline struct plan *add(const char *id)
{
    assert_true(drill.count < PLANS_MAX);
    struct plan *plan = &drill.plans[drill.count];
    *plan = (struct plan){.id = id,
                          .sources = sources,
                          .source_count = 3,
                          .worlds = PLAN_KERNEL,
                          .seed = 1,
                          .descriptors_max = 4,
                          .server = {.plugin = id}};
    drill.pointers[drill.count] = plan;
    drill.count++;
    return plan;
}

static inline void add_many(const char *id, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        add(id);
    }
}

static inline void forget(void)
{
    for (size_t i = 0; i < PLANS_MAX; i++) {
        bytes_fini(&drill.canonical[i]);
    }
    memset(&drill, 0, sizeof(drill));
}

static inline void copy_text(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from ? from : "");
}

static inline void keep_told(const struct result *result)
{
    const struct result_divergence *divergence = &result->divergence;
    struct told *told = &drill.told;
    told->sim_verdict = result->sim_verdict;
    told->kernel_verdict = result->kernel_verdict;
    copy_text(told->what, sizeof(told->what), divergence->what);
    copy_text(told->sim, sizeof(told->sim), divergence->sim);
    copy_text(told->kernel, sizeof(told->kernel), divergence->kernel);
    copy_text(told->calls, sizeof(told->calls), divergence->calls);
    copy_text(told->sim_call, sizeof(told->sim_call), divergence->sim_call);
    copy_text(told->kernel_call, sizeof(told->kernel_call), divergence->kernel_call);
    told->sim_trace_bytes = result->sim_trace.size;
    told->kernel_trace_bytes = result->kernel_trace.size;
    told->trace_by_chance = result->trace_by_chance;
}

static int finished(void *owner, const struct result *result)
{
    assert_ptr_equal(owner, &drill);
    assert_true(result->plan < drill.count);
    drill.seen[result->plan]++;
    drill.verdicts[result->plan] = result->verdict;
    drill.ran[result->plan] = result->world;
    keep_told(result);
    if (result->failure.sentence) {
        snprintf(drill.sentences[result->plan], sizeof(drill.sentences[0]), "%s",
                 result->failure.sentence);
    }
    if (result->trouble.output) {
        snprintf(drill.output, sizeof(drill.output), "%s", result->trouble.output);
    }
    if (result->note) {
        snprintf(drill.note, sizeof(drill.note), "%s", result->note);
    }
    if (result->verdict != VERDICT_PASS) {
        drill.trouble = result->trouble;
        drill.failure = result->failure;
    }
    bytes_init(&drill.canonical[result->plan], 1 << 20);
    assert_int_equal(result_encode_canonical(result, &drill.canonical[result->plan]), 0);
    drill.finished++;
    return drill.stop_after > 0 && drill.finished >= drill.stop_after;
}

static void started(void *owner, uint32_t plan)
{
    assert_ptr_equal(owner, &drill);
    assert_true(plan < drill.count);
    drill.started++;
}

static inline int run_with(unsigned workers, uint64_t timeout_ms, const volatile int *stop)
{
    struct isolate_options options = {.workers = workers,
                                      .timeout_ms = timeout_ms,
                                      .worlds = drill.worlds ? drill.worlds : PLAN_KERNEL,
                                      .trace = drill.trace,
                                      .repeat = drill.repeat,
                                      .finished = finished,
                                      .started = started,
                                      .owner = &drill,
                                      .stop = stop};
    return drill.repeat > 0
               ? isolate_repeat_run(drill.pointers, drill.count, &options, &fake, &drill.error)
               : isolate_pool_run(drill.pointers, drill.count, &options, &fake, &drill.error);
}

/* Runs everything and checks that each plan had exactly one result. */
static inline void run(unsigned workers)
{
    assert_int_equal(run_with(workers, 0, NULL), 0);
    for (size_t i = 0; i < drill.count; i++) {
        assert_int_equal(drill.seen[i], 1);
    }
}

static inline struct plan *add_both(const char *id)
{
    struct plan *plan = add(id);
    plan->worlds = PLAN_BOTH;
    return plan;
}

static inline void run_both(unsigned workers)
{
    drill.worlds = PLAN_BOTH;
    run(workers);
}

static inline void expect(size_t plan, enum verdict verdict, const char *sentence)
{
    assert_string_equal(verdict_name(drill.verdicts[plan]), verdict_name(verdict));
    assert_string_equal(drill.sentences[plan], sentence);
}

/* Every test leaves no process and no descriptor behind. */
static long descriptors_before;

static inline int set_up(void **state)
{
    (void)state;
    forget();
    notes->runs = notes->said = 0;
    notes->hung = 0;
    descriptors_before = isolate_leaks_descriptors();
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    assert_int_equal(isolate_leaks_descriptors(), descriptors_before);
    forget();
    return 0;
}

#define TEST(name)       cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define RUN_TESTS(tests) (make_notes() ? cmocka_run_group_tests(tests, NULL, NULL) : EXIT_FAILURE)

static inline bool make_notes(void)
{
    notes = mmap(NULL, sizeof(*notes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return notes != MAP_FAILED;
}

#endif
