/* SPDX-License-Identifier: MIT */
/* The run clock: it stands still until it is advanced, and never goes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "clock.h"

static void a_run_clock_stands_still_until_it_is_advanced(void **state)
{
    (void)state;
    struct run_clock clock = {.real = false};
    assert_int_equal(clock_now_ns(&clock), 0);
    assert_int_equal(clock_now_ns(&clock), 0);
    clock_advance(&clock, 24 * 3600 * CLOCK_S);
    assert_true(clock_now_ns(&clock) == 24 * 3600 * CLOCK_S);
}

static void a_run_clock_never_goes_back(void **state)
{
    (void)state;
    struct run_clock clock = {.real = false, .now_ns = 100};
    clock_advance(&clock, 99);
    assert_int_equal(clock_now_ns(&clock), 100);
    clock_advance(&clock, 100);
    assert_int_equal(clock_now_ns(&clock), 100);
}

static void a_real_clock_follows_the_machine_and_cannot_be_advanced(void **state)
{
    (void)state;
    struct run_clock clock = {.real = true};
    uint64_t before = clock_real_ns();
    clock_advance(&clock, CLOCK_NEVER_NS);
    uint64_t now = clock_now_ns(&clock);
    assert_true(now >= before);
    assert_true(now <= clock_real_ns());
    assert_true(now == clock.now_ns);
}

static void a_time_too_far_away_is_never(void **state)
{
    (void)state;
    assert_true(clock_after(5, 6) == 11);
    assert_true(clock_after(5, CLOCK_NEVER_NS) == CLOCK_NEVER_NS);
    assert_true(clock_after(CLOCK_NEVER_NS - 1, 1) == CLOCK_NEVER_NS);
    assert_true(clock_after(CLOCK_NEVER_NS - 1, 2) == CLOCK_NEVER_NS);
    assert_true(clock_after(CLOCK_NEVER_NS, 0) == CLOCK_NEVER_NS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_clock_stands_still_until_it_is_advanced),
        cmocka_unit_test(a_run_clock_never_goes_back),
        cmocka_unit_test(a_real_clock_follows_the_machine_and_cannot_be_advanced),
        cmocka_unit_test(a_time_too_far_away_is_never),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
