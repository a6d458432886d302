/* SPDX-License-Identifier: MIT */
/* The matrix and `$`: members, ids, types and text. */
#include "scenario_fixture.h"

static const struct plan_step *step_of(const struct suite *suite, size_t plan, size_t step)
{
    return &suite->plans[plan]->steps.steps[step];
}

static void there_is_a_scenario_for_each_combination_in_order(void **state)
{
    (void)state;
    static const char *const ids[] = {"text#n=10,msg=a", "text#n=10,msg=b", "text#n=1,msg=a",
                                      "text#n=1,msg=b"};
    struct suite suite;
    fixture_accept("{'matrix': {'n': [10, 1], 'msg': ['a', 'b']}, 'title': '${msg} ${n} times',"
                   "'server': {'plugin': 'uppercase'}, 'steps': [{'connect': {}},"
                   "{'send': {'fill': '$msg', 'size': '$n'}}, {'expect': '<${msg}${n}$$>'}]}",
                   &suite);
    assert_int_equal(suite.plan_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(suite.plans[i]->id, ids[i]);
        assert_string_equal(suite.plans[i]->file, "folder/text.json");
    }
    assert_string_equal(suite.plans[3]->title, "b 1 times");
    assert_int_equal(step_of(&suite, 0, 1)->send.payload.size, 10);
    assert_int_equal(step_of(&suite, 3, 1)->send.payload.parts[0].fill, 'b');
    assert_int_equal(step_of(&suite, 2, 1)->send.payload.size, 1);
    assert_memory_equal(step_of(&suite, 3, 2)->expect.payload.parts[0].data, "<b1$>", 5);
    suite_free(&suite);
}

static void a_name_alone_keeps_its_type(void **state)
{
    (void)state;
    struct suite suite;
    fixture_accept("{'matrix': {'settle': [true, false], 'plugin': ['uppercase', 'typed'],"
                   "'n': [3]}, 'server': {'plugin': '$plugin', 'backlog': '$n'}, 'steps': ["
                   "{'connect': {}, 'as': '$plugin'}, {'send': '${n}', 'settle': '$settle',"
                   "'as': '${plugin}'}, {'repeat': '$n', 'steps': [{'expect': {'size': '$n'},"
                   "'as': '$plugin'}]}]}",
                   &suite);
    assert_int_equal(suite.plan_count, 4);
    assert_true(step_of(&suite, 0, 1)->send.settle);
    assert_false(step_of(&suite, 2, 1)->send.settle);
    assert_string_equal(suite.plans[3]->server.plugin, "typed");
    assert_string_equal(suite.plans[3]->clients[0], "typed");
    assert_int_equal(suite.plans[3]->server.backlog, 3);
    assert_int_equal(step_of(&suite, 3, 2)->repeat.count, 3);
    assert_memory_equal(step_of(&suite, 0, 1)->send.payload.parts[0].data, "3", 1);
    assert_string_equal(suite.plans[2]->id, "text#settle=false,plugin=uppercase,n=3");
    suite_free(&suite);
}

/* What a value contains is never read again as a name. */
static void values_are_taken_as_they_are(void **state)
{
    (void)state;
    struct suite suite;
    fixture_accept("{'matrix': {'m': ['$$', '$i', '${m}', 'a,b c%']}, 'server': {'plugin': "
                   "'uppercase'}, 'steps': [{'connect': {}}, {'repeat': 2, 'steps': ["
                   "{'send': '$m'}, {'send': '<${m}${i}>'}]}, {'expect': 'x'}]}",
                   &suite);
    static const char *const exact[] = {"$$", "$i", "${m}", "a,b c%"};
    static const char *const inserted[] = {"<$$1>", "<$i1>", "<${m}1>", "<a,b c%1>"};
    assert_int_equal(suite.plan_count, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct plan_step *body = step_of(&suite, i, 1)->repeat.body.steps;
        const struct plan_part *part = &body[2].send.payload.parts[0];
        assert_int_equal(part->size, strlen(exact[i]));
        assert_memory_equal(part->data, exact[i], part->size);
        part = &body[3].send.payload.parts[0];
        assert_int_equal(part->size, strlen(inserted[i]));
        assert_memory_equal(part->data, inserted[i], part->size);
    }
    assert_string_equal(suite.plans[3]->id, "text#m=a%2Cb%20c%25");
    suite_free(&suite);
}

