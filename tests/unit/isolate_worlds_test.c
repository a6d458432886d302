/* SPDX-License-Identifier: MIT */
/* Plans that run in two worlds have one result, and say where the worlds part. */
#include "isolate_fixture.h"

static void expect_told(const char *what, const char *sim, const char *kernel)
{
    assert_string_equal(drill.told.what, what);
    assert_string_equal(drill.told.sim, sim);
    assert_string_equal(drill.told.kernel, kernel);
}

static void worlds_that_agree_have_one_result(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers <= 8; workers *= 2) {
        forget();
        notes->runs = 0;
        for (size_t i = 0; i < 50; i++) {
            add_both("say-hello");
        }
        run_both(workers);
        for (size_t i = 0; i < drill.count; i++) {
            expect(i, VERDICT_PASS, "");
            assert_int_equal(drill.ran[i], PLAN_BOTH);
        }
        assert_int_equal(notes->runs, 100);
        assert_int_equal(drill.told.sim_verdict, VERDICT_PASS);
        assert_int_equal(drill.told.kernel_verdict, VERDICT_PASS);
        expect_told("", "", "");
    }
}

static void the_simulated_run_comes_first_and_the_real_one_next(void **state)
{
    (void)state;
    for (size_t i = 0; i < 10; i++) {
        add_both("pass");
    }
    run_both(1);
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(notes->order[i], i);
    }
}

static void a_plan_of_one_world_runs_in_that_one(void **state)
{
    (void)state;
    add("pass")->worlds = PLAN_SIM;
    add("pass")->worlds = PLAN_KERNEL;
    add("fail")->worlds = PLAN_SIM;
    run_both(1);
    expect(0, VERDICT_PASS, "");
    expect(1, VERDICT_PASS, "");
    expect(2, VERDICT_FAIL, "wrong bytes");
    assert_int_equal(drill.ran[0], PLAN_SIM);
    assert_int_equal(drill.ran[1], PLAN_KERNEL);
    assert_int_equal(drill.ran[2], PLAN_SIM);
}

static void plans_of_the_other_world_are_skipped_with_a_reason(void **state)
{
    (void)state;
    drill.worlds = PLAN_SIM;
    add("pass")->worlds = PLAN_KERNEL;
    run(1);
    assert_int_equal(drill.verdicts[0], VERDICT_SKIPPED);
    assert_int_equal(drill.ran[0], PLAN_SIM);
    assert_string_equal(drill.note, "needs real sockets");
    forget();
    drill.worlds = PLAN_KERNEL;
    add("pass")->worlds = PLAN_SIM;
    run(1);
    assert_int_equal(drill.verdicts[0], VERDICT_SKIPPED);
    assert_int_equal(drill.ran[0], PLAN_KERNEL);
    assert_string_equal(drill.note, "needs the simulated world");
    assert_int_equal(notes->runs, 0);
}

static void one_of_two_worlds_can_be_asked_for(void **state)
{
    (void)state;
    drill.worlds = PLAN_SIM;
    add_both("fail|pass");
    run(1);
    expect(0, VERDICT_FAIL, "wrong bytes");
    assert_int_equal(drill.ran[0], PLAN_SIM);
    assert_int_equal(notes->runs, 1);
}

static void descriptors_are_needed_on_real_sockets_only(void **state)
{
    (void)state;
    struct plan *large = add("pass");
    large->worlds = PLAN_SIM;
    large->descriptors_max = UINT32_MAX;
    add_both("pass")->descriptors_max = UINT32_MAX;
    run_both(1);
    expect(0, VERDICT_PASS, "");
    assert_int_equal(drill.verdicts[1], VERDICT_ERROR);
    assert_int_equal(drill.ran[1], PLAN_BOTH);
    assert_non_null(strstr(drill.sentences[1], "descriptors"));
    assert_int_equal(drill.told.sim_verdict, VERDICT_PASS);
    assert_int_equal(drill.told.kernel_verdict, VERDICT_ERROR);
    assert_int_equal(notes->runs, 2);
}

static void a_failure_in_both_worlds_is_a_failure(void **state)
{
    (void)state;
    add_both("pass");
    add_both("fail");
    run_both(1);
    expect(1, VERDICT_FAIL, "wrong bytes");
    assert_int_equal(drill.failure.source, 1);
    assert_int_equal(drill.told.sim_verdict, VERDICT_FAIL);
    assert_int_equal(drill.told.kernel_verdict, VERDICT_FAIL);
}

