/* SPDX-License-Identifier: MIT */
/* The Markdown of a run: what comes first, what is folded, its bound, and hostile words. */
#include "formats_fixture.h"

#include "markdown.h"
#include "run_markdown.h"

static char *render(const char *const *patches, const char *head)
{
    return formats_fixture_render_many(run_markdown_add, patches, head);
}

static void a_summary_is_a_heading_and_a_table(void **state)
{
    (void)state;
    const char *const many[] = {"id \"a\"", "id \"b\"", NULL};
    char *text = render(many, "title \"The suite\"");
    assert_string_equal(
        text, "## sockdrill: no failure in 2 scenarios\n\n"
              "<code>The suite</code>, sockdrill <code>0&#46;1&#46;0</code>, plain build\n\n"
              "| verdict | scenarios |\n| :--- | ---: |\n| pass | 2 |\n");
    free(text);
}

static void what_failed_is_folded_and_tells_everything(void **state)
{
    (void)state;
    const char *const one[] = {formats_fixture_verdicts[VERDICT_FAIL], NULL};
    char *text = render(one, "");
    assert_holds(text, "## sockdrill: 1 of 1 scenario failed\n");
    assert_holds(text,
                 "\n\n### Failed (1)\n"
                 "\n<details><summary><code>v&#47;fail</code> fail: <code>other bytes came</code>"
                 "</summary>\n"
                 "<pre>\n"
                 "    title     t\n"
                 "    step      /steps/1 (iteration 2)\n"
                 "    expected  \"ok\" (2 bytes)\n"
                 "    0000  6f 6b                                           |ok              |\n"
                 "    actual    silence\n"
                 "    replay    sockdrill run --filter 'x'\n"
                 "</pre>\n"
                 "</details>\n");
    free(text);
}

/* Fails unless the parts stand in the text in this order. */
static void assert_order(const char *text, const char *const *parts)
{
    const char *place = text;
    for (; *parts && place; parts++) {
        place = strstr(place, *parts);
        if (!place) {
            fail_msg("no %s, or too early, in:\n%s", *parts, text);
        }
    }
}

static void failures_come_first_and_passes_are_counted_only(void **state)
{
    (void)state;
    static const char *const order[] = {"## sockdrill: 8 of 11 scenarios failed\n",
                                        "| pass | 1 |\n",
                                        "| unexpected-pass | 1 |\n",
                                        "### Failed (5)",
                                        "v&#47;diverged</code> diverged:",
                                        "    differs   the verdict\n",
                                        "v&#47;fail",
                                        "v&#47;flaky",
                                        "v&#47;leak",
                                        "v&#47;unexpected&#45;pass",
                                        "### Broken (3)",
                                        "v&#47;crash",
                                        "v&#47;error",
                                        "v&#47;hang",
                                        "### Known failures (1)",
                                        "v&#47;expected&#45;fail</code> expected-fail:",
                                        "    note      bug 7\n",
                                        "### Skipped (1)\n\n- <code>v&#47;skipped</code>: ",
                                        "<code>needs the simulated world</code>\n",
                                        NULL};
    char *text = render(formats_fixture_verdicts, "");
    assert_order(text, order);
    assert_lacks(text, "v&#47;pass");
    free(text);
}

static void a_failure_in_quarantine_is_a_known_one(void **state)
{
    (void)state;
    static const char *const order[] = {"## sockdrill: 2 of 4 scenarios failed\n",
                                        "### Failed (2)",
                                        "q&#47;3</code> fail:",
                                        "q&#47;4</code> pass: <code>it passes, and its quarantine",
                                        "    until     2027-01-31\n",
                                        "### Known failures (1)",
                                        "q&#47;1</code> crash:",
                                        "    issue     bug &#60;9&#62;\n    until     2027-01-31\n",
                                        NULL};
    char *text = render(formats_fixture_quarantines, "");
    assert_order(text, order);
    assert_lacks(text, "q&#47;2");
    free(text);
}

static void what_did_not_run_is_told_first(void **state)
{
    (void)state;
    const char *const passed[] = {"", NULL},
                      *const failed[] = {formats_fixture_verdicts[VERDICT_FAIL], NULL},
                      *const skipped[] = {formats_fixture_verdicts[VERDICT_SKIPPED], NULL},
                      *const none[] = {NULL};
    static const char stopped[] = "complete false\nsummary {\"planned\": 3}";
    char *text = render(passed, stopped);
    assert_holds(
        text, "## sockdrill: the run stopped after 1 of 3 scenarios, no failure in 1 scenario\n");
    free(text);
    text = render(failed, stopped);
    assert_holds(text,
                 "## sockdrill: the run stopped after 1 of 3 scenarios, 1 of 1 scenario failed\n");
    free(text);
    text = render(skipped, "");
    assert_holds(text, "## sockdrill: nothing was tested\n");
    free(text);
    text = render(none, "");
    assert_holds(text, "## sockdrill: nothing was tested\n");
    free(text);
}

