/* SPDX-License-Identifier: MIT */
/* What counts as a difference between two worlds, in which order, and in which words. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare.h"

static const char *const sources[] = {"/steps/0", "/steps/1", "/steps/2"};
static struct plan plan = {.id = "tcp/echo",
                           .sources = sources,
                           .source_count = 3,
                           .seed = 7,
                           .server = {.transport = WORLD_TCP}};

/* The same story twice; a test changes one. */
static struct result sim, kernel;
static struct result_divergence divergence;

static struct result_stream stream(const char *text)
{
    struct result_evidence evidence;
    result_evidence_bytes(&evidence, text, strlen(text), 0);
    return evidence.stream;
}

static void make(struct result *result)
{
    assert_int_equal(result_init(result, 0, &plan), 0);
    result->step_runs[0] = 1;
    result->fault_fires = calloc(2, sizeof(*result->fault_fires));
    result->fault_count = 2;
    result->clients = calloc(2, sizeof(*result->clients));
    result->sessions = calloc(2, sizeof(*result->sessions));
    assert_true(result->fault_fires && result->clients && result->sessions);
    result->client_count = result->session_count = 2;
    for (size_t i = 0; i < 2; i++) {
        const char *name = i == 0 ? "bob" : "eve";
        result->clients[i] = (struct result_client){.name = strdup(name),
                                                    .sent = stream("hello"),
                                                    .received = stream("HELLO"),
                                                    .end = PLAN_END_EOF};
        result->sessions[i] = (struct result_session){.name = strdup(name),
                                                      .received = stream("hello"),
                                                      .comparable_bytes = true,
                                                      .comparable_sizes = true,
                                                      .recv_run_count = 2,
                                                      .end = SESSION_EOF};
        result->sessions[i].recv_runs = calloc(2, sizeof(struct result_run));
        assert_non_null(result->sessions[i].recv_runs);
        result->sessions[i].recv_runs[0] = (struct result_run){1024, 3};
        result->sessions[i].recv_runs[1] = (struct result_run){5, 1};
    }
}

static void fail_with(struct result *result, const char *sentence, const char *came)
{
    assert_int_equal(result_decide(result, VERDICT_FAIL, "%s", sentence), 0);
    result->failure.source = 2;
    result_evidence_bytes(&result->failure.actual, came, strlen(came), 0);
}

static int set_up(void **state)
{
    (void)state;
    plan.server.transport = WORLD_TCP;
    make(&sim);
    make(&kernel);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    result_fini(&sim);
    result_fini(&kernel);
    result_divergence_fini(&divergence);
    return 0;
}

static void expect(const char *what, const char *in_sim, const char *on_kernel)
{
    result_divergence_fini(&divergence);
    assert_int_equal(compare_results(&plan, &sim, &kernel, &divergence), 0);
    assert_non_null(divergence.what);
    assert_string_equal(divergence.what, what);
    assert_string_equal(divergence.sim, in_sim);
    assert_string_equal(divergence.kernel, on_kernel);
}

static void expect_same(void)
{
    assert_int_equal(compare_results(&plan, &sim, &kernel, &divergence), 0);
    assert_null(divergence.what);
}

static void equal_stories_do_not_differ(void **state)
{
    (void)state;
    expect_same();
    fail_with(&sim, "wrong bytes", "HELP");
    fail_with(&kernel, "wrong bytes", "HELP");
    expect_same();
}

static void time_output_backtraces_and_seeds_are_not_compared(void **state)
{
    (void)state;
    kernel.real_ns = 5;
    kernel.world = PLAN_SIM;
    kernel.trouble.output = strdup("noise");
    kernel.trouble.frames[0].module = strdup("/x.so");
    kernel.trouble.frame_count = 1;
    assert_int_equal(bytes_add(&kernel.kernel_trace, "trace", 5), 0);
    expect_same();
}