static void a_failure_in_one_world_is_a_divergence(void **state)
{
    (void)state;
    add_both("pass|fail");
    run_both(1);
    expect(0, VERDICT_DIVERGED, "pass in the simulated world, fail on real sockets (wrong bytes)");
    expect_told("the verdict", "pass", "fail at /steps/1: wrong bytes");
    assert_int_equal(drill.failure.source, PLAN_NONE);
    assert_int_equal(drill.told.sim_verdict, VERDICT_PASS);
    assert_int_equal(drill.told.kernel_verdict, VERDICT_FAIL);
}

static void a_crash_in_one_world_is_a_divergence_with_its_backtrace(void **state)
{
    (void)state;
    static const char sentence[] = "the worker was killed by SIGSEGV (invalid memory access)";
    char expected[200];
    add_both("pass|crash");
    run_both(1);
    snprintf(expected, sizeof(expected), "pass in the simulated world, crash on real sockets (%s)",
             sentence);
    expect(0, VERDICT_DIVERGED, expected);
    assert_true(drill.trouble.frame_count > 2);
    assert_int_equal(drill.trouble.signal, SIGSEGV);
    assert_string_equal(drill.output, "last words\n");
    forget();
    add_both("crash|pass");
    run_both(1);
    snprintf(expected, sizeof(expected), "crash at /steps/2 (iteration 41): %s", sentence);
    expect_told("the verdict", expected, "pass");
    assert_true(drill.trouble.frame_count > 2);
    assert_int_equal(drill.trouble.signal, SIGSEGV);
}

static void two_crashes_are_the_same_by_signal_and_step(void **state)
{
    (void)state;
    add_both("crash");
    run_both(1);
    expect(0, VERDICT_CRASH, "the worker was killed by SIGSEGV (invalid memory access)");
    assert_int_equal(drill.failure.source, 2);
    assert_int_equal(drill.trouble.signal, SIGSEGV);
    forget();
    add_both("crash|abort");
    run_both(1);
    assert_int_equal(drill.verdicts[0], VERDICT_DIVERGED);
    assert_string_equal(drill.told.what, "how the process ended");
    forget();
    add_both("exit-3|exit-0");
    run_both(1);
    assert_int_equal(drill.verdicts[0], VERDICT_DIVERGED);
    assert_string_equal(drill.told.what, "how the process ended");
    forget();
    add_both("crash-early|crash");
    run_both(1);
    expect(0, VERDICT_DIVERGED,
           "crash in both worlds, but not in the same way: the step at which it happened");
    expect_told("the step at which it happened", "/steps/0", "/steps/2 (iteration 41)");
}

static void a_hang_in_one_world_lets_the_other_run(void **state)
{
    (void)state;
    drill.worlds = PLAN_BOTH;
    add_both("hang|pass");
    add_both("pass");
    assert_int_equal(run_with(1, HANG_TIMEOUT_MS, NULL), 0);
    expect(0, VERDICT_DIVERGED,
           "hang in the simulated world (no step finished within 400 ms), pass on real sockets");
    expect(1, VERDICT_PASS, "");
}

static void a_hang_in_both_worlds_is_a_hang(void **state)
{
    (void)state;
    drill.worlds = PLAN_BOTH;
    add_both("hang");
    assert_int_equal(run_with(2, HANG_TIMEOUT_MS, NULL), 0);
    expect(0, VERDICT_HANG, "no step finished within 400 ms");
}

static void rubbish_and_leaks_are_verdicts_of_their_world(void **state)
{
    (void)state;
    add_both("pass|garble");
    run_both(1);
    assert_int_equal(drill.verdicts[0], VERDICT_DIVERGED);
    assert_int_equal(drill.told.kernel_verdict, VERDICT_ERROR);
    forget();
    add_both("leak-descriptor|pass");
    run_both(1);
    assert_int_equal(drill.verdicts[0], VERDICT_DIVERGED);
    assert_int_equal(drill.told.sim_verdict, VERDICT_LEAK);
    forget();
    add_both("leak-descriptor");
    run_both(1);
    expect(0, VERDICT_LEAK, "the run left 1 descriptor open");
}

static void passes_with_other_bytes_diverge(void **state)
{
    (void)state;
    add_both("say-hello|say-help");
    run_both(1);
    expect(0, VERDICT_DIVERGED,
           "pass in both worlds, but not in the same way: the client bob: the bytes received");
    expect_told("the client bob: the bytes received", "5 bytes: \"hello\"", "4 bytes: \"help\"");
}

static void runs_that_differ_are_made_again_alone_and_with_traces(void **state)
{
    (void)state;
    add_both("pass");
    add_both("say-hello|say-help");
    add_both("pass");
    run_both(1);
    assert_int_equal(drill.verdicts[1], VERDICT_DIVERGED);
    assert_int_equal(drill.verdicts[2], VERDICT_PASS);
    /* Six runs of three plans, two of them again. */
    assert_int_equal(notes->runs, 8);
    size_t seen = 0;
    for (size_t i = 0; i < 8; i++) {
        size_t same = 0;
        for (size_t k = 0; k < 8; k++) {
            same += notes->workers[k] == notes->workers[i];
        }
        bool again = notes->order[i] / 2 == 1 && i > 3;
        assert_true(!again || same == 1);
        seen += again;
    }
    assert_int_equal(seen, 2);
}

