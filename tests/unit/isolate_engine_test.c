/* SPDX-License-Identifier: MIT */
/* The whole way on real sockets: worker, runner and plugins that misbehave. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "backtrace.h"
#include "isolate.h"

#define PLANS_MAX 12
#define STEPS     3

/* connect, send a word, close: each plan owns its parts. */
struct made {
    struct plan plan;
    struct plan_step steps[STEPS];
    struct plan_part part;
    char path[256];
};

static struct made made[PLANS_MAX];
static struct plan *plans[PLANS_MAX];
static size_t count;

static struct outcome {
    unsigned seen;
    enum verdict verdict;
    char sentence[300];
    char frames[4096]; /* a line each */
    uint32_t source;
    int signal, exit_status;
    uint64_t real_ns;
} outcomes[PLANS_MAX];

static const char *const sources[STEPS] = {"/steps/0", "/steps/1", "/steps/2"};
static const char *const clients[] = {"client"};

static void add(const char *plugin, const char *word)
{
    assert_true(count < PLANS_MAX);
    struct made *new = &made[count];
    plans[count++] = &new->plan;
    snprintf(new->path, sizeof(new->path), "%s/%s.so", DRILL_TEST_PLUGINS, plugin);
    new->part =
        (struct plan_part){.kind = PLAN_BYTES, .size = strlen(word), .data = (const uint8_t *)word};
    new->steps[0] = (struct plan_step){.verb = PLAN_CONNECT, .connect = PLAN_CONNECTED};
    new->steps[1] = (struct plan_step){
        .verb = PLAN_SEND,
        .source = 1,
        .send = {.payload = {&new->part, 1, strlen(word)}, .settle = true, .outcome = PLAN_SENT}};
    new->steps[2] = (struct plan_step){.verb = PLAN_CLOSE, .source = 2};
    new->plan = (struct plan){.id = word,
                              .file = "made.json",
                              .title = "",
                              .worlds = PLAN_KERNEL,
                              .seed = 1,
                              .server = {.plugin = plugin,
                                         .plugin_path = new->path,
                                         .plugin_version = "1",
                                         .transport = WORLD_TCP,
                                         .family = WORLD_IPV4,
                                         .recv_buffer_bytes = 1024,
                                         .backlog = 16,
                                         .sessions_max = 16,
                                         .sessions_total = PLAN_NONE,
                                         .messages_per_session = PLAN_NONE,
                                         .reply_bytes_max = 65536},
                              .steps = {new->steps, STEPS},
                              .sources = sources,
                              .source_count = STEPS,
                              .clients = clients,
                              .client_count = 1,
                              .descriptors_max = 4};
}

static void keep_frames(struct outcome *outcome, const struct result_trouble *trouble)
{
    char line[BACKTRACE_TEXT_BYTES];
    struct backtrace *backtrace = backtrace_new();
    size_t size = 0;
    for (uint32_t i = 0; i < trouble->frame_count && size < sizeof(outcome->frames); i++) {
        size += (size_t)snprintf(outcome->frames + size, sizeof(outcome->frames) - size, "%s\n",
                                 backtrace_text(backtrace, &trouble->frames[i], line));
    }
    backtrace_free(backtrace);
}

static int finished(void *owner, const struct result *result)
{
    (void)owner;
    struct outcome *outcome = &outcomes[result->plan];
    outcome->seen++;
    outcome->verdict = result->verdict;
    outcome->source = result->failure.source;
    outcome->signal = result->trouble.signal;
    outcome->exit_status = result->trouble.exit_status;
    outcome->real_ns = result->real_ns;
    snprintf(outcome->sentence, sizeof(outcome->sentence), "%s",
             result->failure.sentence ? result->failure.sentence : "");
    keep_frames(outcome, &result->trouble);
    return 0;
}

