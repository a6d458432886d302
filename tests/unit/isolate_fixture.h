/* SPDX-License-Identifier: MIT */
/*
 * Workers with an engine of our own in the runner's place, which does what a plan's id says.
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
#include "isolate_worker.h"
#include "misbehave.h"

#define PLANS_MAX       1000
#define HANG_TIMEOUT_MS 150

/* Shared with every process that a test starts. */
struct notes {
    volatile pid_t worker;
    volatile uint64_t runs;
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

static int run_quietly(struct engine *engine, const char *id, struct result *result)
{
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
    if (strcmp(id, "crash") == 0) {
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

static int engine_run(void *owner, const struct plan *plan, uint64_t seed, struct result *result)
{
    struct engine *engine = owner;
    notes->worker = getpid();
    notes->runs++;
    engine->progress->beats++;
    result->seed = seed;
    run_violently(engine, plan->id);
    result->step_runs[0] = 1;
    int status = run_quietly(engine, plan->id, result);
    engine->runs++;
    return status;
}

static const struct isolate_engine fake = {
    .open = engine_open,
    .prepare = engine_prepare,
    .run = engine_run,
    .descriptors_held = engine_held,
};

/* A suite of plans that are nothing but ids, and what came of them. */
struct drill {
    struct plan plans[PLANS_MAX];
    struct plan *pointers[PLANS_MAX];
    size_t count;
    unsigned seen[PLANS_MAX];
    enum verdict verdicts[PLANS_MAX];
    char sentences[PLANS_MAX][300];
    struct bytes canonical[PLANS_MAX];
    struct result_trouble trouble; /* of the last result but pass: addresses only for reading */
    char output[200];
    struct result_failure failure;
    char note[100];
    size_t finished, started, stop_after;
    struct drill_error error;
};

static struct drill drill;

static inline struct plan *add(const char *id)
{
    assert_true(drill.count < PLANS_MAX);
    struct plan *plan = &drill.plans[drill.count];
    *plan = (struct plan){.id = id,
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

static int finished(void *owner, const struct result *result)
{
    assert_ptr_equal(owner, &drill);
    assert_true(result->plan < drill.count);
    drill.seen[result->plan]++;
    drill.verdicts[result->plan] = result->verdict;
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
                                      .finished = finished,
                                      .started = started,
                                      .owner = &drill,
                                      .stop = stop};
    return isolate_pool_run(drill.pointers, drill.count, &options, &fake, &drill.error);
}

/* Runs everything and checks that each plan had exactly one result. */
static inline void run(unsigned workers)
{
    assert_int_equal(run_with(workers, 0, NULL), 0);
    for (size_t i = 0; i < drill.count; i++) {
        assert_int_equal(drill.seen[i], 1);
    }
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
    notes->runs = 0;
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