static void hostile_words_stay_words(void **state)
{
    (void)state;
    const char *const many[] = {
        FORMATS_FAILURE(FORMATS_ATTACK) "verdict \"fail\"\nid " FORMATS_ATTACK
                                        "\ntitle " FORMATS_ATTACK,
        "id \"s\"\nverdict \"skipped\"\nnote " FORMATS_ATTACK, NULL};
    char *text = render(many, "title " FORMATS_ATTACK "\nversion " FORMATS_ATTACK);
    assert_harmless(text);
    assert_lacks(text, "<b");
    assert_lacks(text, "</script");
    assert_lacks(text, "-->");
    assert_lacks(text, "\n# h");
    assert_holds(text, "&#64;all &#124;x&#124;");
    assert_holds(text,
                 "\n    title     ]]&#62; --&#62; &#60;/script&#62; &#60;/code&#62;&#60;/pre&#62;");
    free(text);
}

/* `count` results that failed, with ids and sentences of some length. */
static void make_many(struct report_read *report, size_t count)
{
    json_t *json = diff_fixture_report();
    char id[300];
    for (size_t i = 0; i < count; i++) {
        json_t *result = diff_fixture_patched(formats_fixture_verdicts[VERDICT_FAIL]);
        snprintf(id, sizeof(id), "%0250zu<", i);
        json_object_set_new(result, "id", json_string(id));
        json_array_append_new(json_object_get(json, "results"), result);
    }
    diff_fixture_read(json, report);
}

static void it_is_bounded_and_says_what_it_leaves_out(void **state)
{
    (void)state;
    struct report_read report;
    make_many(&report, 4000);
    char *text = formats_fixture_render(run_markdown_add, &report);
    size_t size = strlen(text), shown = 0;
    assert_true(size <= MARKDOWN_BYTES_MAX && size > MARKDOWN_BYTES_MAX / 2);
    for (const char *place = text; (place = strstr(place, "\n<details>")); place++) {
        shown++;
    }
    char left_out[64];
    snprintf(left_out, sizeof(left_out), "</details>\n\n%zu more are left out here", 4000 - shown);
    assert_true(shown > 100 && shown < 4000);
    assert_holds(text, left_out);
    assert_holds(text, "4000 of 4000 scenarios failed");
    free(text);
    report_read_fini(&report);
}

static void one_huge_result_hides_no_other(void **state)
{
    (void)state;
    struct report_read report;
    json_t *json = diff_fixture_report();
    const size_t size = (size_t)2 << 20;
    char *huge = malloc(size + 1);
    memset(huge, 'x', size);
    huge[size] = '\0';
    json_t *result = diff_fixture_patched(formats_fixture_verdicts[VERDICT_FAIL]);
    json_object_set_new(result, "title", json_string(huge));
    json_object_set_new(json_object_get(result, "failure"), "sentence", json_string(huge));
    json_object_set_new(result, "id", json_string(huge));
    json_object_set_new(json, "title", json_string(huge));
    free(huge);
    json_array_append_new(json_object_get(json, "results"), result);
    json_array_append_new(json_object_get(json, "results"),
                          diff_fixture_patched(formats_fixture_verdicts[VERDICT_CRASH]));
    diff_fixture_read(json, &report);
    char *text = formats_fixture_render(run_markdown_add, &report);
    assert_true(strlen(text) < 10000);
    assert_holds(text, "xxx&#46;&#46;&#46;</code> fail: <code>xxx");
    assert_holds(text, "v&#47;crash");
    free(text);
    report_read_fini(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_summary_is_a_heading_and_a_table),
        cmocka_unit_test(what_failed_is_folded_and_tells_everything),
        cmocka_unit_test(failures_come_first_and_passes_are_counted_only),
        cmocka_unit_test(a_failure_in_quarantine_is_a_known_one),
        cmocka_unit_test(what_did_not_run_is_told_first),
        cmocka_unit_test(hostile_words_stay_words),
        cmocka_unit_test(it_is_bounded_and_says_what_it_leaves_out),
        cmocka_unit_test(one_huge_result_hides_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
