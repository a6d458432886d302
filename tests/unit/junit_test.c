/* SPDX-License-Identifier: MIT */
/* JUnit XML: what it tells of each verdict, and that nothing hostile gets through it. */
#include "formats_fixture.h"

#include <errno.h>

#include "junit.h"

static int add_untimed(struct bytes *out, const struct report_read *report)
{
    return junit_add(out, report, NULL);
}

static char *render(const char *const *patches, const char *head)
{
    return formats_fixture_render_many(add_untimed, patches, head);
}

static void assert_document(const char *const *patches, const char *head, const char *expected)
{
    char *text = render(patches, head);
    assert_string_equal(text, expected);
    free(text);
}

#define PROLOG "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

static void what_passed_is_a_test_without_content(void **state)
{
    (void)state;
    const char *const one[] = {"", NULL}, *const none[] = {NULL};
    assert_document(one, "title \"The suite\"",
                    PROLOG
                    "<testsuites name=\"The suite\" tests=\"1\" failures=\"0\" errors=\"0\">\n"
                    "  <testsuite name=\"(root)\" tests=\"1\" failures=\"0\" errors=\"0\" "
                    "skipped=\"0\">\n"
                    "    <testcase classname=\"(root)\" name=\"x\"/>\n"
                    "  </testsuite>\n"
                    "</testsuites>\n");
    assert_document(none, "",
                    PROLOG "<testsuites name=\"sockdrill\" tests=\"0\" failures=\"0\" "
                           "errors=\"0\">\n</testsuites>\n");
}

static void a_failure_tells_everything(void **state)
{
    (void)state;
    const char *const one[] = {formats_fixture_verdicts[VERDICT_FAIL], NULL};
    assert_document(
        one, "",
        PROLOG "<testsuites name=\"sockdrill\" tests=\"1\" failures=\"1\" errors=\"0\">\n"
               "  <testsuite name=\"v\" tests=\"1\" failures=\"1\" errors=\"0\" skipped=\"0\">\n"
               "    <testcase classname=\"v\" name=\"fail\">\n"
               "      <failure type=\"fail\" message=\"other bytes came\">other bytes came\n"
               "    title     t\n"
               "    step      /steps/1 (iteration 2)\n"
               "    expected  &#34;ok&#34; (2 bytes)\n"
               "    0000  6f 6b                                           |ok              |\n"
               "    actual    silence\n"
               "    replay    sockdrill run --filter &#39;x&#39;\n"
               "</failure>\n"
               "    </testcase>\n"
               "  </testsuite>\n"
               "</testsuites>\n");
}

static void every_verdict_is_what_ci_makes_of_it(void **state)
{
    (void)state;
    static const char *const elements[VERDICT_COUNT] = {
        [VERDICT_FAIL] = "<failure type=\"fail\" message=\"other bytes came\">",
        [VERDICT_LEAK] = "<failure type=\"leak\" ",
        [VERDICT_DIVERGED] = "<failure type=\"diverged\" ",
        [VERDICT_FLAKY] = "<failure type=\"flaky\" ",
        [VERDICT_UNEXPECTED_PASS] = "<failure type=\"unexpected-pass\" ",
        [VERDICT_ERROR] = "<error type=\"error\" ",
        [VERDICT_CRASH] = "<error type=\"crash\" ",
        [VERDICT_HANG] = "<error type=\"hang\" ",
        [VERDICT_SKIPPED] = "<skipped type=\"skipped\" message=\"needs the simulated world\"/>",
        [VERDICT_EXPECTED_FAIL] = "<skipped type=\"expected-fail\" message=\"bug 7\"/>",
    };
    char *text = render(formats_fixture_verdicts, "");
    assert_holds(text,
                 "<testsuite name=\"v\" tests=\"11\" failures=\"5\" errors=\"3\" skipped=\"2\">");
    assert_holds(text, "<testcase classname=\"v\" name=\"pass\"/>");
    assert_holds(text, "    differs   the verdict\n    sim       pass\n    kernel    fail\n");
    for (int i = 0; i < VERDICT_COUNT; i++) {
        if (elements[i]) {
            assert_holds(text, elements[i]);
        }
    }
    free(text);
}

static void a_failure_in_quarantine_is_skipped_with_its_issue(void **state)
{
    (void)state;
    char *text = render(formats_fixture_quarantines, "");
    assert_holds(text,
                 "<testsuite name=\"q\" tests=\"4\" failures=\"2\" errors=\"0\" skipped=\"1\">");
    assert_holds(text, "<skipped type=\"crash\" message=\"bug &#60;9&#62;\"/>");
    assert_holds(text, "<testcase classname=\"q\" name=\"2\"/>");
    assert_holds(text, "<failure type=\"fail\" message=\"other bytes came\">");
    assert_holds(text, "    issue     bug &#60;9&#62;\n    until     2027-01-31\n    replay    ");
    assert_holds(text,
                 "<failure type=\"pass\" message=\"it passes, and its quarantine is over: remove "
                 "it or renew it\">");
    free(text);
}

/* Text from the first `from` up to the next quote. */
static size_t copy_names(const char *text, const char *from, char *names, size_t size)
{
    size_t count = 0;
    names[0] = '\0';
    for (const char *place = text; (place = strstr(place, from)); count++) {
        place += strlen(from);
        size_t used = strlen(names);
        snprintf(names + used, size - used, "%s%.*s", count ? "," : "", (int)strcspn(place, "\""),
                 place);
    }
    return count;
}

