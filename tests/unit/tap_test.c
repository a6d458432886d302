/* SPDX-License-Identifier: MIT */
/* TAP 14: points, directives and diagnostics, and that nothing hostile becomes one of them. */
#include "formats_fixture.h"

#include "tap.h"

static char *render(const char *const *patches, const char *head)
{
    return formats_fixture_render_many(tap_add, patches, head);
}

static void assert_document(const char *const *patches, const char *head, const char *expected)
{
    char *text = render(patches, head);
    assert_string_equal(text, expected);
    free(text);
}

static void points_stand_in_the_order_of_ids(void **state)
{
    (void)state;
    const char *const many[] = {"id \"b\"", "id \"a/2\"", "id \"a/1\"", NULL};
    assert_document(many, "", "TAP version 14\n1..3\nok 1 - a/1\nok 2 - a/2\nok 3 - b\n");
}

static void a_failure_has_a_block_of_yaml(void **state)
{
    (void)state;
    const char *const one[] = {formats_fixture_verdicts[VERDICT_FAIL], NULL};
    assert_document(one, "",
                    "TAP version 14\n1..1\n"
                    "not ok 1 - v/fail\n"
                    "  ---\n"
                    "  message: \"other bytes came\"\n"
                    "  severity: fail\n"
                    "  verdict: \"fail\"\n"
                    "  title: \"t\"\n"
                    "  step: \"/steps/1 (iteration 2)\"\n"
                    "  expected: \"\\\"ok\\\" (2 bytes)\"\n"
                    "  actual: \"silence\"\n"
                    "  replay: \"sockdrill run --filter 'x'\"\n"
                    "  ...\n");
}

static void every_verdict_is_ok_or_not(void **state)
{
    (void)state;
    char *text = render(formats_fixture_verdicts, "");
    assert_holds(text, "\n1..11\n");
    assert_holds(text, "\nok 9 - v/pass\n");
    assert_holds(text, "\nok 10 - v/skipped # skip needs the simulated world\nnot ok 11");
    assert_holds(text, "\nnot ok 4 - v/expected-fail # todo bug 7\n  ---\n");
    assert_holds(text, "  severity: todo\n  verdict: \"expected-fail\"\n");
    assert_holds(text, "  what: \"the verdict\"\n  sim: \"pass\"\n  kernel: \"fail\"\n  replay: ");
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        char point[64];
        enum verdict verdict = (enum verdict)i;
        snprintf(point, sizeof(point), " - v/%s\n  ---\n", verdict_name(verdict));
        if (!verdict_is_good(verdict)) {
            assert_holds(text, point);
        }
    }
    free(text);
}

static void a_failure_in_quarantine_is_to_be_done(void **state)
{
    (void)state;
    char *text = render(formats_fixture_quarantines, "");
    assert_holds(text, "\nnot ok 1 - q/1 # todo bug <9>\n  ---\n");
    assert_holds(text, "  severity: todo\n  verdict: \"crash\"\n");
    assert_holds(text, "  issue: \"bug <9>\"\n  until: \"2027-01-31\"\n  replay: ");
    assert_holds(text, "\nok 2 - q/2\nnot ok 3 - q/3\n  ---\n");
    assert_holds(text,
                 "\nnot ok 4 - q/4\n  ---\n  message: \"it passes, and its quarantine is over: "
                 "remove it or renew it\"\n  severity: fail\n  verdict: \"pass\"\n");
    free(text);
}

static void what_did_not_run_is_not_green(void **state)
{
    (void)state;
    const char *const one[] = {"", NULL}, *const none[] = {NULL};
    assert_document(one, "complete false\nsummary {\"planned\": 3}",
                    "TAP version 14\n1..3\nok 1 - x\n"
                    "Bail out! the run stopped after 1 of 3 scenarios\n");
    assert_document(one, "complete false\nsummary []",
                    "TAP version 14\n1..1\nok 1 - x\n"
                    "Bail out! the run stopped after 1 of 1 scenario\n");
    assert_document(none, "", "TAP version 14\n1..0 # skip the report has no results\n");
}

static void hostile_words_stay_words(void **state)
{
    (void)state;
    const char *const many[] = {
        FORMATS_FAILURE(FORMATS_ATTACK) "verdict \"fail\"\nid " FORMATS_ATTACK
                                        "\ntitle " FORMATS_ATTACK,
        "id \"s\"\nverdict \"skipped\"\nnote " FORMATS_ATTACK, NULL};
    char *text = render(many, "title " FORMATS_ATTACK);
    assert_harmless(text);
    assert_lacks(text, "\nok 9");
    assert_lacks(text, "\n# h");
    assert_holds(text,
                 "\nnot ok 1 - ]]> --> </script> </code></pre> <b a='1'>&lt; @all |x|\\\\x01"
                 "\\\\x1b[31m\\\\u{202e}\\\\u{fffe}\\\\u{1ffff} \\\\ \\# SKIP \\\\x0a\\\\x0a\\# "
                 "h\\\\x0a  ...\\\\x0aok 9\n");
    assert_holds(text, "\nok 2 - s # skip ]]>");
    assert_holds(text, "  message: \"]]> -->");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_stand_in_the_order_of_ids),
        cmocka_unit_test(a_failure_has_a_block_of_yaml),
        cmocka_unit_test(every_verdict_is_ok_or_not),
        cmocka_unit_test(what_did_not_run_is_not_green),
        cmocka_unit_test(a_failure_in_quarantine_is_to_be_done),
        cmocka_unit_test(hostile_words_stay_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
