/* SPDX-License-Identifier: MIT */
/* The faces of a diff of fuzz reports: what they tell, and that nothing hostile gets through them.
 */
#include "fuzz_diff_fixture.h"

#include "fuzz_diff_text.h"
#include "markdown.h"
#include "schema_fixture.h"

#define SCHEMA "reports/fuzz-diff.schema.json"

/* Something of every kind. */
#define NIGHT                                                                                      \
    "targets.0.findings.new {\"fingerprint\": \"x:crash:f\", \"sim\": \"crash\", \"kernel\": "     \
    "\"pass\", \"scenario\": null}\n"                                                              \
    "targets.0.findings.0.scenario \"y.json\"\n"                                                   \
    "targets.0.coverage.0.lines_covered 100\n"                                                     \
    "targets.0.coverage.1.lines_covered 0\n"                                                       \
    "targets.0.runs.0.execs_per_second 100\n"                                                      \
    "targets.0.runs.1.stability_hundredths 9105\n"                                                 \
    "targets.0.corpus.files 300\n"                                                                 \
    "targets.1.name \"tape-z\"\n"                                                                  \
    "complete false"

enum face { FACE_TEXT, FACE_COLOR, FACE_JSON, FACE_MARKDOWN };

static char *render(const char *old, const char *new, enum face face)
{
    struct fuzz_report before, now;
    struct fuzz_diff diff;
    struct bytes out;
    fuzz_diff_fixture_read(old, &before);
    fuzz_diff_fixture_read(new, &now);
    assert_int_equal(fuzz_diff_make(&diff, &before, &now), 0);
    bytes_init(&out, (size_t)1 << 28);
    int status = face == FACE_JSON       ? fuzz_diff_json_add(&out, &diff)
                 : face == FACE_MARKDOWN ? fuzz_diff_markdown_add(&out, &diff)
                                         : fuzz_diff_text_add(&out, &diff, face == FACE_COLOR);
    assert_int_equal(status, 0);
    assert_non_null(bytes_string(&out));
    fuzz_diff_fini(&diff);
    fuzz_report_fini(&before);
    fuzz_report_fini(&now);
    return (char *)out.data;
}

static void assert_face(const char *old, const char *new, enum face face, const char *expected)
{
    char *text = render(old, new, face);
    assert_string_equal(text, expected);
    free(text);
}

static void nothing_changed_is_two_lines(void **state)
{
    (void)state;
    assert_face("", "targets.0.corpus.files 95", FACE_TEXT,
                "2 findings in both\nNothing changed beyond noise.\n");
}

static void the_text_tells_every_change_on_a_line(void **state)
{
    (void)state;
    assert_face(
        "", NIGHT, FACE_TEXT,
        "The new night is not complete: what it lacks may only not have been done.\n"
        "new finding (2)\n"
        "  stream-x, x:crash:f: new, simulated crash, on real sockets pass, no scenario\n"
        "  tape-z, x:leak: new, simulated leak, on real sockets leak, x-leak.json\n"
        "removed (1)\n"
        "  tape-x\n"
        "coverage lost (2)\n"
        "  stream-x, core/loop.c: 150 of 200 lines, now 100 of 200\n"
        "  stream-x, plugins/x.c: 20 of 20 lines, now 0 of 20\n"
        "less stable (1)\n"
        "  stream-x, afl: 100.00 %, now 91.05 %\n"
        "finding changed (1)\n"
        "  stream-x, x:leak: simulated leak, on real sockets leak, x-leak.json; now simulated "
        "leak, on real sockets leak, y.json\n"
        "slower (1)\n"
        "  stream-x, libfuzzer: 10000 inputs per second, now 100\n"
        "corpus grew (1)\n"
        "  stream-x: 100 files, 4000 bytes, now 300, 4000\n"
        "added (1)\n"
        "  tape-z\n"
        "\n"
        "2 new finding; 1 removed; 2 coverage lost; 1 less stable; 1 finding changed; 1 slower; 1 "
        "corpus grew; 1 added; 1 finding in both\n"
        "Something got worse.\n");
    assert_face("targets.0.findings.0.sim null\ntargets.0.findings.0.kernel null",
                "targets.0.findings []\ntargets.1.coverage []", FACE_TEXT,
                "coverage lost (1)\n"
                "  tape-x: was measured, and is not any more\n"
                "finding gone (1)\n"
                "  stream-x, x:leak: not judged, x-leak.json\n"
                "\n"
                "1 coverage lost; 1 finding gone; 1 finding in both\n"
                "Something got worse.\n");
}

