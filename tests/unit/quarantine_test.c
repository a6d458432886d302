/* SPDX-License-Identifier: MIT */
/* What reports and the terminal make of a quarantine. */
#include "report_json_fixture.h"

#include "report.h"
#include "result_text_fixture.h"

static const struct plan_quarantine quarantine = {.issue = "#12 \x1b", .until = "2027-01-31"};

static void a_quarantine_stands_beside_the_verdict(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    plan.quarantine = &quarantine;
    for (int over = 0; over < 2; over++) {
        struct result result;
        fixture_result(&result, 0, &plan);
        fixture_fail(&result, VERDICT_FAIL, "HELLO", "HELLX");
        result.quarantine = over ? QUARANTINE_OVER : QUARANTINE_HOLDS;
        json_t *json = render(&plan, &result);
        assert_string_at(json, "verdict", "fail");
        assert_string_at(json, "quarantine.issue", "#12 \x1b");
        assert_string_at(json, "quarantine.until", "2027-01-31");
        assert_int_equal(json_is_true(member(json, "quarantine.over")), over);
        assert_true(json_is_boolean(member(json, "quarantine.over")));
        assert_non_null(member(json, "failure.sentence"));
        assert_non_null(member(json, "replay"));
        json_decref(json);
    }
}

static void a_quarantine_is_told_with_its_issue_and_its_day(void **state)
{
    (void)state;
    static const struct {
        enum verdict verdict;
        enum result_quarantine quarantine;
        int verbosity;
        const char *said; /* of it all, what stands before the evidence */
    } rows[] = {
        {VERDICT_FAIL, QUARANTINE_HOLDS, -1,
         "QUARANTINED FAIL tcp/one: quarantined until 2027-01-31 (#12 \\x1b)\n"},
        {VERDICT_CRASH, QUARANTINE_HOLDS, 0,
         "QUARANTINED CRASH tcp/one: quarantined until 2027-01-31 (#12 \\x1b)\n"},
        {VERDICT_PASS, QUARANTINE_HOLDS, -1, ""},
        {VERDICT_PASS, QUARANTINE_HOLDS, 0,
         "PASS tcp/one: quarantined until 2027-01-31 (#12 \\x1b), but passes\n"},
        {VERDICT_SKIPPED, QUARANTINE_HOLDS, 0, ""},
        {VERDICT_SKIPPED, QUARANTINE_OVER, 0, ""},
        {VERDICT_PASS, QUARANTINE_OVER, -1,
         "OVERDUE PASS tcp/one: its quarantine ended on 2027-01-31, and it passes: remove it or "
         "renew it (#12 \\x1b)\n"},
    };
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    plan.quarantine = &quarantine;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct result result;
        fixture_result(&result, 0, &plan);
        result.verdict = rows[i].verdict;
        result.quarantine = rows[i].quarantine;
        assert_block(&plan, &result, rows[i].verbosity, false, rows[i].said);
    }
}

static void the_block_of_a_failure_tells_of_its_quarantine(void **state)
{
    (void)state;
    struct plan plan;
    struct result result;
    fixture_plan(&plan, "tcp/one");
    plan.quarantine = &quarantine;
    fixture_result(&result, 0, &plan);
    assert_int_equal(result_decide(&result, VERDICT_FAIL, "wrong"), 0);
    result.quarantine = QUARANTINE_OVER;
    assert_block(&plan, &result, 0, true,
                 "\x1b[1;31mFAIL\x1b[0m tcp/one\n"
                 "  scenarios/some.json: wrong\n"
                 "  its quarantine ended on 2027-01-31: mend it or renew it (#12 \\x1b)\n"
                 "  replay: sockdrill run --filter 'tcp/one' --seed 1\n");
    fixture_result(&result, 0, &plan);
    assert_int_equal(result_decide(&result, VERDICT_FAIL, "wrong"), 0);
    result.quarantine = QUARANTINE_HOLDS;
    assert_block(&plan, &result, 1, true,
                 "\x1b[33mQUARANTINED FAIL\x1b[0m tcp/one (kernel only)  3.4 ms\n"
                 "  scenarios/some.json: wrong\n"
                 "  quarantined until 2027-01-31 (#12 \\x1b)\n"
                 "  replay: sockdrill run --filter 'tcp/one' --seed 1\n");
}

static void the_summary_tells_what_quarantines_did(void **state)
{
    (void)state;
    struct report_summary summary = {
        .planned = 72, .total = 72, .complete = true, .counts = {70, 1, 0, 1}};
    summary.quarantined = 2;
    assert_summary(&summary, 0,
                   "72 scenarios: 70 passed, 1 failed, 1 crashed; of these 2 quarantined  in 0.0 "
                   "s\n");
    summary.overdue = 1;
    assert_summary(&summary, 0,
                   "72 scenarios: 70 passed, 1 failed, 1 crashed; of these 2 quarantined, 1 passed "
                   "after its quarantine  in 0.0 s\n");
    summary.quarantined = 0;
    summary.overdue = 3;
    assert_summary(&summary, 0,
                   "72 scenarios: 70 passed, 1 failed, 1 crashed; of these 3 passed after their "
                   "quarantine  in 0.0 s\n");
}

static void the_report_counts_by_verdict_and_quarantine(void **state)
{
    static const struct {
        enum verdict verdict;
        enum result_quarantine quarantine;
    } results[FIXTURE_PLANS] = {
        {VERDICT_PASS, QUARANTINE_NONE},    {VERDICT_PASS, QUARANTINE_HOLDS},
        {VERDICT_PASS, QUARANTINE_OVER},    {VERDICT_FAIL, QUARANTINE_NONE},
        {VERDICT_FAIL, QUARANTINE_HOLDS},   {VERDICT_FAIL, QUARANTINE_OVER},
        {VERDICT_CRASH, QUARANTINE_HOLDS},  {VERDICT_HANG, QUARANTINE_HOLDS},
        {VERDICT_SKIPPED, QUARANTINE_NONE}, {VERDICT_SKIPPED, QUARANTINE_HOLDS},
        {VERDICT_SKIPPED, QUARANTINE_OVER}, {VERDICT_LEAK, QUARANTINE_OVER},
    };
    struct report_fixture *fixture = *state;
    struct report *report;
    struct report_summary summary;
    assert_int_equal(
        report_open(NULL, NULL, fixture->plans, FIXTURE_PLANS, &report, &fixture->error), 0);
    for (uint32_t i = 0; i < FIXTURE_PLANS; i++) {
        struct result result;
        fixture_result(&result, i, fixture->plans[i]);
        result.verdict = results[i].verdict;
        result.quarantine = results[i].quarantine;
        assert_int_equal(report_add(report, &result, &fixture->error), 0);
        result_fini(&result);
    }
    assert_int_equal(report_close(report, true, &summary, &fixture->error), 0);
    assert_int_equal(summary.counts[VERDICT_FAIL], 3);
    assert_int_equal(summary.quarantined, 3);
    assert_int_equal(summary.overdue, 1);
    assert_int_equal(report_summary_failing(&summary), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quarantine_stands_beside_the_verdict),
        cmocka_unit_test(a_quarantine_is_told_with_its_issue_and_its_day),
        cmocka_unit_test(the_block_of_a_failure_tells_of_its_quarantine),
        cmocka_unit_test(the_summary_tells_what_quarantines_did),
        cmocka_unit_test_setup_teardown(the_report_counts_by_verdict_and_quarantine, report_setup,
                                        report_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
