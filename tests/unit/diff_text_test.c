/* SPDX-License-Identifier: MIT */
/* The faces of a diff: what they tell, and that nothing hostile gets through them. */
#include "diff_fixture.h"

#include "diff_json.h"
#include "diff_text.h"
#include "markdown.h"
#include "schema_fixture.h"

#define SCHEMA "reports/diff.schema.json"

#define FAILURE                                                                                    \
    "verdict \"fail\"\nfailure {\"step\": \"/steps/1\", \"iteration\": [2], \"sentence\": "        \
    "\"other bytes came\", \"expected\": {\"length\": 2, \"hash\": " DIFF_HASH_A ", \"offset\": "  \
    "0, \"text\": \"ok\", \"hex\": \"6f6b\"}, \"actual\": \"silence\"}"

enum face { FACE_TEXT, FACE_COLOR, FACE_JSON, FACE_MARKDOWN };

/* The face as a string that the caller frees. */
static char *render(const struct diff *diff, enum face face)
{
    struct bytes out;
    bytes_init(&out, (size_t)1 << 28);
    int status = face == FACE_JSON       ? diff_json_add(&out, diff)
                 : face == FACE_MARKDOWN ? diff_markdown_add(&out, diff)
                                         : diff_text_add(&out, diff, face == FACE_COLOR);
    assert_int_equal(status, 0);
    assert_non_null(bytes_string(&out));
    return (char *)out.data;
}

/* The face of a diff of two patched results. */
static char *render_pair(const char *old, const char *new, enum face face)
{
    struct report_read before, now;
    struct diff diff;
    diff_fixture_read_patched(old, &before);
    diff_fixture_read_patched(new, &now);
    assert_int_equal(diff_make(&diff, &before, &now), 0);
    char *text = render(&diff, face);
    diff_fini(&diff);
    report_read_fini(&before);
    report_read_fini(&now);
    return text;
}

static void assert_face(const char *old, const char *new, enum face face, const char *expected)
{
    char *text = render_pair(old, new, face);
    assert_string_equal(text, expected);
    free(text);
}

static void assert_tells(const char *old, const char *new, enum face face, const char *part)
{
    char *text = render_pair(old, new, face);
    if (!strstr(text, part)) {
        fail_msg("no %s in:\n%s", part, text);
    }
    free(text);
}

static void nothing_changed_is_two_lines(void **state)
{
    (void)state;
    assert_face("", "", FACE_TEXT, "1 unchanged\nNothing changed.\n");
    assert_face(FAILURE, FAILURE, FACE_TEXT, "1 unchanged, 1 of which fails\nNothing changed.\n");
}

static void changed_bytes_are_marked(void **state)
{
    (void)state;
    assert_face("", "clients.0.received.hex \"68656c6c70\"\nclients.0.received.hash " DIFF_HASH_B,
                FACE_TEXT,
                "changed behaviour (1)\n"
                "  x: pass\n"
                "    client bob, received:\n"
                "    before    \"hello\" (5 bytes)\n"
                "    now       \"hellp\" (5 bytes)\n"
                "    0000  68 65 6c 6c 6f          |hello   |  68 65 6c 6c 70          |hellp   |\n"
                "                      ^^                                  ^^\n"
                "\n"
                "1 changed behaviour; 0 unchanged\nNothing got worse.\n");
    assert_tells("", "clients.0.received.hash " DIFF_HASH_B, FACE_TEXT,
                 "what differs lies beyond the bytes that are kept");
}

static void a_new_failure_tells_the_step_and_what_came(void **state)
{
    (void)state;
    assert_face("", FAILURE "\nsteps.1.verdict \"fail\"\nsteps.1.runs 2\nclients.0.end \"reset\"",
                FACE_TEXT,
                "new failure (1)\n"
                "  x: pass, now fail\n"
                "    step /steps/1: passed 3 times, now fail after it had passed 2 times\n"
                "    failure at /steps/1: other bytes came\n"
                "    expected  \"ok\" (2 bytes)\n"
                "    0000  6f 6b                                           |ok              |\n"
                "    actual    silence\n"
                "    client bob, end: eof, now reset\n"
                "\n"
                "1 new failure; 0 unchanged\nSomething got worse.\n");
    assert_tells(NULL, FAILURE, FACE_TEXT, "x: new, fail\n    failure at /steps/1: other bytes");
    assert_tells("", NULL, FACE_TEXT, "removed (1)\n  x: was pass\n");
}

