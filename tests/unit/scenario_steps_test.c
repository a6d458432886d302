/* SPDX-License-Identifier: MIT */
/* Every verb that is accepted, and what the plan makes of it. */
#include "scenario_fixture.h"

static void the_verbs_of_a_client_become_steps(void **state)
{
    (void)state;
    static const enum plan_verb verbs[] = {
        PLAN_CONNECT,        PLAN_PAUSE, PLAN_RESUME,  PLAN_SEND,  PLAN_HALF_CLOSE,
        PLAN_EXPECT_SILENCE, PLAN_CLOSE, PLAN_CONNECT, PLAN_RESET, PLAN_WAIT};
    struct suite suite;
    const struct plan *plan = fixture_tcp(
        "{'connect': {}, 'as': 'bob', 'note': 'hello'}, {'pause': {}, 'as': 'bob'},"
        "{'resume': {}, 'as': 'bob'}, {'send': 'x', 'as': 'bob'}, {'half_close': {}, 'as': 'bob'},"
        "{'expect_silence': 20, 'as': 'bob'}, {'close': {}, 'as': 'bob'},"
        "{'connect': {}, 'as': 'bob'}, {'reset': {}, 'as': 'bob'}, {'wait_ms': 30}",
        &suite);
    assert_int_equal(plan->steps.count, 10);
    assert_int_equal(plan->client_count, 1);
    assert_string_equal(plan->clients[0], "bob");
    for (size_t i = 0; i < 10; i++) {
        const struct plan_step *step = &plan->steps.steps[i];
        assert_int_equal(step->verb, verbs[i]);
        assert_int_equal(step->source, i);
        assert_int_equal(step->client, step->verb == PLAN_WAIT ? PLAN_NONE : 0);
    }
    assert_int_equal(plan->steps.steps[5].silence_ms, 20);
    assert_int_equal(plan->steps.steps[9].wait_ms, 30);
    suite_free(&suite);
}

static void a_client_without_a_name_is_client(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan = fixture_tcp("{'connect': {}}, {'connect': {}, 'as': 'bob'},"
                                          "{'expect': 'x'}, {'expect': 'x', 'as': 'client'}",
                                          &suite);
    assert_int_equal(plan->client_count, 2);
    assert_string_equal(plan->clients[0], "client");
    assert_string_equal(plan->clients[1], "bob");
    assert_int_equal(plan->steps.steps[2].client, 0);
    assert_int_equal(plan->steps.steps[3].client, 0);
    suite_free(&suite);
}

static void connect_has_three_outcomes(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan =
        fixture_tcp("{'connect': {}}, {'connect': {}, 'as': 'a', 'outcome': 'connected'},"
                    "{'connect': {}, 'as': 'b', 'outcome': 'refused'},"
                    "{'connect': {}, 'as': 'c', 'outcome': 'hung'}",
                    &suite);
    const struct plan_step *steps = plan->steps.steps;
    assert_int_equal(steps[0].connect, PLAN_CONNECTED);
    assert_int_equal(steps[1].connect, PLAN_CONNECTED);
    assert_int_equal(steps[2].connect, PLAN_CONNECT_REFUSED);
    assert_int_equal(steps[3].connect, PLAN_HUNG);
    suite_free(&suite);
}

static void a_name_that_was_refused_or_hung_may_connect_again(void **state)
{
    (void)state;
    struct suite suite;
    fixture_tcp("{'connect': {}, 'outcome': 'refused'}, {'connect': {}, 'outcome': 'hung'},"
                "{'connect': {}}, {'send': 'x'}",
                &suite);
    suite_free(&suite);
}

static void a_hung_client_stays_where_only_the_simulator_runs(void **state)
{
    (void)state;
    struct suite suite;
    fixture_accept("{'worlds': ['sim'], 'server': {'plugin': 'uppercase'}, 'steps': ["
                   "{'connect': {}, 'outcome': 'hung'}, {'send': 'x'}, {'expect': 'X'}]}",
                   &suite);
    assert_int_equal(suite.plans[0]->worlds, PLAN_SIM);
    suite_free(&suite);
    fixture_refuse("{'worlds': ['sim'], 'server': {'plugin': 'uppercase'}, 'steps': ["
                   "{'connect': {}, 'outcome': 'hung'}, {'connect': {}}]}",
                   "still open");
}

