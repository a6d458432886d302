/* SPDX-License-Identifier: MIT */
/* Repeats: loops, copies, nesting, and the bounds on work. */
#include "scenario_fixture.h"

static void a_body_without_its_index_stays_a_loop(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan = fixture_tcp(
        "{'connect': {}}, {'repeat': 1000, 'note': 'x', 'steps': [{'send': 'a'}, {'expect': 'A'}]}",
        &suite);
    const struct plan_step *repeat = &plan->steps.steps[1];
    assert_int_equal(repeat->verb, PLAN_REPEAT);
    assert_false(repeat->repeat.unrolled);
    assert_int_equal(repeat->repeat.count, 1000);
    assert_int_equal(repeat->repeat.body.count, 2);
    assert_string_equal(plan->sources[3], "/steps/1/steps/1");
    suite_free(&suite);
}

static void a_body_with_its_index_is_copied(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan = fixture_tcp("{'repeat': 3, 'steps': [{'connect': {}, 'as': 'c[$i]'}, "
                                          "{'send': 'n${i}', 'as': 'c[${i}]'},"
                                          "{'wait_ms': '$i'}]}, {'expect': 'N2', 'as': 'c[2]'}",
                                          &suite);
    const struct plan_step *repeat = &plan->steps.steps[0];
    assert_true(repeat->repeat.unrolled);
    assert_int_equal(repeat->repeat.count, 3);
    assert_int_equal(repeat->repeat.body.count, 3);
    assert_int_equal(plan->source_count, 5);
    assert_int_equal(plan->client_count, 3);
    assert_string_equal(plan->clients[2], "c[2]");
    for (size_t i = 0; i < 9; i++) {
        const struct plan_step *step = &repeat->repeat.body.steps[i];
        assert_int_equal(step->source, 1 + i % 3);
        if (step->verb == PLAN_WAIT) {
            assert_int_equal(step->wait_ms, i / 3);
        } else {
            assert_int_equal(step->client, i / 3);
        }
    }
    const struct plan_part *part = &repeat->repeat.body.steps[7].send.payload.parts[0];
    assert_int_equal(part->size, 2);
    assert_memory_equal(part->data, "n2", 2);
    assert_int_equal(plan->steps.steps[1].client, 2);
    suite_free(&suite);
}

static void nested_repeats_count_by_names_of_their_own(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan =
        fixture_tcp("{'repeat': 2, 'steps': [{'repeat': 3, 'index': 'j', 'steps': ["
                    "{'connect': {}, 'as': 'c[$i,$j]'}]}]}, {'expect': 'x', 'as': 'c[1,2]'}",
                    &suite);
    assert_int_equal(plan->client_count, 6);
    assert_string_equal(plan->clients[3], "c[1,0]");
    const struct plan_step *outer = &plan->steps.steps[0];
    assert_true(outer->repeat.unrolled);
    assert_int_equal(outer->repeat.body.count, 1);
    const struct plan_step *second = &outer->repeat.body.steps[1];
    assert_true(second->repeat.unrolled);
    assert_int_equal(second->source, 1);
    assert_int_equal(second->repeat.body.steps[2].client, 5);
    assert_int_equal(second->repeat.body.steps[2].source, 2);
    assert_int_equal(plan->source_count, 4);
    suite_free(&suite);
}

static void only_the_repeat_that_is_mentioned_is_copied(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan = fixture_tcp(
        "{'connect': {}}, {'repeat': 1000, 'steps': [{'repeat': 2, 'index': 'j', 'steps': "
        "[{'wait_ms': '$j'}]}, {'send': 'costs $$i'}]}, {'expect': 'x'}",
        &suite);
    const struct plan_step *outer = &plan->steps.steps[1];
    assert_false(outer->repeat.unrolled);
    assert_true(outer->repeat.body.steps[0].repeat.unrolled);
    const struct plan_part *part = &outer->repeat.body.steps[1].send.payload.parts[0];
    assert_memory_equal(part->data, "costs $i", 8);
    suite_free(&suite);
}

