/* SPDX-License-Identifier: MIT */
/* Plans that run several times: what is the same each time, and what is not. */
#include "isolate_fixture.h"

#define HELLO_AGAIN "differs from run to run: of 7 runs 7 pass, but not all in the same way"

static void what_is_the_same_each_time_is_delivered_once_as_it_is(void **state)
{
    (void)state;
    add("say-hello");
    add("fail");
    add("crash");
    add("sticky");
    drill.repeat = 5;
    run(3);
    expect(0, VERDICT_PASS, "");
    expect(1, VERDICT_FAIL, "wrong bytes");
    assert_int_equal(drill.verdicts[2], VERDICT_CRASH);
    expect(3, VERDICT_PASS, "");
    assert_int_equal(notes->runs, 20);
    assert_int_equal(drill.finished, 4);
}

static void one_run_that_fails_makes_it_flaky_and_is_shown(void **state)
{
    (void)state;
    add("flaky");
    drill.repeat = 7;
    run(1);
    expect(0, VERDICT_FLAKY, "differs from run to run: of 7 runs 5 pass, 2 fail: wrong bytes");
    assert_int_equal(drill.failure.source, 1);
    assert_int_equal(drill.failure.actual.kind, EVIDENCE_BYTES);
}

static void the_same_verdict_with_other_bytes_is_flaky_too(void **state)
{
    (void)state;
    add("hesitate");
    drill.repeat = 7;
    run(2);
    expect(0, VERDICT_FLAKY, HELLO_AGAIN);
}

/* What passed is recorded only where everything is, and reports must not hang on that. */
static void the_trace_of_a_run_that_failed_may_be_told_and_that_of_a_pass_not(void **state)
{
    (void)state;
    static const char *const ids[] = {"flaky", "hesitate"};
    for (size_t i = 0; i < 2; i++) {
        for (int trace = ISOLATE_TRACE_OF_TROUBLE; trace <= ISOLATE_TRACE_ALL; trace++) {
            forget();
            notes->said = 0;
            add(ids[i])->worlds = PLAN_SIM;
            drill.worlds = PLAN_SIM;
            drill.repeat = 3;
            drill.trace = (enum isolate_trace)trace;
            run(1);
            assert_int_equal(drill.verdicts[0], VERDICT_FLAKY);
            assert_int_equal(drill.told.trace_by_chance, i == 1);
            assert_int_equal(drill.told.sim_trace_bytes > 0, i == 0 || trace == ISOLATE_TRACE_ALL);
        }
    }
}

static void every_run_has_a_process_of_its_own(void **state)
{
    (void)state;
    add("say-hello");
    drill.repeat = 4;
    run(1);
    for (int i = 0; i < 4; i++) {
        for (int k = 0; k < i; k++) {
            assert_int_not_equal(notes->workers[i], notes->workers[k]);
        }
    }
}

static void worlds_that_differ_each_time_are_diverged_and_not_flaky(void **state)
{
    (void)state;
    add("say-hello|say-other")->worlds = PLAN_BOTH;
    drill.worlds = PLAN_BOTH;
    drill.repeat = 3;
    run(2);
    assert_int_equal(drill.verdicts[0], VERDICT_DIVERGED);
    assert_int_equal(drill.ran[0], PLAN_BOTH);
}

static void what_is_skipped_or_known_to_fail_stays_so(void **state)
{
    (void)state;
    add("say-hello")->worlds = PLAN_SIM;
    add("fail")->expect_failure = "known";
    drill.repeat = 3;
    run(2);
    assert_int_equal(drill.verdicts[0], VERDICT_SKIPPED);
    assert_int_equal(drill.verdicts[1], VERDICT_EXPECTED_FAIL);
}

static void a_run_that_is_stopped_has_delivered_what_was_over(void **state)
{
    (void)state;
    add_many("say-hello", 4);
    drill.repeat = 3;
    drill.stop_after = 2;
    assert_int_equal(run_with(1, 0, NULL), -EINTR);
    assert_int_equal(drill.finished, 2);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(what_is_the_same_each_time_is_delivered_once_as_it_is),
        TEST(one_run_that_fails_makes_it_flaky_and_is_shown),
        TEST(the_same_verdict_with_other_bytes_is_flaky_too),
        TEST(the_trace_of_a_run_that_failed_may_be_told_and_that_of_a_pass_not),
        TEST(every_run_has_a_process_of_its_own),
        TEST(worlds_that_differ_each_time_are_diverged_and_not_flaky),
        TEST(what_is_skipped_or_known_to_fail_stays_so),
        TEST(a_run_that_is_stopped_has_delivered_what_was_over),
    };
    return RUN_TESTS(tests);
}