static void run(unsigned workers, uint64_t timeout_ms)
{
    struct drill_error error = {0};
    struct isolate_options options = {
        .workers = workers, .timeout_ms = timeout_ms, .finished = finished};
    memset(outcomes, 0, sizeof(outcomes));
    assert_int_equal(isolate_run(plans, count, &options, &error), 0);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(outcomes[i].seen, 1);
    }
    count = 0;
}

static void expect(size_t plan, enum verdict verdict, const char *sentence)
{
    assert_string_equal(outcomes[plan].sentence, sentence);
    assert_string_equal(verdict_name(outcomes[plan].verdict), verdict_name(verdict));
}

static void misbehaviour_costs_one_verdict_each_and_the_others_pass(void **state)
{
    (void)state;
    add("crash", "fine");
    add("crash", "crash");
    add("exit", "exit");
    add("exit", "quietexit");
    add("exit", "fine");
    add("crash", "abort");
    add("leak", "borrow");
    add("hang", "fine");
    run(2, 0);
    expect(0, VERDICT_PASS, "");
    expect(1, VERDICT_CRASH, "the worker was killed by SIGSEGV (invalid memory access)");
    expect(2, VERDICT_CRASH, "the plugin ended the process with status 3");
    expect(3, VERDICT_CRASH, "the plugin ended the process with status 0");
    expect(4, VERDICT_PASS, "");
    expect(5, VERDICT_CRASH, "the worker was killed by SIGABRT (abort)");
    expect(6, VERDICT_PASS, "");
    expect(7, VERDICT_PASS, "");
    assert_int_equal(outcomes[1].source, 1);
    assert_int_equal(outcomes[1].signal, SIGSEGV);
    assert_int_equal(outcomes[2].exit_status, 3);
    assert_true(outcomes[0].real_ns > 0);
}

static void a_backtrace_names_the_plugins_function_and_line(void **state)
{
    (void)state;
    add("crash", "crash");
    add("crash", "recurse");
    run(1, 0);
    /* The frame that faulted comes first. */
    assert_ptr_equal(strstr(outcomes[0].frames, "answer (crash.c:"), outcomes[0].frames);
    assert_non_null(strstr(outcomes[0].frames, "\nrunner_run (runner.c:"));
    assert_int_equal(outcomes[1].verdict, VERDICT_CRASH);
    assert_non_null(strstr(outcomes[1].frames, "recurse (crash.c:"));
}

static void a_hang_names_the_plugins_function_and_its_step(void **state)
{
    (void)state;
    add("hang", "hang");
    run(1, 300);
    expect(0, VERDICT_HANG, "no step finished within 300 ms");
    assert_int_equal(outcomes[0].source, 1);
    assert_non_null(strstr(outcomes[0].frames, "answer (hang.c:"));
}

static void leaks_are_told_apart(void **state)
{
    (void)state;
    add("leak", "fine");
    add("leak", "leak");
    add("leak", "fd");
    run(1, 0);
    expect(0, VERDICT_PASS, "");
    assert_int_equal(outcomes[1].verdict, VERDICT_LEAK);
    expect(2, VERDICT_LEAK, "the run left 1 descriptor open");
}

static void many_runs_in_one_worker_leak_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLANS_MAX; i++) {
        add(i % 2 ? "exit" : "crash", "fine");
    }
    run(1, 0);
    for (size_t i = 0; i < PLANS_MAX; i++) {
        expect(i, VERDICT_PASS, "");
    }
}

static void a_missing_plugin_is_an_error_without_its_path(void **state)
{
    (void)state;
    add("not-there", "fine");
    run(1, 0);
    expect(0, VERDICT_ERROR, "the plugin \"not-there\" could not be loaded");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(misbehaviour_costs_one_verdict_each_and_the_others_pass),
        cmocka_unit_test(a_backtrace_names_the_plugins_function_and_line),
        cmocka_unit_test(a_hang_names_the_plugins_function_and_its_step),
        cmocka_unit_test(leaks_are_told_apart),
        cmocka_unit_test(many_runs_in_one_worker_leak_nothing),
        cmocka_unit_test(a_missing_plugin_is_an_error_without_its_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
