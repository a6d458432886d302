/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "date.h"

static void every_day_of_four_centuries_is_told_from_what_is_none(void **state)
{
    (void)state;
    char text[40], before[40] = "";
    unsigned days = 0;
    for (int year = 1900; year < 2300; year++) {
        for (int month = 0; month <= 13; month++) {
            for (int day = 0; day <= 32; day++) {
                snprintf(text, sizeof(text), "%04d-%02d-%02d", year, month, day);
                if (date_is_valid(text)) {
                    assert_true(strcmp(before, text) < 0);
                    memcpy(before, text, sizeof(before));
                    days++;
                }
            }
        }
    }
    assert_int_equal(days, 400 * 365 + 97); /* what the calendar repeats */
}

static void leap_years_are_known(void **state)
{
    (void)state;
    assert_true(date_is_valid("2000-02-29"));
    assert_true(date_is_valid("2028-02-29"));
    assert_false(date_is_valid("2027-02-29"));
    assert_false(date_is_valid("2100-02-29"));
    assert_false(date_is_valid("2028-02-30"));
    assert_true(date_is_valid("0001-01-01"));
    assert_true(date_is_valid("9999-12-31"));
    assert_false(date_is_valid("0000-12-31"));
}

static void other_spellings_are_no_days(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",           "2027",        "2027-1-31",    "2027-01-1",
        "20270131",   "2027/01/31",  "2027-01-31 ",  " 2027-01-31",
        "+027-01-31", "2027-01-3x",  "-027-01-31",   "2027-01-31T00:00",
        "31-01-2027", "12027-01-31", "2027-01-31\n", "today"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (date_is_valid(bad[i])) {
            fail_msg("'%s' passes for a day", bad[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_four_centuries_is_told_from_what_is_none),
        cmocka_unit_test(leap_years_are_known),
        cmocka_unit_test(other_spellings_are_no_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
