/* SPDX-License-Identifier: MIT */
/* What is handed out, run again and told, and when it ends. */
#include "isolate_fixture.h"

static void every_plan_has_one_result_whatever_the_number_of_workers(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers <= 8; workers *= 2) {
        forget();
        add_many("pass", 300);
        run(workers);
        for (size_t i = 0; i < drill.count; i++) {
            expect(i, VERDICT_PASS, "");
        }
        assert_true(drill.started >= drill.count);
    }
}

static void no_plans_are_no_work(void **state)
{
    (void)state;
    run(4);
    assert_int_equal(notes->runs, 0);
}

static void more_workers_than_plans_are_no_trouble(void **state)
{
    (void)state;
    add_many("pass", 3);
    run(ISOLATE_WORKERS_MAX);
}

static void hundreds_of_plans_go_through_one_worker(void **state)
{
    (void)state;
    add_many("print", PLANS_MAX);
    run(1);
    assert_int_equal(notes->runs, PLANS_MAX);
}

static void a_worker_has_surroundings_of_its_own(void **state)
{
    (void)state;
    add_many("surroundings", 20);
    run(3);
    for (size_t i = 0; i < drill.count; i++) {
        expect(i, VERDICT_PASS, "");
    }
}

static void a_failure_that_repeats_in_a_fresh_worker_stands(void **state)
{
    (void)state;
    add_many("pass", 2);
    add("fail");
    run(1);
    expect(2, VERDICT_FAIL, "wrong bytes");
    assert_int_equal(notes->runs, 4);
}

static void a_failure_in_a_fresh_worker_is_not_run_again(void **state)
{
    (void)state;
    add_many("fail", 10);
    run(1);
    for (size_t i = 0; i < drill.count; i++) {
        expect(i, VERDICT_FAIL, "wrong bytes");
    }
    assert_int_equal(notes->runs, 10);
}

static void state_kept_between_scenarios_is_an_error(void **state)
{
    (void)state;
    add("pass");
    add("sticky");
    add("pass");
    add("fickle");
    add("pass");
    add("crash-if-late");
    add("pass");
    run(1);
    expect(1, VERDICT_ERROR,
           "keeps state between scenarios: fail after other scenarios (somebody was here before), "
           "pass in a fresh process");
    assert_int_equal(drill.verdicts[3], VERDICT_ERROR);
    assert_int_equal(drill.verdicts[5], VERDICT_ERROR);
    assert_non_null(strstr(drill.sentences[5], "SIGSEGV"));
    expect(6, VERDICT_PASS, "");
}

static void failures_in_the_same_words_but_other_bytes_contradict(void **state)
{
    (void)state;
    add("pass");
    add("fickle");
    run(1);
    expect(1, VERDICT_ERROR,
           "keeps state between scenarios: fail both after other scenarios (wrong bytes) and in a "
           "fresh process, but not in the same way");
}

static void an_expected_failure_is_good_and_an_unexpected_pass_is_not(void **state)
{
    (void)state;
    add("fail")->expect_failure = "not done yet";
    add("pass")->expect_failure = "not done yet";
    add("crash")->expect_failure = "not done yet";
    run(2);
    assert_int_equal(drill.verdicts[0], VERDICT_EXPECTED_FAIL);
    assert_string_equal(drill.note, "not done yet");
    expect(1, VERDICT_UNEXPECTED_PASS, "passed, but was expected to fail: not done yet");
    assert_int_equal(drill.verdicts[2], VERDICT_CRASH);
}

static void plans_that_cannot_run_here_are_not_run(void **state)
{
    (void)state;
    add("pass")->worlds = PLAN_SIM;
    add("pass")->descriptors_max = UINT32_MAX;
    run(1);
    assert_int_equal(drill.verdicts[0], VERDICT_SKIPPED);
    assert_string_equal(drill.note, "needs the simulated world");
    assert_int_equal(drill.verdicts[1], VERDICT_ERROR);
    assert_non_null(strstr(drill.sentences[1], "descriptors"));
    assert_int_equal(notes->runs, 0);
}

static void a_stop_ends_everything(void **state)
{
    (void)state;
    static volatile int stop;
    stop = 1;
    add_many("hang", 4);
    assert_int_equal(run_with(2, 0, &stop), -EINTR);
    assert_int_equal(drill.finished, 0);
}

static volatile int alarmed;

static void on_alarm(int signal)
{
    alarmed = signal;
}

static void a_stop_ends_workers_that_hang(void **state)
{
    (void)state;
    struct sigaction action = {.sa_handler = on_alarm};
    struct sigaction before;
    sigaction(SIGALRM, &action, &before);
    add_many("hang", 4);
    alarm(1);
    assert_int_equal(run_with(2, 0, &alarmed), -EINTR);
    sigaction(SIGALRM, &before, NULL);
    assert_int_equal(drill.finished, 0);
}

static void the_owner_can_stop_the_run(void **state)
{
    (void)state;
    add_many("pass", 50);
    drill.stop_after = 5;
    assert_int_equal(run_with(2, 0, NULL), -EINTR);
    assert_int_equal(drill.finished, 5);
}

static void results_do_not_depend_on_the_number_of_workers(void **state)
{
    (void)state;
    static const char *const ids[] = {"pass", "fail",  "crash", "exit-3", "leak-descriptor",
                                      "pass", "abort", "print", "pass",   "keep-descriptor"};
    struct bytes first[50];
    for (unsigned workers = 1; workers <= 4; workers++) {
        forget();
        for (size_t i = 0; i < 50; i++) {
            add(ids[(i * 7 + i / 10) % 10]);
        }
        run(workers);
        for (size_t i = 0; i < 50; i++) {
            if (workers == 1) {
                first[i] = drill.canonical[i];
                drill.canonical[i] = (struct bytes){0};
                continue;
            }
            assert_int_equal(drill.canonical[i].size, first[i].size);
            assert_memory_equal(drill.canonical[i].data, first[i].data, first[i].size);
        }
    }
    for (size_t i = 0; i < 50; i++) {
        bytes_fini(&first[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_plan_has_one_result_whatever_the_number_of_workers),
        TEST(no_plans_are_no_work),
        TEST(more_workers_than_plans_are_no_trouble),
        TEST(hundreds_of_plans_go_through_one_worker),
        TEST(a_worker_has_surroundings_of_its_own),
        TEST(a_failure_that_repeats_in_a_fresh_worker_stands),
        TEST(a_failure_in_a_fresh_worker_is_not_run_again),
        TEST(state_kept_between_scenarios_is_an_error),
        TEST(failures_in_the_same_words_but_other_bytes_contradict),
        TEST(an_expected_failure_is_good_and_an_unexpected_pass_is_not),
        TEST(plans_that_cannot_run_here_are_not_run),
        TEST(a_stop_ends_everything),
        TEST(a_stop_ends_workers_that_hang),
        TEST(the_owner_can_stop_the_run),
        TEST(results_do_not_depend_on_the_number_of_workers),
    };
    return RUN_TESTS(tests);
}
