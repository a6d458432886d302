/* SPDX-License-Identifier: MIT */
/* The HTML page: its data, what of it is kept where there is no room for all, and that nothing
 * hostile ends it. What a browser makes of it is in tests/html. */
#include "formats_fixture.h"

#include <errno.h>

#include "html.h"
#include "html_page.h"

/* The data of a page, between its two halves. */
static char *data_of(char *page)
{
    size_t size = strlen(page);
    assert_true(size > html_page_head_size + html_page_tail_size);
    size_t data_size = size - html_page_head_size - html_page_tail_size;
    assert_memory_equal(page, html_page_head, html_page_head_size);
    assert_memory_equal(page + html_page_head_size + data_size, html_page_tail,
                        html_page_tail_size);
    char *data = strndup(page + html_page_head_size, data_size);
    assert_non_null(data);
    free(page);
    return data;
}

static char *render(const char *const *patches, const char *head)
{
    return data_of(formats_fixture_render_many(html_add, patches, head));
}

static json_t *render_json(const char *const *patches, const char *head)
{
    char *text = render(patches, head);
    json_t *json = diff_fixture_json(text);
    free(text);
    return json;
}

static void assert_json(const json_t *value, const char *expected)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

static void rows_stand_in_scenario_order_and_share_what_they_can(void **state)
{
    (void)state;
    const char *const many[] = {"id \"b\"\ntitle \"same\"", "id \"a\"\ntitle \"same\"\nseed 7",
                                "id \"c\"\ntags [\"udp\", \"tcp\"]\nworld \"sim\"", NULL};
    json_t *data = render_json(many, "title \"a suite\"");
    assert_json(json_object_get(data, "title"), "\"a suite\"");
    assert_json(json_object_get(data, "rows"),
                "[[\"b\",\"same\",0,0,0,[0],0],[\"a\",0,0,0,0,[0],0,7],"
                "[\"c\",\"t\",0,1,0,[1,0],0]]");
    assert_json(json_object_get(data, "worlds"), "[\"kernel\",\"sim\"]");
    assert_json(json_object_get(data, "plugins"), "[\"uppercase 1\"]");
    assert_json(json_object_get(data, "tags"), "[\"tcp\",\"udp\"]");
    json_decref(data);
}

static void details_are_kept_by_what_they_are_of(void **state)
{
    (void)state;
    json_t *data = render_json(formats_fixture_verdicts, "");
    assert_int_equal(json_object_size(json_object_get(data, "bad")), 8);
    assert_int_equal(json_object_size(json_object_get(data, "odd")), 2);
    assert_int_equal(json_object_size(json_object_get(data, "passing")), 1);
    assert_json(json_object_get(data, "left_out"), "{\"details\":0,\"stories\":0,\"passing\":0}");
    assert_json(json_object_get(json_object_get(data, "odd"), "8"),
                "{\"steps\":[{\"step\":\"/steps/0\",\"runs\":1,\"verdict\":\"pass\"},"
                "{\"step\":\"/steps/1\",\"runs\":3,\"verdict\":\"pass\"}],\"clients\":[{\"name\":"
                "\"bob\",\"sent\":{\"length\":5,\"hex\":\"68656c6c6f\"},\"received\":{\"length\":5,"
                "\"hex\":\"68656c6c6f\"},\"end\":\"eof\"}],\"sessions\":[{\"name\":\"bob\","
                "\"bytes_received\":5,\"received\":{\"length\":5,\"hex\":\"68656c6c6f\"},"
                "\"recv_sizes\":[[5,1]],\"end\":\"eof\"}],\"note\":\"needs the simulated world\","
                "\"told\":false}");
    json_decref(data);
}

static void a_row_says_whether_it_fails_the_run(void **state)
{
    (void)state;
#define HELD "quarantine {\"issue\": \"i\", \"until\": \"2027-01-31\", \"over\": false}\n"
#define OVER "quarantine {\"issue\": \"i\", \"until\": \"2027-01-31\", \"over\": true}\n"
    const char *const many[] = {FORMATS_PLAIN_FAILURE "id \"0\"\nverdict \"fail\"",
                                FORMATS_PLAIN_FAILURE HELD "id \"1\"\nverdict \"fail\"",
                                OVER "id \"2\"",
                                HELD "id \"3\"",
                                "id \"4\"\nverdict \"skipped\"",
                                NULL};
    static const int tones[] = {2, 1, 2, 0, 1};
    json_t *data = render_json(many, "");
    for (size_t i = 0; i < sizeof(tones) / sizeof(tones[0]); i++) {
        const json_t *row = json_array_get(json_object_get(data, "rows"), i);
        assert_int_equal(json_integer_value(json_array_get(row, 6)), tones[i]);
    }
    assert_int_equal(json_object_size(json_object_get(data, "bad")), 2);
    json_decref(data);
}

static void a_story_stands_apart_and_a_failure_keeps_its_hashes(void **state)
{
    (void)state;
    const char *const one[] = {
        FORMATS_PLAIN_FAILURE "verdict \"fail\"\n"
                              "story {\"omitted\": 0, \"events\": [{\"at_ns\": 0, \"who\": \"bob\","
                              " \"event\": \"send\", \"size\": 1, \"result\": 1, \"data\": "
                              "{\"length\": 1, \"text\": \"a\", \"hex\": \"61\"}}]}",
        NULL};
    json_t *data = render_json(one, "");
    json_t *detail = json_object_get(json_object_get(data, "bad"), "0");
    assert_null(json_object_get(detail, "story"));
    assert_json(json_object_get(detail, "told"), "true");
    json_t *failure = json_object_get(detail, "failure");
    assert_json(json_object_get(json_object_get(failure, "expected"), "hash"), DIFF_HASH_A);
    assert_json(json_object_get(data, "stories"),
                "{\"0\":{\"omitted\":0,\"events\":[{\"at_ns\":0,\"who\":\"bob\",\"event\":\"send\","
                "\"size\":1,\"result\":1,\"data\":{\"length\":1,\"hex\":\"61\"}}]}}");
    json_decref(data);
}