static void every_aspect_is_seen_and_the_most_important_comes_first(void **state)
{
    (void)state;
    kernel.fault_fires[1] = 3;
    expect("how often the fault /faults/1 fired", "0 times", "3 times");
    kernel.sessions[1].recv_runs[1].size = 4;
    expect("the session of eve: the sizes of its receives", "after 1 equal: 1 of 5",
           "after 1 equal: 1 of 4");
    kernel.sessions[1].truncated = 2;
    expect("the session of eve: truncated datagrams", "0", "2");
    kernel.sessions[1].received = stream("help");
    expect("the session of eve: the bytes received", "5 bytes: \"hello\"", "4 bytes: \"help\"");
    kernel.sessions[1].end = SESSION_RESET;
    expect("the session of eve: how it ended", "eof", "reset");
    kernel.sessions_omitted = 1;
    expect("the number of sessions", "2", "3");
    kernel.clients[1].sent = stream("");
    expect("the client eve: the bytes sent", "5 bytes: \"hello\"", "nothing");
    kernel.clients[1].received = stream("HELLO!");
    expect("the client eve: the bytes received", "5 bytes: \"HELLO\"", "6 bytes: \"HELLO!\"");
    kernel.clients[1].end = 0;
    expect("the client eve: how its connection ended", "eof", "open");
    kernel.clients_omitted = 7;
    expect("the number of connections", "2", "9");
    kernel.step_runs[0] = 2;
    expect("how often step /steps/0 passed", "1 time", "2 times");
    fail_with(&sim, "wrong bytes", "HELP");
    fail_with(&kernel, "wrong bytes", "HELD\n");
    expect("the failure: what came", "4 bytes: \"HELP\"", "5 bytes: \"HELD\\n\"");
    fail_with(&kernel, "nothing came", "HELP");
    expect("what went wrong", "wrong bytes", "nothing came");
    kernel.failure.iteration_depth = 2;
    kernel.failure.iteration[0] = 4;
    kernel.failure.iteration[1] = 1;
    expect("the step at which it happened", "/steps/2", "/steps/2 (iteration 4, 1)");
    kernel.verdict = VERDICT_LEAK;
    expect("the verdict", "fail at /steps/2: wrong bytes",
           "leak at /steps/2 (iteration 4, 1): nothing came");
}

static void what_one_world_does_not_know_is_not_compared(void **state)
{
    (void)state;
    kernel.clients[0].received_unknown = true;
    kernel.clients[0].received = (struct result_stream){0};
    sim.clients[1].sent_unknown = true;
    sim.clients[1].sent = (struct result_stream){0};
    kernel.sessions[0].comparable_bytes = kernel.sessions[0].comparable_sizes = false;
    kernel.sessions[0].received = (struct result_stream){0};
    kernel.sessions[0].recv_run_count = 1;
    expect_same();
    kernel.sessions[0].end = SESSION_RESET;
    expect("the session of bob: how it ended", "eof", "reset");
}

static void narrowing_makes_two_equal_stories_equal_byte_for_byte(void **state)
{
    (void)state;
    sim.clients[0].received_unknown = true;
    sim.clients[0].received = (struct result_stream){0};
    sim.clients[1].sent_unknown = true;
    sim.clients[1].sent = (struct result_stream){0};
    sim.sessions[0].comparable_bytes = false;
    sim.sessions[0].received = (struct result_stream){0};
    sim.sessions[1].comparable_sizes = false;
    free(sim.sessions[1].recv_runs);
    sim.sessions[1].recv_runs = NULL;
    sim.sessions[1].recv_run_count = 0;
    kernel.sessions[1].recv_runs_cut = true;
    expect_same();
    compare_narrow(&kernel, &sim);
    struct bytes wires[2];
    bytes_init(&wires[0], 1 << 20);
    bytes_init(&wires[1], 1 << 20);
    assert_int_equal(result_encode_canonical(&sim, &wires[0]), 0);
    assert_int_equal(result_encode_canonical(&kernel, &wires[1]), 0);
    assert_int_equal(wires[0].size, wires[1].size);
    assert_memory_equal(wires[0].data, wires[1].data, wires[0].size);
    bytes_fini(&wires[0]);
    bytes_fini(&wires[1]);
}

static void a_run_that_did_not_end_knows_no_faults(void **state)
{
    (void)state;
    kernel.fault_fires[0] = 1;
    sim.fault_count = 0;
    expect_same();
}

static void calls_whose_number_the_kernel_chose_are_not_compared(void **state)
{
    (void)state;
    kernel.fault_fires[0] = RESULT_FIRES_UNKNOWN;
    sim.fault_fires[0] = 7;
    expect_same();
    sim.fault_fires[0] = RESULT_FIRES_UNKNOWN;
    kernel.fault_fires[0] = 7;
    expect_same();
    compare_narrow(&kernel, &sim);
    assert_true(kernel.fault_fires[0] == RESULT_FIRES_UNKNOWN);
    assert_int_equal(kernel.fault_fires[1], 0);
}