/* What has members of its own is told member by member, and not as JSON. */
static void worlds_faults_and_plugins_are_told_in_words(void **state)
{
    (void)state;
    static const char fault[] = "faults [{\"call\": \"send\", \"nth\": 1, \"error\": \"EPIPE\", "
                                "\"short\": null, \"sticky\": false, \"fired\": 1}]\n";
    char before[1024], now[2048];
    snprintf(before, sizeof(before), "%sworlds {\"sim\": \"pass\", \"kernel\": \"pass\"}", fault);
    snprintf(
        now, sizeof(now),
        "%s\nfaults.0.fired 0\nworlds.kernel \"fail\"\nplugin.version \"2\"\nverdict "
        "\"diverged\"\ndivergence {\"what\": \"client bob, end\", \"sim\": \"eof\", \"kernel\": "
        "\"reset\", \"calls\": null, \"sim_call\": null, \"kernel_call\": null}",
        before);
    assert_face(before, now, FACE_TEXT,
                "new failure (1)\n"
                "  x: pass, now diverged\n"
                "    divergence: client bob, end\n"
                "    simulated eof\n"
                "    real      reset\n"
                "    worlds, kernel: pass, now fail\n"
                "    fault send, fired: 1, now 0\n"
                "    plugin, version: 1, now 2\n"
                "\n"
                "1 new failure; 0 unchanged\nSomething got worse.\n");
    assert_tells(now, before, FACE_TEXT, "    divergence: is not there any more\n");
    assert_tells(before, "faults []", FACE_TEXT, "    fault send: is not there any more\n");
}

static void markdown_begins_with_the_outcome(void **state)
{
    (void)state;
    assert_face("", "title \"u\"", FACE_MARKDOWN,
                "## sockdrill diff\n\n**Nothing got worse.**\n\n"
                "1 edited, behaves the same; 0 unchanged\n\n"
                "### edited, behaves the same (1)\n\n<code>x</code>: pass\n\n"
                "<pre>\n    scenario, title: t, now u\n</pre>\n");
    assert_face("", NULL, FACE_MARKDOWN,
                "## sockdrill diff\n\n**Something got worse.**\n\n"
                "1 removed; 0 unchanged\n\n### removed (1)\n\n<code>x</code>: was pass\n");
}

static void words_on_both_sides_have_no_hashes(void **state)
{
    (void)state;
    char *text = render_pair(NULL, FAILURE "\nfailure.expected \"an end\"", FACE_TEXT);
    assert_non_null(strstr(text, "    expected  an end\n    actual    silence\n\n"));
    free(text);
}

static void only_a_terminal_gets_color(void **state)
{
    (void)state;
    char *plain = render_pair("", FAILURE, FACE_TEXT),
         *color = render_pair("", FAILURE, FACE_COLOR);
    assert_null(strchr(plain, '\x1b'));
    assert_non_null(strstr(color, "\x1b[1;31mx\x1b[0m: pass, now fail"));
    free(plain);
    free(color);
}

static void what_makes_reports_hard_to_compare_is_told(void **state)
{
    (void)state;
    struct report_read before, now;
    struct diff diff;
    json_t *json = diff_fixture_report();
    json_object_set_new(json, "build", json_string("sanitized"));
    json_object_set_new(json, "complete", json_false());
    diff_fixture_read(json, &now);
    diff_fixture_read_patched(NULL, &before);
    assert_int_equal(diff_make(&diff, &before, &now), 0);
    char *text = render(&diff, FACE_TEXT);
    assert_non_null(strstr(text, "different kinds (plain, now sanitized)"));
    assert_non_null(strstr(text, "The new report is not complete"));
    free(text);
    diff_fini(&diff);
    report_read_fini(&before);
    report_read_fini(&now);
}

/* Ids, titles and bytes that want to be markup, mentions, or terminal sequences. */
static void hostile_words_stay_words(void **state)
{
    (void)state;
    static const char hostile[] =
        FAILURE "\nid \"</code><script>@user [a](b) `c` #1 |\\u001b[31m\\u202e\""
                "\nfailure.sentence \"</pre><img src=x onerror=alert(1)>\\n\\n# h & \\u0007\"";
    char *text = render_pair(NULL, hostile, FACE_TEXT);
    assert_null(strpbrk(text, "\x1b\x07"));
    assert_null(strstr(text, "\u202e"));
    free(text);
    text = render_pair(NULL, hostile, FACE_MARKDOWN);
    assert_null(strpbrk(text, "\x1b\x07"));
    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, "<img"));
    assert_null(strchr(text, '@'));
    assert_null(strstr(text, "[a](b)"));
    assert_null(strstr(text, "\n# h"));
    assert_non_null(strstr(text, "&#60;/pre&#62;"));
    assert_non_null(strstr(text, "<code>&#60;&#47;code&#62;&#60;script&#62;&#64;user"));
    free(text);
}

