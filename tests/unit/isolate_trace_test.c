/* SPDX-License-Identifier: MIT */
/* Which results carry the traces of their runs, and which of those reports may tell of. */
#include "isolate_fixture.h"

static void traces_tell_which_call_differs(void **state)
{
    (void)state;
    add_both("say-hello|say-help");
    run_both(1);
    assert_string_equal(drill.told.calls, "the server: call 1");
    assert_string_equal(drill.told.sim_call, "recv(1024) = 9");
    assert_string_equal(drill.told.kernel_call, "recv(1024) = 8");
    assert_int_equal(drill.told.sim_trace_bytes, 0);
    assert_int_equal(drill.told.kernel_trace_bytes, 0);
    forget();
    add_both("say-help|say-held");
    run_both(1);
    assert_string_equal(drill.told.sim_call, "recv(1024) = 8, 8 bytes: \"say-help\"");
    assert_string_equal(drill.told.kernel_call, "recv(1024) = 8, 8 bytes: \"say-held\"");
}

static void results_carry_traces_when_asked_and_deaths_lose_none(void **state)
{
    (void)state;
    drill.trace = ISOLATE_TRACE_ALL;
    add_both("pass");
    run_both(1);
    size_t bytes = drill.told.sim_trace_bytes;
    assert_true(bytes > sizeof(struct trace_event));
    assert_int_equal(drill.told.kernel_trace_bytes, bytes);
    static const char *const ids[] = {"crash", "exit-3", "killed", "fail"};
    for (size_t i = 0; i < 4; i++) {
        forget();
        drill.trace = ISOLATE_TRACE_ALL;
        add_both("pass");
        add_both(ids[i]);
        run_both(1);
        assert_int_equal(drill.told.sim_trace_bytes, bytes - 4 + strlen(ids[i]));
        assert_int_equal(drill.told.kernel_trace_bytes, drill.told.sim_trace_bytes);
    }
    forget();
    drill.trace = ISOLATE_TRACE_ALL;
    drill.worlds = PLAN_SIM;
    add("crash")->worlds = PLAN_SIM;
    run(1);
    assert_true(drill.told.sim_trace_bytes > 0);
    assert_int_equal(drill.told.kernel_trace_bytes, 0);
}

/* Runs one plan behind another that passes, which spoils nothing, with traces of trouble. */
static struct plan *run_of_trouble(const char *id, const char *expect_failure)
{
    forget();
    drill.trace = ISOLATE_TRACE_OF_TROUBLE;
    add_both("pass");
    struct plan *plan = add_both(id);
    plan->expect_failure = expect_failure;
    run_both(1);
    return plan;
}

static void traces_of_trouble_are_those_of_results_that_need_one(void **state)
{
    (void)state;
    static const char *const bad[] = {"fail", "crash", "exit-3", "killed", "leak-descriptor"};
    run_of_trouble("say-hello", NULL);
    assert_int_equal(drill.told.sim_trace_bytes, 0);
    assert_int_equal(drill.told.kernel_trace_bytes, 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        run_of_trouble(bad[i], NULL);
        assert_true(drill.told.sim_trace_bytes > sizeof(struct trace_event));
        assert_int_equal(drill.told.kernel_trace_bytes, 0);
        assert_false(drill.told.trace_by_chance);
    }
    run_of_trouble("fail", "known");
    assert_int_equal(drill.verdicts[1], VERDICT_EXPECTED_FAIL);
    assert_true(drill.told.sim_trace_bytes > 0);
    run_of_trouble("say-hello", "gone");
    assert_int_equal(drill.verdicts[1], VERDICT_UNEXPECTED_PASS);
    assert_true(drill.told.sim_trace_bytes > 0);
    run_of_trouble("say-hello|say-help", NULL);
    assert_true(drill.told.sim_trace_bytes > 0);
    assert_true(drill.told.kernel_trace_bytes > 0);
    assert_false(drill.told.trace_by_chance);
}

/* Where a record ends, or which of two it is, must not be chance where reports tell of it. */
static void a_trace_that_hangs_on_chance_is_marked(void **state)
{
    (void)state;
    static const char *const ids[] = {"sticky", "say-hello|hesitate", "garble"};
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        run_of_trouble(ids[i], NULL);
        assert_true(drill.told.trace_by_chance);
    }
}

static void a_hang_that_goes_on_recording_is_told_from_one_that_does_not(void **state)
{
    (void)state;
    static const char *const ids[] = {"hang", "babble"};
    for (size_t i = 0; i < 2; i++) {
        forget();
        drill.trace = ISOLATE_TRACE_OF_TROUBLE;
        drill.worlds = PLAN_SIM;
        add(ids[i])->worlds = PLAN_SIM;
        assert_int_equal(run_with(1, HANG_TIMEOUT_MS, NULL), 0);
        assert_int_equal(drill.verdicts[0], VERDICT_HANG);
        assert_true(drill.told.sim_trace_bytes > 0);
        assert_int_equal(drill.told.trace_by_chance, i == 1);
    }
}

static void the_report_does_not_depend_on_whether_traces_were_asked_for(void **state)
{
    (void)state;
    static const char *const ids[] = {"say-hello|say-help", "say-hello|hesitate", "fail"};
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        struct bytes first = {0};
        for (int trace = ISOLATE_TRACE_NONE; trace <= ISOLATE_TRACE_ALL; trace++) {
            forget();
            notes->said = 0;
            drill.trace = (enum isolate_trace)trace;
            add_both(ids[i]);
            run_both(1);
            assert_int_equal(drill.told.sim_trace_bytes > 0,
                             trace == ISOLATE_TRACE_ALL || (trace > 0 && i != 1));
            if (trace == ISOLATE_TRACE_NONE) {
                first = drill.canonical[0];
                drill.canonical[0] = (struct bytes){0};
                continue;
            }
            assert_int_equal(drill.canonical[0].size, first.size);
            assert_memory_equal(drill.canonical[0].data, first.data, first.size);
        }
        bytes_fini(&first);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(traces_tell_which_call_differs),
        TEST(results_carry_traces_when_asked_and_deaths_lose_none),
        TEST(traces_of_trouble_are_those_of_results_that_need_one),
        TEST(a_trace_that_hangs_on_chance_is_marked),
        TEST(a_hang_that_goes_on_recording_is_told_from_one_that_does_not),
        TEST(the_report_does_not_depend_on_whether_traces_were_asked_for),
    };
    return RUN_TESTS(tests);
}
