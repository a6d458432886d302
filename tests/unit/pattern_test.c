/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pattern.h"

static int match(const char *expression, const void *data, size_t size)
{
    struct pattern *pattern = NULL;
    struct drill_error error = {0};
    if (pattern_new(expression, strlen(expression), &pattern, &error) != 0) {
        fail_msg("%s: %s", expression, error.sentence);
    }
    int result = pattern_match(pattern, data, size);
    pattern_free(pattern);
    return result;
}

static void it_is_anchored_at_both_ends(void **state)
{
    (void)state;
    assert_int_equal(match("b+", "bbb", 3), 1);
    assert_int_equal(match("b+", "abbb", 4), 0);
    assert_int_equal(match("b+", "bbba", 4), 0);
    assert_int_equal(match("a|ab", "ab", 2), 1);
    assert_int_equal(match("b+", "bbb\n", 4), 0);
}

static void it_sees_bytes(void **state)
{
    (void)state;
    assert_int_equal(match("..", "\xc3\xa9", 2), 1);
    assert_int_equal(match("\\xff\\x00", "\xff\0", 2), 1);
    assert_int_equal(match("a.b", "a\0b", 3), 1);
    assert_int_equal(match("a.b", "a\nb", 3), 0);
    assert_int_equal(match("(?s)a.b", "a\nb", 3), 1);
}

static void nothing_matches_an_empty_expression(void **state)
{
    (void)state;
    assert_int_equal(match("", NULL, 0), 1);
    assert_int_equal(match("a*", NULL, 0), 1);
    assert_int_equal(match("a", NULL, 0), 0);
    assert_int_equal(match("", "a", 1), 0);
}

static void a_mistake_is_told_with_its_place(void **state)
{
    (void)state;
    struct pattern *pattern = NULL;
    struct drill_error error = {0};
    assert_int_equal(pattern_new("ab(c", 4, &pattern, &error), -EINVAL);
    assert_non_null(strstr(error.sentence, "wrong at byte 4: missing closing parenthesis"));
    assert_null(pattern);
}

static void utf_cannot_be_switched_on(void **state)
{
    (void)state;
    struct pattern *pattern = NULL;
    struct drill_error error = {0};
    assert_int_equal(pattern_new("(*UTF)a", 7, &pattern, &error), -EINVAL);
    assert_int_equal(pattern_new("(*UCP)a", 7, &pattern, &error), 0);
    pattern_free(pattern);
}

static void a_long_expression_is_refused(void **state)
{
    (void)state;
    struct pattern *pattern = NULL;
    struct drill_error error = {0};
    char *text = malloc(65537);
    assert_non_null(text);
    memset(text, 'a', 65537);
    assert_int_equal(pattern_new(text, 65537, &pattern, &error), -EINVAL);
    assert_non_null(strstr(error.sentence, "longer than 65536 bytes"));
    free(text);
}

static void work_is_bounded(void **state)
{
    (void)state;
    char data[64];
    memset(data, 'a', sizeof(data));
    assert_int_equal(match("(a+)+(a+)+(a+)+(a+)+[bc]", data, sizeof(data)), -E2BIG);
    assert_int_equal(match("(?:a|b)*", data, sizeof(data)), 1);
}

static void megabytes_match(void **state)
{
    (void)state;
    size_t size = (size_t)8 << 20;
    char *data = malloc(size);
    assert_non_null(data);
    memset(data, 'x', size);
    assert_int_equal(match("x*", data, size), 1);
    assert_int_equal(match("[a-z]+y", data, size), 0);
    free(data);
}

static void a_pattern_is_used_again(void **state)
{
    (void)state;
    struct pattern *pattern = NULL;
    struct drill_error error = {0};
    assert_int_equal(pattern_new("a+", 2, &pattern, &error), 0);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(pattern_match(pattern, "aaa", 3), 1);
        assert_int_equal(pattern_match(pattern, "aab", 3), 0);
    }
    pattern_free(pattern);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_anchored_at_both_ends),
        cmocka_unit_test(it_sees_bytes),
        cmocka_unit_test(nothing_matches_an_empty_expression),
        cmocka_unit_test(a_mistake_is_told_with_its_place),
        cmocka_unit_test(utf_cannot_be_switched_on),
        cmocka_unit_test(a_long_expression_is_refused),
        cmocka_unit_test(work_is_bounded),
        cmocka_unit_test(megabytes_match),
        cmocka_unit_test(a_pattern_is_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
