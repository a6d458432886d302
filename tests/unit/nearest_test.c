/* SPDX-License-Identifier: MIT */
/* Which name a person meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "nearest.h"

static const char *const names[] = {"uppercase", "ack-ok", NULL, "connect", "send", "tcp", "udp"};
#define NAME_COUNT (sizeof(names) / sizeof(*names))

static void check(const char *name, const char *expected)
{
    const char *nearest = nearest_name(name, names, NAME_COUNT);
    if (expected) {
        assert_non_null(nearest);
        assert_string_equal(nearest, expected);
    } else {
        assert_null(nearest);
    }
}

static void slips_of_the_fingers_are_understood(void **state)
{
    (void)state;
    check("upercase", "uppercase");
    check("uppercasee", "uppercase");
    check("uppperkase", "uppercase");
    check("Uppercase", "uppercase");
    check("conncet", "connect");
    check("ack_ok", "ack-ok");
    check("sned", "send");
    check("tpc", "tcp");
    check("ud", "udp");
    check("send", "send");
}

static void other_words_are_near_nothing(void **state)
{
    (void)state;
    check("", NULL);
    check("x", NULL);
    check("lowercase-all", NULL);
    check("reset", NULL);
    check("disconnected", NULL);
}

static void the_first_of_equals_wins(void **state)
{
    (void)state;
    static const char *const pair[] = {"cat", "hat"};
    assert_string_equal(nearest_name("bat", pair, 2), "cat");
    assert_null(nearest_name("bat", pair, 0));
}

static void overlong_names_are_near_nothing(void **state)
{
    (void)state;
    char longest[NEAREST_NAME_MAX + 1];
    char too_long[NEAREST_NAME_MAX + 2];
    memset(longest, 'a', sizeof(longest) - 1);
    longest[NEAREST_NAME_MAX] = 0;
    memset(too_long, 'a', sizeof(too_long) - 1);
    too_long[NEAREST_NAME_MAX + 1] = 0;
    const char *const candidates[] = {too_long, longest};
    assert_ptr_equal(nearest_name(longest, candidates, 2), longest);
    assert_null(nearest_name(too_long, candidates, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slips_of_the_fingers_are_understood),
        cmocka_unit_test(other_words_are_near_nothing),
        cmocka_unit_test(the_first_of_equals_wins),
        cmocka_unit_test(overlong_names_are_near_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