static void a_difference_that_does_not_come_again_is_told(void **state)
{
    (void)state;
    add_both("say-hello|hesitate");
    run_both(1);
    expect(0, VERDICT_DIVERGED,
           "pass in both worlds, but not in the same way: the client bob: the bytes received; run "
           "again, both worlds agreed: the scenario is not repeatable, or the plugin keeps state "
           "between scenarios");
    expect_told("the client bob: the bytes received", "5 bytes: \"hello\"", "2 bytes: \"er\"");
    assert_string_equal(drill.told.calls, "");
}

static void state_kept_between_scenarios_is_an_error_and_no_divergence(void **state)
{
    (void)state;
    add_both("sticky");
    add_both("pass|sticky");
    run_both(1);
    for (size_t i = 0; i < 2; i++) {
        expect(i, VERDICT_ERROR,
               "keeps state between scenarios: fail after other scenarios (somebody was here "
               "before), pass in a fresh process");
        assert_int_equal(drill.ran[i], PLAN_BOTH);
    }
}

static void what_was_expected_is_judged_after_both_worlds(void **state)
{
    (void)state;
    add_both("fail")->expect_failure = "not done yet";
    add_both("pass")->expect_failure = "not done yet";
    add_both("fail|pass")->expect_failure = "not done yet";
    run_both(1);
    assert_int_equal(drill.verdicts[0], VERDICT_EXPECTED_FAIL);
    assert_int_equal(drill.verdicts[1], VERDICT_UNEXPECTED_PASS);
    assert_int_equal(drill.verdicts[2], VERDICT_DIVERGED);
    assert_int_equal(drill.told.sim_verdict, VERDICT_FAIL);
}

static void half_a_pair_is_not_delivered(void **state)
{
    (void)state;
    drill.worlds = PLAN_BOTH;
    add_both("pass");
    add_both("say-hello|hang");
    assert_int_equal(run_with(1, 0, &notes->hung), -EINTR);
    assert_int_equal(drill.finished, 1);
    assert_int_equal(notes->runs, 4);
}

static void many_divergences_at_once_all_come_out(void **state)
{
    (void)state;
    static const char *const ids[] = {"pass",       "say-hello|say-help", "fail",
                                      "pass|crash", "crash|pass",         "fail|pass"};
    struct bytes first[30];
    for (unsigned workers = 1; workers <= 4; workers++) {
        forget();
        for (size_t i = 0; i < 30; i++) {
            add_both(ids[(i * 5 + i / 6) % 6]);
        }
        run_both(workers);
        for (size_t i = 0; i < 30; i++) {
            if (workers == 1) {
                first[i] = drill.canonical[i];
                drill.canonical[i] = (struct bytes){0};
                continue;
            }
            assert_int_equal(drill.canonical[i].size, first[i].size);
            assert_memory_equal(drill.canonical[i].data, first[i].data, first[i].size);
        }
    }
    for (size_t i = 0; i < 30; i++) {
        bytes_fini(&first[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(worlds_that_agree_have_one_result),
        TEST(the_simulated_run_comes_first_and_the_real_one_next),
        TEST(a_plan_of_one_world_runs_in_that_one),
        TEST(plans_of_the_other_world_are_skipped_with_a_reason),
        TEST(one_of_two_worlds_can_be_asked_for),
        TEST(descriptors_are_needed_on_real_sockets_only),
        TEST(a_failure_in_both_worlds_is_a_failure),
        TEST(a_failure_in_one_world_is_a_divergence),
        TEST(a_crash_in_one_world_is_a_divergence_with_its_backtrace),
        TEST(two_crashes_are_the_same_by_signal_and_step),
        TEST(a_hang_in_one_world_lets_the_other_run),
        TEST(a_hang_in_both_worlds_is_a_hang),
        TEST(rubbish_and_leaks_are_verdicts_of_their_world),
        TEST(passes_with_other_bytes_diverge),
        TEST(runs_that_differ_are_made_again_alone_and_with_traces),
        TEST(a_difference_that_does_not_come_again_is_told),
        TEST(state_kept_between_scenarios_is_an_error_and_no_divergence),
        TEST(what_was_expected_is_judged_after_both_worlds),
        TEST(half_a_pair_is_not_delivered),
        TEST(many_divergences_at_once_all_come_out),
    };
    return RUN_TESTS(tests);
}
