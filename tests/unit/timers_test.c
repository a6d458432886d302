/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "clock.h"
#include "prng.h"
#include "timers.h"

#define TIMER_COUNT 500

static uint64_t fired[TIMER_COUNT];
static size_t fired_count;

static void note(struct timer *timer, uint64_t now_ns)
{
    assert_true(timer->deadline_ns <= now_ns);
    assert_int_equal(timer->place, 0);
    fired[fired_count++] = timer->deadline_ns;
}

static void deadlines_come_nearest_first_whatever_the_order_of_setting(void **state)
{
    (void)state;
    static struct timer timers[TIMER_COUNT];
    struct timers set = {0};
    struct prng prng = {.state = 7};
    fired_count = 0;
    assert_int_equal(timers_reserve(&set, TIMER_COUNT), 0);
    for (size_t i = 0; i < TIMER_COUNT; i++) {
        timers[i] = (struct timer){.expired = note};
        timers_set(&set, &timers[i], prng_below(&prng, 1000));
    }
    /* Some move, some are taken back. */
    size_t taken_back = 0;
    for (size_t i = 0; i < TIMER_COUNT; i += 3) {
        bool back = prng_below(&prng, 2) == 0;
        taken_back += back ? 1 : 0;
        timers_set(&set, &timers[i], back ? CLOCK_NEVER_NS : prng_below(&prng, 1000));
    }
    uint64_t next_ns = timers_next_ns(&set);
    assert_true(next_ns < 1000);
    assert_int_equal(timers_run(&set, 1000), TIMER_COUNT - taken_back);
    assert_int_equal(fired[0], next_ns);
    for (size_t i = 1; i < fired_count; i++) {
        assert_true(fired[i - 1] <= fired[i]);
    }
    assert_int_equal(timers_next_ns(&set), CLOCK_NEVER_NS);
    timers_fini(&set);
}

static void timers_that_are_not_due_stay(void **state)
{
    (void)state;
    struct timers set = {0};
    struct timer early = {.expired = note};
    struct timer late = {.expired = note};
    fired_count = 0;
    assert_int_equal(timers_reserve(&set, 2), 0);
    timers_set(&set, &late, 20);
    timers_set(&set, &early, 10);
    assert_int_equal(timers_run(&set, 19), 1);
    assert_int_equal(fired[0], 10);
    assert_int_equal(timers_next_ns(&set), 20);
    timers_set(&set, &late, CLOCK_NEVER_NS);
    timers_release(&set, 2);
    timers_fini(&set);
}

static struct timers *again_set;

static void set_again(struct timer *timer, uint64_t now_ns)
{
    fired_count++;
    timers_set(again_set, timer, now_ns);
}

static void a_timer_that_sets_itself_again_for_now_waits_for_the_next_call(void **state)
{
    (void)state;
    struct timers set = {0};
    struct timer restless = {.expired = set_again};
    struct timer other = {.expired = note};
    fired_count = 0;
    again_set = &set;
    assert_int_equal(timers_reserve(&set, 2), 0);
    timers_set(&set, &restless, 5);
    assert_int_equal(timers_run(&set, 5), 1);
    assert_int_equal(timers_next_ns(&set), 5);
    timers_set(&set, &other, 5);
    for (int i = 0; i < 2; i++) {
        assert_in_range(timers_run(&set, 5), 1, 2);
    }
    /* It has not kept the other one from its turn. */
    assert_int_equal(other.place, 0);
    assert_int_equal(restless.place, 1);
    timers_set(&set, &restless, CLOCK_NEVER_NS);
    timers_release(&set, 2);
    timers_fini(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deadlines_come_nearest_first_whatever_the_order_of_setting),
        cmocka_unit_test(timers_that_are_not_due_stay),
        cmocka_unit_test(a_timer_that_sets_itself_again_for_now_waits_for_the_next_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