/* It may do whatever a client may do that is connected: that takes effect once it is. */
static void a_hung_client_may_do_everything_in_the_simulator(void **state)
{
    (void)state;
    static const char *const stories[] = {
        "{'wait_ms': 5000}, {'expect_silence': 1000}, {'send': 'x'}, {'expect_end': 'reset'}",
        "{'send': 'x'}, {'half_close': {}}, {'expect': 'X', 'within_ms': 100000}",
        "{'pause': {}}, {'send': 'x'}, {'resume': {}}, {'expect': 'X'}",
        "{'close': {}}, {'connect': {}, 'outcome': 'hung'}, {'reset': {}}, {'connect': {}}",
        "{'together': [[{'expect': 'X'}], [{'server': {'accepting': true}}, {'wait_ms': 1}]]}",
    };
    for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
        struct suite suite;
        char text[1024];
        static const char form[] =
            "{'worlds': [%s'sim'], 'server': {'plugin': 'uppercase'}, 'steps': ["
            "{'connect': {}, 'outcome': 'hung'}, %s]}";
        snprintf(text, sizeof(text), form, "", stories[i]);
        fixture_accept(text, &suite);
        suite_free(&suite);
        snprintf(text, sizeof(text), form, "'kernel', ", stories[i]);
        fixture_refuse(text, "its \"connect\" hung and was given up");
    }
}

static void send_has_cuts_settle_and_outcome(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan =
        fixture_tcp("{'connect': {}}, {'send': 'hello'}, {'send': 'hello', 'cuts': [1, 4]},"
                    "{'send': 'hello', 'cuts': 'every', 'settle': false},"
                    "{'send': 'hello', 'settle': true, 'outcome': 'broken'},"
                    "{'send': '', 'outcome': 'sent'}",
                    &suite);
    const struct plan_step *steps = plan->steps.steps;
    assert_int_equal(steps[1].send.payload.size, 5);
    assert_int_equal(steps[1].send.cut_count, 0);
    assert_true(steps[1].send.settle);
    assert_int_equal(steps[1].send.outcome, PLAN_SENT);
    assert_int_equal(steps[2].send.cut_count, 2);
    assert_int_equal(steps[2].send.cuts[0], 1);
    assert_int_equal(steps[2].send.cuts[1], 4);
    assert_true(steps[3].send.cut_every);
    assert_null(steps[3].send.cuts);
    assert_false(steps[3].send.settle);
    assert_int_equal(steps[4].send.outcome, PLAN_SEND_BROKEN);
    assert_int_equal(steps[5].send.payload.size, 0);
    suite_free(&suite);
}

static void expect_has_four_kinds(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan = fixture_tcp(
        "{'connect': {}}, {'expect': 'abc'}, {'expect': {'prefix': ['a', {'any': 2}]}},"
        "{'expect': {'regex': 'a+$$'}, 'within_ms': 5}, {'expect': {'size': 9}, 'within_ms': 0}",
        &suite);
    const struct plan_step *steps = plan->steps.steps;
    assert_int_equal(steps[1].expect.kind, PLAN_EXACT);
    assert_int_equal(steps[1].expect.within_ms, 1000);
    assert_int_equal(steps[2].expect.kind, PLAN_PREFIX);
    assert_int_equal(steps[2].expect.payload.size, 3);
    assert_int_equal(steps[3].expect.kind, PLAN_REGEX);
    assert_string_equal(steps[3].expect.pattern_text, "a+$");
    assert_non_null(steps[3].expect.pattern);
    assert_int_equal(steps[3].expect.within_ms, 5);
    assert_int_equal(steps[4].expect.kind, PLAN_SIZE);
    assert_int_equal(steps[4].expect.size, 9);
    assert_int_equal(steps[4].expect.within_ms, 0);
    suite_free(&suite);
}

