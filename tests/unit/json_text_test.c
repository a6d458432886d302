/* SPDX-License-Identifier: MIT */
/* JSON on one line is what jansson would write, to the byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <cmocka.h>

#include "json_text.h"

static void assert_like_jansson(const json_t *value)
{
    struct bytes text;
    bytes_init(&text, (size_t)1 << 20);
    char *expected = json_dumps(value, JSON_ENCODE_ANY);
    assert_non_null(expected);
    assert_int_equal(json_text_add_line(&text, value), 0);
    assert_string_equal(bytes_string(&text), expected);
    free(expected);
    bytes_fini(&text);
}

static void a_line_is_what_jansson_would_write(void **state)
{
    (void)state;
    static const char *const values[] = {
        "{}",
        "[]",
        "\"\"",
        "0",
        "-1",
        "9223372036854775807",
        "-9223372036854775808",
        "1.5",
        "null",
        "[true, false, null]",
        "[[], {}, [[]], [{}]]",
        "{\"a\": 1, \"b\": [1, 20, 300], \"c\": {\"d\": \"e\"}}",
        "{\"\": \"\", \"\\\"\": \"\\\\\", \"\\n\": \"/\", \"\\u00e4\": \"\\u20ac\"}",
        "\"\\u0001\\u001f\\u007f\\b\\f\\n\\r\\t~ !\"",
        "\"\\u00e4\\u202e\\ud83d\\ude00\"",
    };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        json_t *value = json_loads(values[i], JSON_DECODE_ANY, NULL);
        assert_non_null(value);
        assert_like_jansson(value);
        json_decref(value);
    }
}

/* Each byte that a string may hold, alone and among others, as a value and as a key. */
static void every_letter_is_escaped_as_jansson_does(void **state)
{
    (void)state;
    for (int letter = 1; letter < 128; letter++) {
        char word[] = {(char)letter, '\0'}, words[] = {'a', (char)letter, 'b', '\0'};
        json_t *value = json_pack("{s:s, s:[s, s]}", word, words, words, word, words);
        assert_non_null(value);
        assert_like_jansson(value);
        json_decref(value);
    }
}

static void what_does_not_fit_leaves_nothing(void **state)
{
    (void)state;
    json_t *value = json_pack("{s:s, s:[i, i]}", "key", "word \" word", "numbers", 123, 456);
    char *whole = json_dumps(value, 0);
    for (size_t room = 0; room <= strlen(whole); room++) {
        struct bytes text;
        bytes_init(&text, room);
        int status = json_text_add_line(&text, value);
        assert_int_equal(status == 0, room == strlen(whole));
        assert_int_equal(text.size, status == 0 ? room : 0);
        bytes_fini(&text);
    }
    free(whole);
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_what_jansson_would_write),
        cmocka_unit_test(every_letter_is_escaped_as_jansson_does),
        cmocka_unit_test(what_does_not_fit_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