static void two_dollars_are_one_with_and_without_a_matrix(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan = fixture_tcp("{'connect': {}}, {'send': '$$'}, {'send': '$$$$a$$'},"
                                          "{'expect': {'regex': '.*$$'}}",
                                          &suite);
    assert_memory_equal(plan->steps.steps[1].send.payload.parts[0].data, "$", 1);
    assert_int_equal(plan->steps.steps[1].send.payload.size, 1);
    assert_memory_equal(plan->steps.steps[2].send.payload.parts[0].data, "$$a$", 4);
    assert_string_equal(plan->steps.steps[3].expect.pattern_text, ".*$");
    suite_free(&suite);
}

/* Of an object's keys, only those that name clients are strings with a `$`. */
static void ends_may_name_clients_by_the_matrix(void **state)
{
    (void)state;
    struct suite suite;
    fixture_accept("{'matrix': {'n': [7, 'a$i']}, 'server': {'plugin': 'uppercase'}, 'steps': ["
                   "{'connect': {}, 'as': '${n}'}, {'connect': {}, 'as': 'x${n}'},"
                   "{'expect_server': {'ends': {'$n': 'open', 'x${n}': 'eof'}}}]}",
                   &suite);
    static const char *const names[] = {"7", "a$i"};
    assert_int_equal(suite.plan_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct plan_expect_server *expected = step_of(&suite, i, 2)->expect_server;
        assert_int_equal(suite.plans[i]->client_count, 2);
        assert_int_equal(expected->end_count, 2);
        assert_string_equal(suite.plans[i]->clients[expected->ends[0].client], names[i]);
        assert_int_equal(expected->ends[1].end, SESSION_EOF);
    }
    assert_memory_not_equal(suite.plans[0]->hash, suite.plans[1]->hash, 16);
    suite_free(&suite);
    fixture_refuse("{'matrix': {'n': ['send']}, 'server': {'plugin': 'uppercase'}, 'steps': ["
                   "{'connect': {}}, {'$n': 'a'}, {'expect': 'A'}]}",
                   "unknown verb \"$n\"");
}

static void the_first_failing_member_is_told_and_ends_the_file(void **state)
{
    (void)state;
    struct suite suite;
    assert_int_equal(fixture_load("{'matrix': {'n': [5, 1, 0]}, 'server': {'plugin': 'uppercase'},"
                                  "'steps': [{'connect': {}}, {'send': {'fill': 'a', 'size': '$n'},"
                                  "'cuts': [1]}, {'expect': 'A'}]}",
                                  &suite),
                     -EINVAL);
    assert_int_equal(suite.error_count, 1);
    assert_int_equal(suite.plan_count, 1);
    assert_string_equal(suite.errors[0].sentence,
                        "the cut 1 does not lie inside the payload of 1 bytes (with n=1)");
    assert_string_equal(suite.errors[0].pointer, "/steps/1/cuts/0");
    suite_free(&suite);
}

static void a_hundred_thousand_members_are_the_limit(void **state)
{
    (void)state;
    struct suite suite;
    fixture_accept("{'matrix': {'n0': [0,1,2,3,4,5,6,7,8,9], 'n1': [0,1,2,3,4,5,6,7,8,9],"
                   "'n2': [0,1,2,3,4,5,6,7,8,9], 'n3': [0,1,2,3,4,5,6,7,8,9],"
                   "'n4': [0,1,2,3,4,5,6,7,8,9]}, 'server': {'plugin': 'uppercase'},"
                   "'steps': [{'connect': {}}, {'expect': 'x${n0}'}]}",
                   &suite);
    assert_int_equal(suite.plan_count, 100000);
    assert_string_equal(suite.plans[99999]->id, "text#n0=9,n1=9,n2=9,n3=9,n4=9");
    suite_free(&suite);
}

static void an_index_may_be_called_like_no_other(void **state)
{
    (void)state;
    fixture_refuse("{'matrix': {'i': [1]}, 'server': {'plugin': 'uppercase'}, 'steps': ["
                   "{'connect': {}}, {'repeat': 2, 'steps': [{'send': 'a'}]}, {'expect': 'x'}]}",
                   "the index \"i\" is a name of the matrix, too");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_a_scenario_for_each_combination_in_order),
        cmocka_unit_test(a_name_alone_keeps_its_type),
        cmocka_unit_test(values_are_taken_as_they_are),
        cmocka_unit_test(two_dollars_are_one_with_and_without_a_matrix),
        cmocka_unit_test(ends_may_name_clients_by_the_matrix),
        cmocka_unit_test(the_first_failing_member_is_told_and_ends_the_file),
        cmocka_unit_test(a_hundred_thousand_members_are_the_limit),
        cmocka_unit_test(an_index_may_be_called_like_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