static void eight_repeats_may_be_nested(void **state)
{
    (void)state;
    struct suite suite;
    fixture_tcp("{'connect': {}}, {'repeat': 2, 'steps': [{'repeat': 2, 'index': 'a', 'steps': ["
                "{'repeat': 2, 'index': 'b', 'steps': [{'repeat': 2, 'index': 'c', 'steps': ["
                "{'repeat': 2, 'index': 'd', 'steps': [{'repeat': 2, 'index': 'e', 'steps': ["
                "{'repeat': 2, 'index': 'f', 'steps': [{'repeat': 2, 'index': 'g', 'steps': ["
                "{'expect': 'x'}]}]}]}]}]}]}]}]}",
                &suite);
    suite_free(&suite);
}

static void a_loop_is_followed_twice(void **state)
{
    (void)state;
    struct suite suite;
    fixture_tcp("{'repeat': 5, 'steps': [{'connect': {}}, {'expect': 'x'}, {'close': {}}]}",
                &suite);
    suite_free(&suite);
    fixture_tcp("{'repeat': 1, 'steps': [{'connect': {}}, {'expect': 'x'}]}", &suite);
    suite_free(&suite);
    fixture_refuse("{'server': {'plugin': 'uppercase'}, 'steps': [{'connect': {}}, {'expect': 'x'},"
                   "{'repeat': 2, 'steps': [{'half_close': {}}]}]}",
                   "has shut down its sending side already");
}

static void ten_million_steps_are_the_limit(void **state)
{
    (void)state;
    struct suite suite;
    /* A connect, the repeat, 3,333,332 times two pieces and an expect, two waits. */
    fixture_tcp("{'connect': {}}, {'repeat': 3333332, 'steps': [{'send': 'ab', 'cuts': [1]},"
                "{'expect': 'AB'}]}, {'wait_ms': 1}, {'wait_ms': 1}",
                &suite);
    suite_free(&suite);
    fixture_refuse("{'server': {'plugin': 'uppercase'}, 'steps': [{'connect': {}},"
                   "{'repeat': 3333332, 'steps': [{'send': 'ab', 'cuts': [1]}, {'expect': 'AB'}]},"
                   "{'wait_ms': 1}, {'wait_ms': 1}, {'wait_ms': 1}]}",
                   "more than 10000000 steps");
}

static void a_million_copies_are_the_limit(void **state)
{
    (void)state;
    fixture_refuse("{'server': {'plugin': 'uppercase'}, 'steps': [{'connect': {}},"
                   "{'repeat': 1000001, 'steps': [{'wait_ms': '$i'}]}, {'expect': 'x'}]}",
                   "more than 1000000 steps");
    fixture_refuse("{'matrix': {'n': [1, 2, 3]}, 'server': {'plugin': 'uppercase'}, 'steps': ["
                   "{'connect': {}}, {'repeat': 400000, 'steps': [{'wait_ms': '$i'}]},"
                   "{'expect': 'x'}]}",
                   "more than 1000000 steps (with n=3)");
}

static void clients_whose_ends_are_expected_are_counted_too(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan = fixture_tcp(
        "{'repeat': 3, 'steps': [{'connect': {}, 'as': 'c[2]'}, {'reset': {}, 'as': 'c[2]'}]},"
        "{'connect': {}, 'as': 'c[0]'}, {'connect': {}, 'as': 'c[1]'}, {'connect': {}, 'as': "
        "'a$$'},"
        "{'repeat': 3, 'steps': [{'expect_server': {'ends': {'c[$i]': 'reset', 'a$$': 'open'}}}]}",
        &suite);
    const struct plan_step *repeat = &plan->steps.steps[4];
    assert_true(repeat->repeat.unrolled);
    assert_int_equal(plan->client_count, 4);
    for (size_t i = 0; i < 3; i++) {
        const struct plan_expect_server *expected = repeat->repeat.body.steps[i].expect_server;
        char name[8];
        snprintf(name, sizeof(name), "c[%zu]", i);
        assert_int_equal(expected->end_count, 2);
        assert_string_equal(plan->clients[expected->ends[0].client], name);
        assert_int_equal(expected->ends[0].end, SESSION_RESET);
        assert_string_equal(plan->clients[expected->ends[1].client], "a$");
    }
    suite_free(&suite);
}

