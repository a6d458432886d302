/* SPDX-License-Identifier: MIT */
/* The whole way in both worlds: worker, runner and plugins that misbehave. */
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
#include "trace.h"

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
    enum plan_world world;
    enum verdict sim_verdict, kernel_verdict;
    char what[100], sim[300], kernel[300], calls[100], sim_call[100], kernel_call[100];
    size_t sim_events, kernel_events; /* of the traces */
    uint8_t sim_hash[16];
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
                              .worlds = PLAN_BOTH,
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

static void copy_text(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from ? from : "");
}

static size_t count_events(const struct bytes *trace, uint8_t hash[16])
{
    struct trace_view view;
    assert_int_equal(trace_view(trace, &view), 0);
    memcpy(hash, view.hash, sizeof(view.hash));
    return view.event_count;
}

static void keep_worlds(struct outcome *outcome, const struct result *result)
{
    const struct result_divergence *divergence = &result->divergence;
    outcome->world = result->world;
    outcome->sim_verdict = result->sim_verdict;
    outcome->kernel_verdict = result->kernel_verdict;
    copy_text(outcome->what, sizeof(outcome->what), divergence->what);
    copy_text(outcome->sim, sizeof(outcome->sim), divergence->sim);
    copy_text(outcome->kernel, sizeof(outcome->kernel), divergence->kernel);
    copy_text(outcome->calls, sizeof(outcome->calls), divergence->calls);
    copy_text(outcome->sim_call, sizeof(outcome->sim_call), divergence->sim_call);
    copy_text(outcome->kernel_call, sizeof(outcome->kernel_call), divergence->kernel_call);
    uint8_t ignored[16];
    outcome->sim_events = count_events(&result->sim_trace, outcome->sim_hash);
    outcome->kernel_events = count_events(&result->kernel_trace, ignored);
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
    keep_worlds(outcome, result);
    return 0;
}

static void run_worlds(enum plan_world worlds, unsigned workers, uint64_t timeout_ms, bool trace)
{
    struct drill_error error = {0};
    struct isolate_options options = {.workers = workers,
                                      .timeout_ms = timeout_ms,
                                      .worlds = worlds,
                                      .trace = trace ? ISOLATE_TRACE_ALL : ISOLATE_TRACE_NONE,
                                      .finished = finished};
    memset(outcomes, 0, sizeof(outcomes));
    assert_int_equal(isolate_run(plans, count, &options, &error), 0);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(outcomes[i].seen, 1);
    }
    count = 0;
}

static void run(unsigned workers, uint64_t timeout_ms)
{
    run_worlds(PLAN_KERNEL, workers, timeout_ms, false);
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
    expect(2, VERDICT_LEAK, "the run left 2 descriptors open");
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

static void misbehaviour_is_the_same_in_both_worlds(void **state)
{
    (void)state;
    add("crash", "fine");
    add("crash", "crash");
    add("exit", "exit");
    add("leak", "borrow");
    add("leak", "fd");
    add("not-there", "fine");
    run_worlds(PLAN_BOTH, 2, 0, false);
    expect(0, VERDICT_PASS, "");
    expect(1, VERDICT_CRASH, "the worker was killed by SIGSEGV (invalid memory access)");
    expect(2, VERDICT_CRASH, "the plugin ended the process with status 3");
    expect(3, VERDICT_PASS, "");
    expect(4, VERDICT_LEAK, "the run left 2 descriptors open");
    expect(5, VERDICT_ERROR, "the plugin \"not-there\" could not be loaded");
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(outcomes[i].world, PLAN_BOTH);
        assert_int_equal(outcomes[i].sim_verdict, outcomes[i].verdict);
        assert_int_equal(outcomes[i].kernel_verdict, outcomes[i].verdict);
    }
    assert_int_equal(outcomes[1].source, 1);
}

static void simulated_runs_have_backtraces_too(void **state)
{
    (void)state;
    add("crash", "crash");
    run_worlds(PLAN_SIM, 1, 0, false);
    assert_ptr_equal(strstr(outcomes[0].frames, "answer (crash.c:"), outcomes[0].frames);
    assert_int_equal(outcomes[0].world, PLAN_SIM);
    assert_int_equal(outcomes[0].source, 1);
    add("hang", "hang");
    run_worlds(PLAN_SIM, 1, 300, false);
    expect(0, VERDICT_HANG, "no step finished within 300 ms");
}

