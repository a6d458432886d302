/* SPDX-License-Identifier: MIT */
/* What the text of a result says of the worlds it comes from, and of faults. */
#include <errno.h>

#include "report_json_fixture.h"

static void a_result_of_both_worlds_has_both_verdicts(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    struct result result;
    fixture_result(&result, 0, &plan);
    fixture_diverge(&result);
    json_t *json = render(&plan, &result);
    assert_string_at(json, "world", "both");
    assert_string_at(json, "worlds.sim", "pass");
    assert_string_at(json, "worlds.kernel", "fail");
    assert_string_at(json, "verdict", "diverged");
    assert_string_at(json, "divergence.what", "the session of bob: how it ended");
    assert_string_at(json, "divergence.sim", "eof");
    assert_string_at(json, "divergence.kernel", "reset");
    assert_string_at(json, "divergence.calls", "the server's call 3 for bob");
    assert_string_at(json, "divergence.sim_call", "recv(1024) = 0");
    assert_string_at(json, "divergence.kernel_call", "recv(1024) = ECONNRESET");
    json_decref(json);
    fixture_result(&result, 0, &plan);
    json = render(&plan, &result);
    assert_null(member(json, "worlds"));
    assert_null(member(json, "divergence"));
    json_decref(json);
}

static void faults_are_told_with_how_often_they_fired(void **state)
{
    (void)state;
    static const struct world_fault_rule rules[] = {
        {.call = WORLD_CALL_RECV, .nth = 3, .error = ECONNRESET},
        {.call = WORLD_CALL_SEND, .nth = 1, .short_bytes = 2, .sticky = true}};
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    plan.faults = rules;
    plan.fault_count = 2;
    struct result result;
    fixture_result(&result, 0, &plan);
    free(result.fault_fires);
    result.fault_fires = calloc(2, sizeof(*result.fault_fires));
    assert_non_null(result.fault_fires);
    result.fault_count = 2;
    result.fault_fires[1] = 7;
    json_t *json = render(&plan, &result);
    char *text = json_dumps(member(json, "faults"), 0);
    assert_string_equal(text, "[{\"call\": \"recv\", \"nth\": 3, \"error\": \"ECONNRESET\", "
                              "\"short\": null, \"sticky\": false, \"fired\": 0}, "
                              "{\"call\": \"send\", \"nth\": 1, \"error\": null, \"short\": 2, "
                              "\"sticky\": true, \"fired\": 7}]");
    free(text);
    json_decref(json);
}

static void how_often_is_null_where_the_kernel_chose_it(void **state)
{
    (void)state;
    static const struct world_fault_rule rule = {
        .call = WORLD_CALL_RECV, .nth = 1, .short_bytes = 2, .sticky = true};
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    plan.faults = &rule;
    plan.fault_count = 1;
    struct result result;
    fixture_result(&result, 0, &plan);
    free(result.fault_fires);
    result.fault_fires = calloc(1, sizeof(*result.fault_fires));
    assert_non_null(result.fault_fires);
    result.fault_count = 1;
    result.fault_fires[0] = RESULT_FIRES_UNKNOWN;
    json_t *json = render(&plan, &result);
    assert_true(json_is_null(member(json, "faults.0.fired")));
    json_decref(json);
}

/* The worker took what it knew with it. */
static void of_a_run_that_died_nobody_knows_which_faults_fired(void **state)
{
    (void)state;
    static const struct world_fault_rule rule = {
        .call = WORLD_CALL_RECV, .nth = 3, .error = ECONNRESET};
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    plan.faults = &rule;
    plan.fault_count = 1;
    struct result result;
    fixture_result(&result, 0, &plan);
    free(result.fault_fires);
    result.fault_fires = NULL;
    result.fault_count = 0;
    json_t *json = render(&plan, &result);
    assert_true(json_is_null(member(json, "faults.0.fired")));
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_result_of_both_worlds_has_both_verdicts),
        cmocka_unit_test(faults_are_told_with_how_often_they_fired),
        cmocka_unit_test(how_often_is_null_where_the_kernel_chose_it),
        cmocka_unit_test(of_a_run_that_died_nobody_knows_which_faults_fired),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