/* Copy by copy: that two names fall together may be true of one copy only. */
static void ends_of_one_client_are_expected_once(void **state)
{
    (void)state;
    fixture_refuse("{'server': {'plugin': 'uppercase'}, 'steps': [{'connect': {}, 'as': 'c0'},"
                   "{'connect': {}, 'as': 'c1'}, {'repeat': 2, 'steps': [{'expect_server':"
                   "{'ends': {'c1': 'open', 'c$i': 'open'}}}]}]}",
                   "the key \"c1\" stands here twice once its $ is replaced");
}

static void a_hundred_years_are_the_limit(void **state)
{
    (void)state;
    struct suite suite;
    fixture_tcp("{'connect': {}}, {'repeat': 99, 'steps': [{'wait_ms': 31536000000}]},"
                "{'expect_silence': 31535999999}, {'expect': 'A', 'within_ms': 1}",
                &suite);
    suite_free(&suite);
    static const char *const last[] = {"{'wait_ms': 1}",
                                       "{'expect_silence': 1}",
                                       "{'expect': 'A', 'within_ms': 1}",
                                       "{'expect': 'A'}",
                                       "{'expect_end': 'eof', 'within_ms': 1}",
                                       "{'together': [[{'wait_ms': 1}]]}"};
    for (size_t i = 0; i < sizeof(last) / sizeof(last[0]); i++) {
        char text[512];
        snprintf(
            text, sizeof(text),
            "{'server': {'plugin': 'uppercase'}, 'steps': [{'connect': {}},"
            "{'repeat': 100, 'steps': [{'wait_ms': 31536000000}]}, {'expect_silence': 0}, %s]}",
            last[i]);
        fixture_refuse(text, "more than 100 years of its clock");
    }
    fixture_refuse("{'server': {'plugin': 'uppercase'}, 'steps': [{'connect': {}},"
                   "{'repeat': 9000000, 'steps': [{'expect': 'A', 'within_ms': 31536000000}]}]}",
                   "more than 100 years of its clock");
}

/* descriptors_max bounds what can be open at once. */
static void descriptors_are_counted(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan = fixture_tcp(
        "{'repeat': 1000, 'steps': [{'connect': {}}, {'expect': 'x'}, {'close': {}}]}", &suite);
    assert_true(plan->descriptors_max < 50);
    suite_free(&suite);
    plan = fixture_tcp("{'repeat': 200, 'steps': [{'connect': {}, 'as': 'c$i'}]},"
                       "{'expect': 'x', 'as': 'c0'}",
                       &suite);
    assert_true(plan->descriptors_max >= 400);
    assert_true(plan->descriptors_max < 450);
    suite_free(&suite);
    plan = fixture_tcp("{'together': [[{'connect': {}, 'as': 'a'}, {'close': {}, 'as': 'a'}],"
                       "[{'connect': {}, 'as': 'b'}, {'expect': 'x', 'as': 'b'},"
                       "{'close': {}, 'as': 'b'}]]}",
                       &suite);
    assert_true(plan->descriptors_max >= 2 + 2);
    suite_free(&suite);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_without_its_index_stays_a_loop),
        cmocka_unit_test(a_body_with_its_index_is_copied),
        cmocka_unit_test(nested_repeats_count_by_names_of_their_own),
        cmocka_unit_test(only_the_repeat_that_is_mentioned_is_copied),
        cmocka_unit_test(eight_repeats_may_be_nested),
        cmocka_unit_test(a_loop_is_followed_twice),
        cmocka_unit_test(ten_million_steps_are_the_limit),
        cmocka_unit_test(a_million_copies_are_the_limit),
        cmocka_unit_test(clients_whose_ends_are_expected_are_counted_too),
        cmocka_unit_test(ends_of_one_client_are_expected_once),
        cmocka_unit_test(a_hundred_years_are_the_limit),
        cmocka_unit_test(descriptors_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