static void a_suite_is_a_folder_and_stands_once(void **state)
{
    (void)state;
    const char *const many[] = {"id \"tcp/z\"",       "id \"tcp/sub/x\"",
                                "id \"tcp/a\"",       "id \"tcp/m#path=/a/b,n=1\"",
                                "id \"b\"",           "id \"tcp-more/x\"",
                                "id \"/odd\"",        "id \"tcp/sub/\"",
                                "id \"m#path=/a/b\"", NULL};
    char names[256];
    char *text = render(many, "");
    assert_int_equal(copy_names(text, "<testsuite name=\"", names, sizeof(names)), 4);
    assert_string_equal(names, "(root),tcp,tcp-more,tcp/sub");
    copy_names(text, "\" name=\"", names, sizeof(names));
    assert_string_equal(names, "/odd,b,m#path=/a/b,tcp/sub/,a,m#path=/a/b,n=1,z,x,x");
    copy_names(text, "classname=\"", names, sizeof(names));
    assert_string_equal(names, "(root),(root),(root),(root),tcp,tcp,tcp,tcp-more,tcp/sub");
    free(text);
}

static void what_did_not_run_is_not_green(void **state)
{
    (void)state;
    const char *const one[] = {"", NULL};
    char *text = render(one, "complete false\nsummary {\"planned\": 3}");
    assert_holds(text, "<testsuites name=\"sockdrill\" tests=\"2\" failures=\"0\" errors=\"1\">");
    assert_holds(text, "<testcase classname=\"(run)\" name=\"complete\">\n      <error "
                       "type=\"incomplete\" message=\"the run stopped after 1 of 3 scenarios\"/>");
    free(text);
}

static void hostile_words_stay_words(void **state)
{
    (void)state;
    const char *const one[] = {
        FORMATS_FAILURE(FORMATS_ATTACK) "verdict \"fail\"\nid " FORMATS_ATTACK
                                        "\ntitle " FORMATS_ATTACK,
        NULL};
    char *text = render(one, "title " FORMATS_ATTACK);
    assert_harmless(text);
    assert_lacks(text, "]]>");
    assert_lacks(text, "-->");
    assert_lacks(text, "</script");
    assert_lacks(text, "<b");
    assert_lacks(text, "'");
    assert_holds(text, "message=\"]]&#62; --&#62; &#60;/script&#62;");
    assert_holds(text, "&#38;lt; @all |x|\\x01\\x1b[31m\\u{202e}\\u{fffe}\\u{1ffff} \\ # SKIP "
                       "\\x0a\\x0a# h");
    free(text);
}

static void times_come_from_the_timings(void **state)
{
    (void)state;
    static const char text[] =
        "{\"schema\": 1, \"tool\": \"sockdrill\", \"results\": ["
        "{\"id\": \"b\", \"real_us\": 1500000}, {\"id\": \"a\", \"real_us\": 7}],"
        "\"summary\": {\"real_us\": 61000001}}";
    const char *const many[] = {"id \"a\"", "id \"b\"", "id \"c\"", NULL};
    struct report_read report;
    struct timings_read timings;
    struct drill_error error;
    struct bytes out;
    diff_fixture_read_many(many, "", &report);
    assert_int_equal(timings_read_text("t.json", text, strlen(text), &timings, &error), 0);
    bytes_init(&out, (size_t)1 << 20);
    assert_int_equal(junit_add(&out, &report, &timings), 0);
    const char *xml = bytes_string(&out);
    assert_holds(xml, "errors=\"0\" time=\"61.000001\">\n");
    assert_holds(xml, "skipped=\"0\" time=\"1.500007\">\n");
    assert_holds(xml, "name=\"a\" time=\"0.000007\"/>\n");
    assert_holds(xml, "name=\"b\" time=\"1.500000\"/>\n");
    assert_holds(xml, "name=\"c\"/>\n");
    bytes_fini(&out);
    timings_read_fini(&timings);
    report_read_fini(&report);
}

static void what_are_no_timings_is_refused_with_the_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *pointer, *sentence;
    } cases[] = {
        {"", "", "the file is empty"},
        {"{\"schema\": 1", "", "ends in the middle"},
        {"[]", "/tool", "no timings of sockdrill"},
        {"{\"tool\": \"sockdrill\"}", "/schema", "no timings"},
        {"{\"tool\": \"sockdrill\", \"schema\": 2}", "/schema", "are of version 2"},
        {"{\"tool\": \"sockdrill\", \"schema\": 1, \"summary\": {}}", "/summary/real_us",
         "no timings"},
        {"{\"tool\": \"sockdrill\", \"schema\": 1, \"summary\": {\"real_us\": 1}}", "/results",
         "no timings"},
        {"{\"tool\": \"sockdrill\", \"schema\": 1, \"summary\": {\"real_us\": 1}, \"results\": "
         "[{\"id\": \"a\", \"real_us\": -1}]}",
         "/results/0", "no timings"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct timings_read timings;
        struct drill_error error;
        assert_int_equal(
            timings_read_text("t.json", cases[i].text, strlen(cases[i].text), &timings, &error),
            -EINVAL);
        assert_string_equal(error.pointer, cases[i].pointer);
        assert_holds(error.sentence, cases[i].sentence);
        assert_string_equal(error.file, "t.json");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_passed_is_a_test_without_content),
        cmocka_unit_test(a_failure_tells_everything),
        cmocka_unit_test(every_verdict_is_what_ci_makes_of_it),
        cmocka_unit_test(a_suite_is_a_folder_and_stands_once),
        cmocka_unit_test(a_failure_in_quarantine_is_skipped_with_its_issue),
        cmocka_unit_test(what_did_not_run_is_not_green),
        cmocka_unit_test(hostile_words_stay_words),
        cmocka_unit_test(times_come_from_the_timings),
        cmocka_unit_test(what_are_no_timings_is_refused_with_the_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