static void excerpts_that_lie_far_apart_are_not_laid_side_by_side(void **state)
{
    (void)state;
    static const char far[] =
        FAILURE "\nfailure.actual {\"length\": 9223372036854775807, \"hash\": " DIFF_HASH_B
                ", \"offset\": 9223372036854775800, \"hex\": \"6f6b\"}";
    assert_tells(NULL, far, FACE_TEXT, "(9223372036854775807 bytes)");
}

/* Reports of `count` results that all changed; the JSON of the new one has them with long names. */
static void make_many(struct report_read *before, struct report_read *now, size_t count)
{
    json_t *old = diff_fixture_report(), *new = diff_fixture_report();
    char id[300];
    for (size_t i = 0; i < count; i++) {
        json_t *was = diff_fixture_patched(""), *is = diff_fixture_patched(FAILURE);
        snprintf(id, sizeof(id), "%0250zu<", i);
        json_object_set_new(was, "id", json_string(id));
        json_object_set_new(is, "id", json_string(id));
        json_array_append_new(json_object_get(old, "results"), was);
        json_array_append_new(json_object_get(new, "results"), is);
    }
    diff_fixture_read(old, before);
    diff_fixture_read(new, now);
}

static void markdown_is_bounded_and_says_what_it_leaves_out(void **state)
{
    (void)state;
    struct report_read before, now;
    struct diff diff;
    make_many(&before, &now, 4000);
    assert_int_equal(diff_make(&diff, &before, &now), 0);
    char *text = render(&diff, FACE_MARKDOWN);
    size_t size = strlen(text), shown = 0;
    assert_true(size <= MARKDOWN_BYTES_MAX && size > MARKDOWN_BYTES_MAX / 2);
    for (const char *place = text; (place = strstr(place, "\n<code>")); place++) {
        shown++;
    }
    char left_out[64];
    snprintf(left_out, sizeof(left_out), "\n%zu more are left out here", 4000 - shown);
    assert_true(shown > 100 && shown < 4000);
    assert_non_null(strstr(text, left_out));
    assert_non_null(strstr(text, "4000 new failure; 0 unchanged"));
    free(text);
    diff_fini(&diff);
    report_read_fini(&before);
    report_read_fini(&now);
}

static void the_json_matches_its_schema(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"", ""},
        {"", FAILURE},
        {FAILURE, ""},
        {NULL, FAILURE},
        {"", NULL},
        {"", "clients []\nsessions []\nsteps []\nworlds {\"kernel\": \"pass\", \"sim\": \"pass\"}"},
        {"", "clients.0.received {\"hex\": \"\", \"odd\": 1.5, \"runs\": 1.5, \"text\": \"\", "
             "\"length\": 0, "
             "\"hash\": " DIFF_HASH_B "}\nplugin {\"version\": \"2\", \"name\": \"u\"}"},
        {"",
         "faults [{\"fired\": null, \"call\": \"send\", \"nth\": 1, \"error\": null, \"short\": "
         "3, \"sticky\": true}]\nsessions.0.recv_sizes [[1, 5]]\ntags []"},
    };
    schema_need_ajv();
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        char *text = render_pair(pairs[i][0], pairs[i][1], FACE_JSON);
        if (schema_validate_text(SCHEMA, text, true) != 0) {
            fail_msg("%s", text);
        }
        free(text);
    }
}

static void the_validator_refuses_a_diff_that_is_wrong(void **state)
{
    (void)state;
    schema_need_ajv();
    char *text = render_pair("", FAILURE, FACE_JSON);
    char *place = strstr(text, "\"new-failure\": 1");
    assert_non_null(place);
    place[strlen("\"new-failure\": ")] = '2';
    assert_int_equal(schema_validate_text(SCHEMA, text, false), 1);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_changed_is_two_lines),
        cmocka_unit_test(changed_bytes_are_marked),
        cmocka_unit_test(a_new_failure_tells_the_step_and_what_came),
        cmocka_unit_test(worlds_faults_and_plugins_are_told_in_words),
        cmocka_unit_test(markdown_begins_with_the_outcome),
        cmocka_unit_test(words_on_both_sides_have_no_hashes),
        cmocka_unit_test(only_a_terminal_gets_color),
        cmocka_unit_test(what_makes_reports_hard_to_compare_is_told),
        cmocka_unit_test(hostile_words_stay_words),
        cmocka_unit_test(excerpts_that_lie_far_apart_are_not_laid_side_by_side),
        cmocka_unit_test(markdown_is_bounded_and_says_what_it_leaves_out),
        cmocka_unit_test(the_json_matches_its_schema),
        cmocka_unit_test(the_validator_refuses_a_diff_that_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
