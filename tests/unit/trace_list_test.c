/* SPDX-License-Identifier: MIT */
/* Who did what in a trace, and the list of it that a person reads: exact text. */
#include "trace_fixture.h"

#include "trace_list.h"
#include "trace_who.h"

static const struct plan_step fixture_steps[] = {{.verb = PLAN_CONNECT, .source = 0},
                                                 {.verb = PLAN_SEND, .source = 1}};

static void list_plan(struct plan *plan)
{
    fixture_plan(plan, "tcp/one");
    plan->worlds = PLAN_BOTH;
    plan->steps = (struct plan_steps){fixture_steps, 2};
}

static void assert_list(const struct plan *plan, const struct result *result, const char *expected)
{
    struct bytes text;
    bytes_init(&text, (size_t)1 << 20);
    struct ink ink = {.out = &text};
    ink_add(&ink, ">");
    trace_list_add(&ink, plan, result);
    assert_int_equal(ink.status, 0);
    assert_string_equal(bytes_string(&text) + 1, expected);
    bytes_fini(&text);
}

static void both_worlds_stand_one_after_the_other_step_by_step(void **state)
{
    (void)state;
    struct plan plan;
    list_plan(&plan);
    struct trace_fixture fixture;
    struct result result = {.world = PLAN_BOTH};
    trace_fixture_begin(&fixture);
    trace_fixture_hello(&fixture);
    trace_fixture_end(&fixture, &result.sim_trace);
    assert_list(&plan, &result,
                "  sim\n"
                "    /steps/0 connect\n"
                "      0.000001  bob         socket(TCP, IPv4) = 5\n"
                "      0.000001  bob         connect(127.0.0.1:9000) = EINPROGRESS\n"
                "      0.000001  server      accept = 6 from 127.0.0.1:40000\n"
                "    /steps/1 send\n"
                "      0.000001  bob         send(5) = 5  \"hello\"\n"
                "      0.000001  server:bob  recv(1024) = 5  \"hello\"\n"
                "      0.000001  bob         close = 0\n"
                "  kernel\n");
    bytes_fini(&result.sim_trace);
}

static void a_skipped_scenario_has_no_list(void **state)
{
    (void)state;
    struct plan plan;
    list_plan(&plan);
    assert_list(&plan, &(struct result){.world = PLAN_SIM, .verdict = VERDICT_SKIPPED}, "");
}

static void payload_is_shown_in_part_and_never_raw(void **state)
{
    (void)state;
    struct plan plan;
    list_plan(&plan);
    struct trace_fixture fixture;
    struct result result = {.world = PLAN_KERNEL};
    struct trace_event event = trace_fixture_call(WORLD_CALL_SEND, 9, 30, 30);
    event.at_ns = 86400 * UINT64_C(1000000000) + 999;
    trace_fixture_begin(&fixture);
    trace_fixture_add(&fixture, event, "\x1b[31m1234567890123456789012345", 30);
    trace_fixture_end(&fixture, &result.kernel_trace);
    assert_list(&plan, &result,
                "  kernel\n"
                "      86400.000000  server  send(30) = 30  \"\\x1b[31m1234567890123456789\"...\n");
    bytes_fini(&result.kernel_trace);
}

static void what_was_not_kept_is_counted(void **state)
{
    (void)state;
    struct plan plan;
    list_plan(&plan);
    struct trace_fixture fixture;
    struct result result = {.world = PLAN_SIM};
    trace_fixture_begin(&fixture);
    fixture.store->omitted = 12;
    trace_fixture_end(&fixture, &result.sim_trace);
    assert_list(&plan, &result, "  sim\n    12 more events or their bytes were not kept\n");
    bytes_fini(&result.sim_trace);
}

