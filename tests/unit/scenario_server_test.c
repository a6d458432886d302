/* SPDX-License-Identifier: MIT */
/* The `server` object and the keys of a scenario beside its steps. */
#include "scenario_fixture.h"

#define STEPS "'steps': [{'connect': {}}, {'expect': 'x'}]"

static void every_key_has_its_default(void **state)
{
    (void)state;
    struct suite suite;
    fixture_accept("{'server': {'plugin': 'uppercase'}, " STEPS "}", &suite);
    const struct plan *plan = suite.plans[0];
    assert_string_equal(plan->id, "text");
    assert_string_equal(plan->title, "");
    assert_int_equal(plan->tag_count, 0);
    assert_int_equal(plan->worlds, PLAN_KERNEL | PLAN_SIM);
    assert_null(plan->expect_failure);
    assert_null(plan->quarantine);
    assert_int_equal(plan->seed, 1);
    assert_string_equal(plan->server.plugin, "uppercase");
    assert_string_equal(plan->server.plugin_path, "/plugins/uppercase.so");
    assert_string_equal(plan->server.plugin_version, "1");
    assert_int_equal(plan->server.value_count, 1);
    assert_null(plan->server.values[0].string);
    assert_int_equal(plan->server.transport, WORLD_TCP);
    assert_int_equal(plan->server.family, WORLD_IPV4);
    assert_int_equal(plan->server.recv_buffer_bytes, 1024);
    assert_int_equal(plan->server.backlog, 5);
    assert_int_equal(plan->server.sessions_max, 256);
    assert_int_equal(plan->server.sessions_total, PLAN_NONE);
    assert_int_equal(plan->server.messages_per_session, PLAN_NONE);
    assert_int_equal(plan->server.idle_timeout_ms, 0);
    assert_int_equal(plan->server.send_buffer_bytes, 0);
    assert_int_equal(plan->server.reply_bytes_max, 65536);
    suite_free(&suite);
}

static void every_key_can_be_set(void **state)
{
    (void)state;
    struct suite suite;
    fixture_accept(
        "{'$schema': 's', 'title': 't', 'tags': ['a', 'b'], 'worlds': ['kernel'],"
        "'expect_failure': 'known', 'server': {'plugin': 'typed', 'transport': 'tcp',"
        "'family': 'ipv6', 'recv_buffer': 1048576, 'backlog': 0, 'sessions_max': 1,"
        "'sessions_total': 2, 'messages_per_session': 3, 'idle_timeout_ms': 31536000000,"
        "'send_buffer': 4, 'reply_max': 5, 'options': {'word': 'w', 'loud': false, 'depth': 9,"
        "'any': -9223372036854775808}}, " STEPS "}",
        &suite);
    const struct plan *plan = suite.plans[0];
    assert_string_equal(plan->title, "t");
    assert_int_equal(plan->tag_count, 2);
    assert_string_equal(plan->tags[1], "b");
    assert_int_equal(plan->worlds, PLAN_KERNEL);
    assert_string_equal(plan->expect_failure, "known");
    assert_int_equal(plan->server.family, WORLD_IPV6);
    assert_int_equal(plan->server.recv_buffer_bytes, 1048576);
    assert_int_equal(plan->server.backlog, 0);
    assert_int_equal(plan->server.sessions_max, 1);
    assert_int_equal(plan->server.sessions_total, 2);
    assert_int_equal(plan->server.messages_per_session, 3);
    assert_true(plan->server.idle_timeout_ms == UINT64_C(31536000000));
    assert_int_equal(plan->server.send_buffer_bytes, 4);
    assert_int_equal(plan->server.reply_bytes_max, 5);
    assert_int_equal(plan->server.value_count, 4);
    assert_int_equal(plan->server.values[0].integer, 9);
    assert_true(plan->server.values[1].integer == INT64_MIN);
    assert_int_equal(plan->server.values[2].integer, 0);
    assert_string_equal(plan->server.values[3].string, "w");
    suite_free(&suite);
}

static void a_quarantine_holds_for_all_members(void **state)
{
    (void)state;
    struct suite suite;
    fixture_accept("{'matrix': {'day': [28, 29]}, 'quarantine': {'issue': '#${day}', 'until': "
                   "'2028-02-${day}'}, 'server': {'plugin': 'uppercase'}, " STEPS "}",
                   &suite);
    assert_int_equal(suite.plan_count, 2);
    assert_string_equal(suite.plans[0]->quarantine->issue, "#28");
    assert_string_equal(suite.plans[0]->quarantine->until, "2028-02-28");
    assert_string_equal(suite.plans[1]->quarantine->issue, "#29");
    assert_string_equal(suite.plans[1]->quarantine->until, "2028-02-29");
    suite_free(&suite);
}

static void options_fall_back_one_by_one(void **state)
{
    (void)state;
    struct suite suite;
    fixture_accept("{'server': {'plugin': 'typed', 'options': {'any': 7}}, " STEPS "}", &suite);
    const struct drill_value *values = suite.plans[0]->server.values;
    assert_int_equal(values[0].integer, 3);
    assert_int_equal(values[1].integer, 7);
    assert_int_equal(values[2].integer, 1);
    assert_string_equal(values[3].string, "yes");
    suite_free(&suite);
}

static void the_transport_is_the_plugins_first(void **state)
{
    (void)state;
    struct suite suite;
    fixture_accept("{'server': {'plugin': 'typed'}, " STEPS "}", &suite);
    assert_int_equal(suite.plans[0]->server.transport, WORLD_TCP);
    suite_free(&suite);
    fixture_accept("{'server': {'plugin': 'typed', 'transport': 'udp'}, " STEPS "}", &suite);
    assert_int_equal(suite.plans[0]->server.transport, WORLD_UDP);
    suite_free(&suite);
    fixture_accept("{'server': {'plugin': 'ack-ok'}, " STEPS "}", &suite);
    assert_int_equal(suite.plans[0]->server.transport, WORLD_UDP);
    suite_free(&suite);
}

static void a_relative_plugin_starts_in_the_scenarios_folder(void **state)
{
    (void)state;
    struct suite suite;
    fixture_accept("{'server': {'plugin': 'uppercase'}, " STEPS "}", &suite);
    assert_string_equal(fixture_folder, "folder");
    suite_free(&suite);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_has_its_default),
        cmocka_unit_test(every_key_can_be_set),
        cmocka_unit_test(a_quarantine_holds_for_all_members),
        cmocka_unit_test(options_fall_back_one_by_one),
        cmocka_unit_test(the_transport_is_the_plugins_first),
        cmocka_unit_test(a_relative_plugin_starts_in_the_scenarios_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
