/* SPDX-License-Identifier: MIT */
/* Seeded random numbers: the same on every machine, for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "prng.h"

static void numbers_are_those_of_splitmix64(void **state)
{
    (void)state;
    /* The reference implementation's first numbers for the seed 1234567. */
    static const uint64_t expected[] = {
        UINT64_C(6457827717110365317), UINT64_C(3203168211198807973), UINT64_C(9817491932198370423),
        UINT64_C(4593380528125082431), UINT64_C(16408922859458223821)};
    struct prng prng = {.state = 1234567};
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        assert_true(prng_next(&prng) == expected[i]);
    }
}

static void seed_zero_is_as_good_as_any(void **state)
{
    (void)state;
    struct prng prng = {.state = 0};
    assert_true(prng_next(&prng) == UINT64_C(0xe220a8397b1dcdaf));
}

static void numbers_below_a_bound_reach_all_of_it_and_no_more(void **state)
{
    (void)state;
    struct prng prng = {.state = 7};
    unsigned seen[5] = {0};
    for (int i = 0; i < 5000; i++) {
        uint64_t number = prng_below(&prng, 5);
        assert_true(number < 5);
        seen[number]++;
    }
    for (int i = 0; i < 5; i++) {
        assert_in_range(seen[i], 850, 1150);
    }
    assert_int_equal(prng_below(&prng, 1), 0);
    /* A bound above half of all numbers rejects often and must still end. */
    for (int i = 0; i < 100; i++) {
        assert_true(prng_below(&prng, (UINT64_C(1) << 63) + 1) <= UINT64_C(1) << 63);
    }
}

static void bytes_are_the_numbers_least_significant_first(void **state)
{
    (void)state;
    uint8_t data[20] = {0};
    struct prng prng = {.state = 42};
    struct prng same = {.state = 42};
    prng_fill(&prng, data, 19);
    for (int i = 0; i < 19; i++) {
        static uint64_t number;
        number = i % 8 == 0 ? prng_next(&same) : number >> 8;
        assert_int_equal(data[i], number & 0xff);
    }
    assert_int_equal(data[19], 0);
    /* The rest of a number that was begun is dropped. */
    assert_true(prng.state == same.state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_those_of_splitmix64),
        cmocka_unit_test(seed_zero_is_as_good_as_any),
        cmocka_unit_test(numbers_below_a_bound_reach_all_of_it_and_no_more),
        cmocka_unit_test(bytes_are_the_numbers_least_significant_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