/* 32 calls at the beginning and 16 at the end of each step; noise does not count. */
static void of_many_calls_the_first_and_last_are_shown(void **state)
{
    (void)state;
    struct plan plan;
    list_plan(&plan);
    struct trace_fixture fixture;
    struct result result = {.world = PLAN_SIM};
    struct bytes expected;
    bytes_init(&expected, (size_t)1 << 20);
    trace_fixture_begin(&fixture);
    assert_int_equal(bytes_add_format(&expected, "  sim\n    /steps/0 connect\n"), 0);
    trace_fixture_step(&fixture, 0);
    for (uint32_t i = 1; i <= 50; i++) {
        trace_fixture_add(&fixture, trace_fixture_call(WORLD_CALL_RECV, 9, i, 1), NULL, 0);
        if (i <= 32 || i > 34) {
            assert_int_equal(
                bytes_add_format(&expected, "      0.000001  server  recv(%u) = 1\n", i), 0);
        } else if (i == 33) {
            assert_int_equal(
                bytes_add_format(&expected,
                                 "      ... 2 calls more, all of them in --trace FILE\n"),
                0);
        }
    }
    trace_fixture_add(&fixture, trace_fixture_call(WORLD_CALL_WAIT, -1, 0, 0), NULL, 0);
    trace_fixture_step(&fixture, 1);
    trace_fixture_add(&fixture, trace_fixture_call(WORLD_CALL_SEND, 9, 1, 1), NULL, 0);
    assert_int_equal(
        bytes_add_format(&expected, "    /steps/1 send\n      0.000001  server  send(1) = 1\n"), 0);
    trace_fixture_end(&fixture, &result.sim_trace);
    assert_list(&plan, &result, bytes_string(&expected));
    bytes_fini(&result.sim_trace);
    bytes_fini(&expected);
}

static void assert_who(const struct trace_story *who, size_t event, const char *expected)
{
    char text[TRACE_WHO_BYTES];
    assert_string_equal(trace_who_text(who, event, text), expected);
}

/* A second client gets the first one's socket number and its session that of the first one's. */
static void a_socket_number_that_is_used_again_is_somebody_else(void **state)
{
    (void)state;
    struct trace_fixture fixture;
    struct bytes blob;
    trace_fixture_begin(&fixture);
    trace_fixture_hello(&fixture);
    size_t before = fixture.store->event_count;
    trace_fixture_add(&fixture, trace_fixture_call(WORLD_CALL_CLOSE, 6, 0, 0), NULL, 0);
    trace_fixture_add(&fixture, trace_fixture_call(WORLD_CALL_SOCKET, -1, 0, 5), NULL, 0);
    trace_fixture_add(&fixture, (struct trace_event){.kind = TRACE_CLIENT, .socket = 5}, "bob#2",
                      5);
    trace_fixture_add(
        &fixture, trace_fixture_address(trace_fixture_call(WORLD_CALL_GETSOCKNAME, 5, 0, 0), 40000),
        NULL, 0);
    trace_fixture_add(&fixture,
                      trace_fixture_address(trace_fixture_call(WORLD_CALL_ACCEPT, 3, 0, 6), 40000),
                      NULL, 0);
    trace_fixture_add(&fixture, trace_fixture_call(WORLD_CALL_RECV, 6, 1024, 0), NULL, 0);
    trace_fixture_add(&fixture,
                      trace_fixture_address(trace_fixture_call(WORLD_CALL_ACCEPT, 3, 0, 100), 1),
                      NULL, 0);
    trace_fixture_add(&fixture, trace_fixture_call(WORLD_CALL_RECV, 100, 1024, 0), NULL, 0);
    trace_fixture_end(&fixture, &blob);
    struct trace_view view;
    struct trace_story *who;
    assert_int_equal(trace_view(&blob, &view), 0);
    assert_int_equal(trace_story_new(&view, &who), 0);
    assert_who(who, 0, "");
    assert_who(who, 1, "bob");
    assert_who(who, before, "server:bob");
    assert_who(who, before + 1, "bob#2");
    assert_who(who, before + 4, "server");
    assert_who(who, before + 5, "server:bob#2");
    assert_who(who, before + 7, "server");
    trace_story_free(who);
    bytes_fini(&blob);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_worlds_stand_one_after_the_other_step_by_step),
        cmocka_unit_test(a_skipped_scenario_has_no_list),
        cmocka_unit_test(payload_is_shown_in_part_and_never_raw),
        cmocka_unit_test(what_was_not_kept_is_counted),
        cmocka_unit_test(of_many_calls_the_first_and_last_are_shown),
        cmocka_unit_test(a_socket_number_that_is_used_again_is_somebody_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