static void expect_end_takes_one_or_several_ends(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan =
        fixture_tcp("{'connect': {}}, {'expect_end': 'eof'}, {'expect_end': 'reset'},"
                    "{'expect_end': ['reset', 'eof'], 'within_ms': 7}",
                    &suite);
    const struct plan_step *steps = plan->steps.steps;
    assert_int_equal(steps[1].expect_end.ends, PLAN_END_EOF);
    assert_int_equal(steps[1].expect_end.within_ms, 1000);
    assert_int_equal(steps[2].expect_end.ends, PLAN_END_RESET);
    assert_int_equal(steps[3].expect_end.ends, PLAN_END_EOF | PLAN_END_RESET);
    assert_int_equal(steps[3].expect_end.within_ms, 7);
    suite_free(&suite);
}

static void the_server_can_be_changed(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan =
        fixture_tcp("{'server': {'accepting': false}}, {'server': {'accepting': true}},"
                    "{'server': {'stop': true}}, {'connect': {}, 'outcome': 'refused'}",
                    &suite);
    const struct plan_step *steps = plan->steps.steps;
    assert_int_equal(steps[0].server, PLAN_ACCEPTING_OFF);
    assert_int_equal(steps[1].server, PLAN_ACCEPTING_ON);
    assert_int_equal(steps[2].server, PLAN_STOP);
    suite_free(&suite);
}

static void fill_backlog_names_its_clients_next_to_each_other(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan =
        fixture_tcp("{'connect': {}}, {'server': {'accepting': false}}, {'fill_backlog': {}},"
                    "{'send': 'x', 'as': 'backlog[5]'}, {'close': {}, 'as': 'backlog[0]'},"
                    "{'connect': {}, 'as': 'backlog[0]', 'outcome': 'hung'}",
                    &suite);
    const struct plan_step *fill = &plan->steps.steps[2];
    assert_int_equal(fill->fill_backlog.count, 6);
    assert_int_equal(plan->client_count, 7);
    for (uint32_t i = 0; i < 6; i++) {
        char name[32];
        snprintf(name, sizeof(name), "backlog[%u]", i);
        assert_string_equal(plan->clients[fill->fill_backlog.first_client + i], name);
    }
    assert_int_equal(plan->steps.steps[3].client, fill->fill_backlog.first_client + 5);
    assert_true(plan->descriptors_max >= 7);
    suite_free(&suite);
}

static void expect_server_asserts_what_it_names(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan = fixture_tcp(
        "{'connect': {}}, {'connect': {}, 'as': 'bob'}, {'send': 'x', 'as': 'bob'},"
        "{'expect_server': {'sessions': 2, 'bytes_received': 1, 'recv_sizes': [1], 'session': "
        "'bob',"
        "'peers': ['bob', 'client'], 'ends': {'bob': 'open', 'client': 'protocol_error'},"
        "'alive': true}}, {'expect_server': {'alive': true}},"
        "{'expect_server': {'recv_sizes': [], 'session': 'client'}}",
        &suite);
    const struct plan_expect_server *all = plan->steps.steps[3].expect_server;
    assert_true(all->has_sessions && all->has_bytes_received && all->has_recv_sizes);
    assert_true(all->has_peers && all->alive);
    assert_false(all->has_truncated);
    assert_int_equal(all->sessions, 2);
    assert_int_equal(all->bytes_received, 1);
    assert_int_equal(all->session, 1);
    assert_int_equal(all->recv_size_count, 1);
    assert_int_equal(all->recv_sizes[0], 1);
    assert_int_equal(all->peer_count, 2);
    assert_int_equal(all->peers[0], 1);
    assert_int_equal(all->end_count, 2);
    assert_int_equal(all->ends[0].client, 1);
    assert_int_equal(all->ends[0].end, SESSION_OPEN);
    assert_int_equal(all->ends[1].end, SESSION_PROTOCOL_ERROR);
    const struct plan_expect_server *alive = plan->steps.steps[4].expect_server;
    assert_true(alive->alive);
    assert_false(alive->has_sessions || alive->has_recv_sizes || alive->has_peers);
    assert_int_equal(alive->session, PLAN_NONE);
    const struct plan_expect_server *none = plan->steps.steps[5].expect_server;
    assert_true(none->has_recv_sizes);
    assert_int_equal(none->recv_size_count, 0);
    suite_free(&suite);
}