static void many_runs_in_one_worker_leak_nothing_in_either_world(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLANS_MAX; i++) {
        add(i % 2 ? "exit" : "crash", "fine");
        plans[i]->server.family = i % 3 ? WORLD_IPV4 : WORLD_IPV6;
    }
    run_worlds(PLAN_BOTH, 1, 0, false);
    for (size_t i = 0; i < PLANS_MAX; i++) {
        expect(i, VERDICT_PASS, "");
    }
}

static void a_plugin_with_two_faces_is_found_out(void **state)
{
    (void)state;
    add("crash", "fine");
    add("two-faced", "hello");
    run_worlds(PLAN_BOTH, 1, 0, false);
    expect(0, VERDICT_PASS, "");
    expect(1, VERDICT_DIVERGED,
           "pass in both worlds, but not in the same way: the client client: the bytes received");
    assert_string_equal(outcomes[1].sim, "9 bytes: \"simulated\"");
    assert_string_equal(outcomes[1].kernel, "4 bytes: \"real\"");
    assert_string_equal(outcomes[1].calls, "the server's side of client: call 2");
    assert_string_equal(outcomes[1].sim_call, "send(9) = 9");
    assert_string_equal(outcomes[1].kernel_call, "send(4) = 4");
    assert_int_equal(outcomes[1].sim_events, 0);
}

static void a_crash_in_one_world_keeps_the_record_of_its_calls(void **state)
{
    (void)state;
    add("two-faced", "crash-real");
    add("two-faced", "crash-simulated");
    run_worlds(PLAN_BOTH, 1, 0, true);
    assert_int_equal(outcomes[0].verdict, VERDICT_DIVERGED);
    assert_int_equal(outcomes[0].kernel_verdict, VERDICT_CRASH);
    assert_string_equal(outcomes[0].kernel_call, "nothing");
    assert_string_equal(outcomes[0].sim_call, "send(9) = 9");
    assert_true(outcomes[0].kernel_events > 3);
    assert_true(outcomes[0].sim_events > outcomes[0].kernel_events / 2);
    assert_int_equal(outcomes[1].verdict, VERDICT_DIVERGED);
    assert_int_equal(outcomes[1].sim_verdict, VERDICT_CRASH);
    assert_string_equal(outcomes[1].sim_call, "nothing");
    assert_true(outcomes[1].sim_events > 3);
    assert_int_equal(outcomes[1].signal, SIGSEGV);
}

static void a_hang_in_one_world_keeps_the_record_of_its_calls(void **state)
{
    (void)state;
    add("two-faced", "hang-real");
    run_worlds(PLAN_BOTH, 1, 300, false);
    expect(0, VERDICT_DIVERGED,
           "pass in the simulated world, hang on real sockets (no step finished within 300 ms)");
    assert_string_equal(outcomes[0].kernel, "hang at /steps/1: no step finished within 300 ms");
    assert_string_equal(outcomes[0].kernel_call, "nothing");
}

static void sessions_that_end_differently_diverge(void **state)
{
    (void)state;
    add("two-faced", "close-real");
    run_worlds(PLAN_BOTH, 1, 0, false);
    assert_int_equal(outcomes[0].verdict, VERDICT_DIVERGED);
    assert_string_equal(outcomes[0].what, "the client client: how its connection ended");
    assert_string_equal(outcomes[0].sim, "open");
    assert_string_equal(outcomes[0].kernel, "eof");
}

static void the_same_run_has_the_same_trace_in_the_simulated_world(void **state)
{
    (void)state;
    add("crash", "fine");
    run_worlds(PLAN_SIM, 1, 0, true);
    uint8_t hash[16];
    memcpy(hash, outcomes[0].sim_hash, sizeof(hash));
    assert_true(outcomes[0].sim_events > 5);
    add("crash", "fine");
    add("crash", "fine");
    add("crash", "fine");
    run_worlds(PLAN_SIM, 1, 0, true);
    for (size_t i = 0; i < 3; i++) {
        assert_memory_equal(outcomes[i].sim_hash, hash, sizeof(hash));
    }
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
        cmocka_unit_test(misbehaviour_is_the_same_in_both_worlds),
        cmocka_unit_test(simulated_runs_have_backtraces_too),
        cmocka_unit_test(many_runs_in_one_worker_leak_nothing_in_either_world),
        cmocka_unit_test(a_plugin_with_two_faces_is_found_out),
        cmocka_unit_test(a_crash_in_one_world_keeps_the_record_of_its_calls),
        cmocka_unit_test(a_hang_in_one_world_keeps_the_record_of_its_calls),
        cmocka_unit_test(sessions_that_end_differently_diverge),
        cmocka_unit_test(the_same_run_has_the_same_trace_in_the_simulated_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