static void what_could_be_markup_is_an_escape_and_reads_back_as_it_was(void **state)
{
    (void)state;
    const char *const one[] = {
        "title \"<!-- </script> &amp; \xe2\x80\xa8 \xe2\x80\xa9 \xe2\x80\xaa\"", NULL};
    char *text = render(one, "title " FORMATS_ATTACK);
    assert_holds(text, "\\u003c!-- \\u003c/script\\u003e \\u0026amp; \\u2028 \\u2029 \xe2\x80\xaa");
    assert_null(strpbrk(text, "<>&"));
    json_t *data = diff_fixture_json(text);
    json_t *wanted = diff_fixture_json(FORMATS_ATTACK);
    assert_true(json_equal(json_object_get(data, "title"), wanted));
    json_t *title = json_array_get(json_array_get(json_object_get(data, "rows"), 0), 1);
    assert_string_equal(json_string_value(title),
                        "<!-- </script> &amp; \xe2\x80\xa8 \xe2\x80\xa9 \xe2\x80\xaa");
    json_decref(wanted);
    json_decref(data);
    free(text);
}

#define LARGE_COUNT 1000

/* A report of many results that are all as `patch` makes them, with a title and a note of these
 * sizes. */
static void read_large(struct report_read *report, const char *patch, int title_size, int note_size)
{
    json_t *json = diff_fixture_report();
    json_t *one = diff_fixture_patched(patch);
    for (int i = 0; i < LARGE_COUNT; i++) {
        json_t *result = json_deep_copy(one);
        json_object_set_new(result, "id", json_sprintf("r/%d", i));
        json_object_set_new(result, "title", json_sprintf("%0*d", title_size, i));
        json_object_set_new(result, "note", json_sprintf("%0*d", note_size, i));
        json_array_append_new(json_object_get(json, "results"), result);
    }
    json_decref(one);
    diff_fixture_read(json, report);
}

static json_int_t left_out(const json_t *data, const char *what)
{
    return json_integer_value(json_object_get(json_object_get(data, "left_out"), what));
}

static void a_page_stays_below_its_bounds_and_says_what_it_left_out(void **state)
{
    (void)state;
    static const struct {
        const char *patch, *kept, *left;
        size_t size_max;
    } cases[] = {
        {FORMATS_PLAIN_FAILURE "verdict \"fail\"", "bad", "details", HTML_BYTES_MAX},
        {"verdict \"skipped\"", "odd", "details", HTML_BYTES_MAX},
        {"verdict \"pass\"", "passing", "passing", HTML_PASSING_BYTES_MAX},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct report_read report;
        read_large(&report, cases[i].patch, 10, 3000);
        char *page = formats_fixture_render(html_add, &report);
        assert_in_range(strlen(page), cases[i].size_max - 5000, cases[i].size_max);
        char *text = data_of(page);
        json_t *data = diff_fixture_json(text);
        assert_int_equal(json_array_size(json_object_get(data, "rows")), LARGE_COUNT);
        size_t kept = json_object_size(json_object_get(data, cases[i].kept));
        assert_true(kept > 200 &&
                    left_out(data, cases[i].left) == (json_int_t)(LARGE_COUNT - kept));
        json_decref(data);
        free(text);
        report_read_fini(&report);
    }
}

static void rows_are_never_left_out_and_failures_always_have_some_room(void **state)
{
    (void)state;
    struct report_read report;
    read_large(&report, FORMATS_PLAIN_FAILURE "verdict \"fail\"", 2500, 3000);
    char *text = data_of(formats_fixture_render(html_add, &report));
    json_t *data = diff_fixture_json(text);
    assert_true(strlen(text) > HTML_BYTES_MAX);
    assert_int_equal(json_array_size(json_object_get(data, "rows")), LARGE_COUNT);
    size_t kept = json_object_size(json_object_get(data, "bad"));
    assert_true(kept > 100 && kept < LARGE_COUNT);
    assert_non_null(json_object_get(json_object_get(data, "bad"), "0"));
    json_decref(data);
    free(text);
    report_read_fini(&report);
}

static void without_room_nothing_is_added(void **state)
{
    (void)state;
    struct report_read report;
    diff_fixture_read_patched("title \"t\"", &report);
    for (size_t room = 0; room < html_page_head_size + html_page_tail_size; room += 20000) {
        struct bytes out;
        bytes_init(&out, 3 + room);
        assert_int_equal(bytes_add(&out, "abc", 3), 0);
        assert_int_equal(html_add(&out, &report), -ENOSPC);
        assert_int_equal(out.size, 3);
        bytes_fini(&out);
    }
    report_read_fini(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_stand_in_scenario_order_and_share_what_they_can),
        cmocka_unit_test(details_are_kept_by_what_they_are_of),
        cmocka_unit_test(a_row_says_whether_it_fails_the_run),
        cmocka_unit_test(a_story_stands_apart_and_a_failure_keeps_its_hashes),
        cmocka_unit_test(what_could_be_markup_is_an_escape_and_reads_back_as_it_was),
        cmocka_unit_test(a_page_stays_below_its_bounds_and_says_what_it_left_out),
        cmocka_unit_test(rows_are_never_left_out_and_failures_always_have_some_room),
        cmocka_unit_test(without_room_nothing_is_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
