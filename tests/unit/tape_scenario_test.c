/* SPDX-License-Identifier: MIT */
#include "tape_fixture.h"

#include "tape_scenario.h"

/* Loads a scenario's text, which must be accepted. */
static void load(struct suite *suite, const void *text, size_t size, unsigned run)
{
    *suite = (struct suite){0};
    int status = suite_load_text("tape.json", "tape", text, size, &fixture_finder, suite);
    if (status != 0 || suite->plan_count != 1) {
        char why[2048] = "no error";
        if (suite->error_count > 0) {
            drill_error_text(&suite->errors[0], why, sizeof(why));
        }
        fail_msg("run %u: %s\n%.*s", run, why, (int)size, (const char *)text);
    }
}

static void check_scenario(const struct plan *plan, const struct tape_plugin *plugin,
                           unsigned flags, unsigned run)
{
    struct bytes text;
    struct suite suite;
    bytes_init(&text, (size_t)1 << 24);
    assert_int_equal(tape_scenario(plan, plugin, &text), 0);
    load(&suite, text.data, text.size, run);
    const char *what = tape_equal(plan, suite.plans[0], flags);
    if (what) {
        fail_msg("run %u: %s differs\n%.*s", run, what, (int)text.size, (const char *)text.data);
    }
    suite_free(&suite);
    bytes_fini(&text);
}

/* So the story rules of the tape are the loader's. */
static void explored_plans_are_scenarios_that_load_to_the_same_plan(void **state)
{
    (void)state;
    for (size_t p = 0; p < 3; p++) {
        struct tape_plugin plugin = tape_plugin_of_info(&fixture_plugins[p]);
        struct tape *tape = tape_new(TAPE_EXPLORE, &plugin, NULL);
        struct prng prng = {p};
        for (unsigned run = 0; run < 1000; run++) {
            uint8_t data[TAPE_FIXTURE_BYTES_MAX];
            size_t size = fixture_tape(&prng, data, run % 10 == 0 ? sizeof(data) : 200);
            check_scenario(tape_decode(tape, data, size), &plugin,
                           TAPE_EQUAL_NAMES | TAPE_EQUAL_ENDING, run);
        }
        tape_free(tape);
    }
}

static void whole_plans_are_scenarios_that_load_to_the_same_plan(void **state)
{
    (void)state;
    for (size_t p = 0; p < 3; p++) {
        struct tape_plugin plugin = tape_plugin_of_info(&fixture_plugins[p]);
        struct prng prng = {50 + p};
        for (unsigned run = 0; run < 1000; run++) {
            uint8_t data[TAPE_FIXTURE_BYTES_MAX];
            size_t size = fixture_tape(&prng, data, run % 10 == 0 ? sizeof(data) : 300);
            struct tape_limits limits;
            tape_limits_measure(data, size, &limits);
            /* Deeper ones need more JSON than the loader reads, and an ending is one more step. */
            limits.together_depth = 10;
            limits.executed_steps = PLAN_EXECUTED_STEPS_MAX - 1;
            struct tape *tape = tape_new(TAPE_WHOLE, &plugin, &limits);
            const struct plan *plan = tape_decode(tape, data, size);
            struct plan seedless = *plan;
            seedless.seed = 1;
            check_scenario(&seedless, &plugin, TAPE_EQUAL_FLAT | TAPE_EQUAL_ENDING, run);
            tape_free(tape);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(explored_plans_are_scenarios_that_load_to_the_same_plan),
        cmocka_unit_test(whole_plans_are_scenarios_that_load_to_the_same_plan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