static void only_a_terminal_gets_color(void **state)
{
    (void)state;
    char *plain = render("", NIGHT, FACE_TEXT), *color = render("", NIGHT, FACE_COLOR);
    assert_null(strchr(plain, '\x1b'));
    assert_non_null(strstr(color, "  \x1b[1;31mtape-x\x1b[0m\n"));
    free(plain);
    free(color);
}

static void hostile_words_stay_words(void **state)
{
    (void)state;
    static const char hostile[] =
        "targets.0.findings.new {\"fingerprint\": \"</code><script>@user [a](b) \\u001b[31m\\n# "
        "h\", "
        "\"sim\": null, \"kernel\": null, \"scenario\": \"<img>\\u0007\"}\n"
        "targets.1.name \"<b>`c`\\u202e\"";
    char *text = render("", hostile, FACE_TEXT);
    assert_null(strpbrk(text, "\x1b\x07"));
    assert_null(strstr(text, "\u202e"));
    assert_null(strstr(text, "\n#"));
    free(text);
    text = render("", hostile, FACE_MARKDOWN);
    assert_null(strpbrk(text, "\x1b\x07@`"));
    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, "<img"));
    assert_null(strstr(text, "<b>"));
    assert_null(strstr(text, "[a](b)"));
    assert_non_null(strstr(text, "\n### new finding (2)\n\n<code>"));
    free(text);
}

static void markdown_is_bounded_and_says_what_it_leaves_out(void **state)
{
    (void)state;
    json_t *json = diff_fixture_json(fuzz_diff_fixture_night);
    json_t *target = json_array_get(json_object_get(json, "targets"), 0);
    struct fuzz_report before, now;
    struct fuzz_diff diff;
    struct drill_error error;
    struct bytes out;
    for (int i = 0; i < 20000; i++) {
        char name[64];
        snprintf(name, sizeof(name), "x:crash:%040d", i);
        json_array_append_new(
            json_object_get(target, "findings"),
            json_pack("{s:s, s:n, s:n, s:n}", "fingerprint", name, "sim", "kernel", "scenario"));
    }
    char *text = json_dumps(json, 0);
    fuzz_diff_fixture_read("", &before);
    assert_int_equal(fuzz_report_read_text("r.json", text, strlen(text), &now, &error), 0);
    assert_int_equal(fuzz_diff_make(&diff, &before, &now), 0);
    bytes_init(&out, (size_t)1 << 28);
    assert_int_equal(fuzz_diff_markdown_add(&out, &diff), 0);
    assert_true(out.size <= MARKDOWN_BYTES_MAX && out.size > MARKDOWN_BYTES_MAX / 2);
    assert_non_null(strstr(bytes_string(&out), "more are left out here"));
    assert_non_null(strstr(bytes_string(&out), "20000 new finding; 2 findings in both"));
    bytes_fini(&out);
    fuzz_diff_fini(&diff);
    fuzz_report_fini(&before);
    fuzz_report_fini(&now);
    free(text);
    json_decref(json);
}

static void the_json_matches_its_schema_and_another_does_not(void **state)
{
    (void)state;
    schema_need_ajv();
    static const char *const pairs[][2] = {
        {"", ""}, {"", NIGHT}, {NIGHT, ""}, {"targets []", ""}, {"", "targets.0.coverage []"}};
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        char *text = render(pairs[i][0], pairs[i][1], FACE_JSON);
        if (schema_validate_text(SCHEMA, text, true) != 0) {
            fail_msg("%s", text);
        }
        free(text);
    }
    char *text = render("", NIGHT, FACE_JSON);
    char *count = strstr(text, "\"new-finding\": 2");
    assert_non_null(count);
    count[strlen("\"new-finding\": ")] = '3';
    assert_int_equal(schema_validate_text(SCHEMA, text, false), 1);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_changed_is_two_lines),
        cmocka_unit_test(the_text_tells_every_change_on_a_line),
        cmocka_unit_test(only_a_terminal_gets_color),
        cmocka_unit_test(hostile_words_stay_words),
        cmocka_unit_test(markdown_is_bounded_and_says_what_it_leaves_out),
        cmocka_unit_test(the_json_matches_its_schema_and_another_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