static void crashes_compare_by_signal_status_and_step_alone(void **state)
{
    (void)state;
    assert_int_equal(result_decide(&sim, VERDICT_CRASH, "killed"), 0);
    assert_int_equal(result_decide(&kernel, VERDICT_CRASH, "killed"), 0);
    sim.trouble.signal = kernel.trouble.signal = 11;
    kernel.step_runs[1] = 9;
    kernel.clients[0].end = PLAN_END_RESET;
    expect_same();
    kernel.failure.source = 1;
    expect("the step at which it happened", "no step", "/steps/1");
    kernel.trouble.signal = 6;
    expect("how the process ended", "crash: killed", "crash at /steps/1: killed");
    kernel.trouble.signal = 11;
    kernel.failure.source = PLAN_NONE;
    kernel.trouble.exit_status = 3;
    expect("how the process ended", "crash: killed", "crash: killed");
}

static void hangs_compare_by_step(void **state)
{
    (void)state;
    assert_int_equal(result_decide(&sim, VERDICT_HANG, "no step finished"), 0);
    assert_int_equal(result_decide(&kernel, VERDICT_HANG, "no step finished"), 0);
    /* Whether it told where it stood before it was killed is chance. */
    kernel.trouble.signal = 3;
    expect_same();
    sim.failure.source = 1;
    expect("the step at which it happened", "/steps/1", "no step");
}

static void long_streams_are_shown_where_they_part(void **state)
{
    (void)state;
    char text[2000];
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    sim.clients[0].received = stream(text);
    text[100] = 'y';
    kernel.clients[0].received = stream(text);
    expect("the client bob: the bytes received",
           "1999 bytes, from byte 88: \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"...",
           "1999 bytes, from byte 88: \"xxxxxxxxxxxxyxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"...");
    /* Beyond what is kept there is the hash alone. */
    text[100] = 'x';
    text[1500] = 'y';
    result_divergence_fini(&divergence);
    kernel.clients[0].received = stream(text);
    assert_int_equal(compare_results(&plan, &sim, &kernel, &divergence), 0);
    assert_non_null(strstr(divergence.sim, "1999 bytes, XXH3-128 "));
    assert_non_null(strstr(divergence.kernel, "1999 bytes, XXH3-128 "));
    assert_string_not_equal(divergence.sim, divergence.kernel);
}

static void a_stream_that_ends_early_says_so(void **state)
{
    (void)state;
    char text[200];
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    sim.clients[0].received = stream(text);
    text[150] = '\0';
    kernel.clients[0].received = stream(text);
    expect("the client bob: the bytes received",
           "199 bytes, from byte 138: \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"...",
           "150 bytes, from byte 138: \"xxxxxxxxxxxx\"");
}

static void what_cannot_be_printed_is_escaped(void **state)
{
    (void)state;
    sim.clients[0].received = stream("\x1b[2J\"\\\xc3\xa4");
    expect("the client bob: the bytes received", "8 bytes: \"\\x1b[2J\\\"\\\\\\xc3\\xa4\"",
           "5 bytes: \"HELLO\"");
}

static void connections_in_another_order_are_named(void **state)
{
    (void)state;
    struct result_client swap = kernel.clients[0];
    kernel.clients[0] = kernel.clients[1];
    kernel.clients[1] = swap;
    expect("who connected next", "bob", "eve");
}

static void the_session_of_a_datagram_server_has_no_client(void **state)
{
    (void)state;
    plan.server.transport = WORLD_UDP;
    kernel.sessions[0].end = SESSION_FAILURE;
    expect("the session: how it ended", "eof", "failure");
}

static void sizes_are_told_from_the_first_that_differ(void **state)
{
    (void)state;
    kernel.sessions[0].recv_run_count = 1;
    expect("the session of bob: the sizes of its receives", "after 1 equal: 1 of 5", "no more");
    kernel.sessions[0].recv_run_count = 0;
    expect("the session of bob: the sizes of its receives", "3 of 1024, 1 of 5", "none");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(equal_stories_do_not_differ),
        TEST(time_output_backtraces_and_seeds_are_not_compared),
        TEST(every_aspect_is_seen_and_the_most_important_comes_first),
        TEST(what_one_world_does_not_know_is_not_compared),
        TEST(narrowing_makes_two_equal_stories_equal_byte_for_byte),
        TEST(a_run_that_did_not_end_knows_no_faults),
        TEST(calls_whose_number_the_kernel_chose_are_not_compared),
        TEST(crashes_compare_by_signal_status_and_step_alone),
        TEST(hangs_compare_by_step),
        TEST(long_streams_are_shown_where_they_part),
        TEST(a_stream_that_ends_early_says_so),
        TEST(what_cannot_be_printed_is_escaped),
        TEST(connections_in_another_order_are_named),
        TEST(the_session_of_a_datagram_server_has_no_client),
        TEST(sizes_are_told_from_the_first_that_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