static void udp_has_its_own_assertions(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan = fixture_udp(
        "{'connect': {}}, {'connect': {}, 'as': 'bob'}, {'send': ''}, {'expect': ''},"
        "{'send': {'fill': 'x', 'size': 65507}, 'as': 'bob'}, {'expect': {'size': 0}, 'as': 'bob'},"
        "{'expect': {'prefix': ''}}, {'expect': {'regex': ''}},"
        "{'expect_server': {'truncated': 1, 'recv_sizes': [0, 1024], 'peers': ['bob'],"
        "'bytes_received': 1024, 'alive': true}}, {'server': {'stop': true}},"
        "{'send': 'x', 'outcome': 'refused'}, {'close': {}}",
        &suite);
    assert_int_equal(plan->server.transport, WORLD_UDP);
    assert_int_equal(plan->steps.steps[2].send.payload.size, 0);
    assert_int_equal(plan->steps.steps[8].expect_server->truncated, 1);
    assert_int_equal(plan->steps.steps[10].send.outcome, PLAN_SEND_REFUSED);
    suite_free(&suite);
}

static void together_keeps_its_lanes_and_seed(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan =
        fixture_tcp("{'connect': {}, 'as': 'a'}, {'connect': {}, 'as': 'b'},"
                    "{'together': [[{'send': 'x', 'as': 'a'}, {'expect': 'X', 'as': 'a'}],"
                    "[{'send': 'y', 'as': 'b'}]], 'seed': 9}, {'together': [[{'wait_ms': 1}]]}",
                    &suite);
    const struct plan_step *step = &plan->steps.steps[2];
    assert_int_equal(step->together.lane_count, 2);
    assert_int_equal(step->together.lanes[0].count, 2);
    assert_int_equal(step->together.lanes[1].count, 1);
    assert_true(step->together.has_seed);
    assert_int_equal(step->together.seed, 9);
    assert_false(plan->steps.steps[3].together.has_seed);
    assert_int_equal(plan->source_count, 8);
    assert_string_equal(plan->sources[2], "/steps/2");
    assert_string_equal(plan->sources[4], "/steps/2/together/0/1");
    assert_string_equal(plan->sources[5], "/steps/2/together/1/0");
    assert_string_equal(plan->sources[7], "/steps/3/together/0/0");
    assert_int_equal(step->together.lanes[1].steps[0].source, 5);
    suite_free(&suite);
}

static void lanes_may_be_nested_and_use_what_was_captured_before(void **state)
{
    (void)state;
    struct suite suite;
    fixture_tcp(
        "{'connect': {}, 'as': 'a'}, {'connect': {}, 'as': 'b'}, {'connect': {}, 'as': 'c'},"
        "{'expect': {'capture': 't', 'size': 2}, 'as': 'a'},"
        "{'together': [[{'send': {'captured': 't'}, 'as': 'a'}],"
        "[{'together': [[{'send': {'captured': 't'}, 'as': 'b'}], [{'send': 'x', 'as': 'c'}]]},"
        "{'send': 'x', 'as': 'b'}]]}",
        &suite);
    suite_free(&suite);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_verbs_of_a_client_become_steps),
        cmocka_unit_test(a_client_without_a_name_is_client),
        cmocka_unit_test(connect_has_three_outcomes),
        cmocka_unit_test(a_name_that_was_refused_or_hung_may_connect_again),
        cmocka_unit_test(a_hung_client_stays_where_only_the_simulator_runs),
        cmocka_unit_test(a_hung_client_may_do_everything_in_the_simulator),
        cmocka_unit_test(send_has_cuts_settle_and_outcome),
        cmocka_unit_test(expect_has_four_kinds),
        cmocka_unit_test(expect_end_takes_one_or_several_ends),
        cmocka_unit_test(the_server_can_be_changed),
        cmocka_unit_test(fill_backlog_names_its_clients_next_to_each_other),
        cmocka_unit_test(expect_server_asserts_what_it_names),
        cmocka_unit_test(udp_has_its_own_assertions),
        cmocka_unit_test(together_keeps_its_lanes_and_seed),
        cmocka_unit_test(lanes_may_be_nested_and_use_what_was_captured_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
