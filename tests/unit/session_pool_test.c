/* SPDX-License-Identifier: MIT */
/* The memory of sessions: slots are taken and given back, and do not overlap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "session_pool.h"

static const struct session_pool_shape small = {
    .slot_bytes = 40, .state_bytes = 24, .reply_bytes = 100, .input_bytes = 50, .slots = 3};

static void slots_are_taken_until_there_are_none(void **state)
{
    (void)state;
    struct session_pool *pool = session_pool_new(&small);
    uint32_t index[4] = {9, 9, 9, 9};
    for (uint32_t i = 0; i < 3; i++) {
        void *slot = session_pool_take(pool, &index[i]);
        assert_non_null(slot);
        assert_ptr_equal(slot, session_pool_slot(pool, index[i]));
        assert_in_range(index[i], 0, 2);
    }
    assert_true(index[0] != index[1] && index[1] != index[2] && index[0] != index[2]);
    assert_null(session_pool_take(pool, &index[3]));
    session_pool_give(pool, index[1]);
    assert_non_null(session_pool_take(pool, &index[3]));
    assert_int_equal(index[3], index[1]);
    session_pool_free(pool);
}

static void a_slot_that_is_given_back_is_the_next_one_taken(void **state)
{
    (void)state;
    struct session_pool *pool = session_pool_new(&small);
    uint32_t first = 0;
    uint32_t again = 0;
    session_pool_take(pool, &first);
    for (int i = 0; i < 1000; i++) {
        session_pool_give(pool, first);
        session_pool_take(pool, &again);
        assert_int_equal(again, first);
    }
    session_pool_free(pool);
}

static void the_state_of_a_slot_is_zero_whoever_had_it_before(void **state)
{
    (void)state;
    static const uint8_t zero[24];
    struct session_pool *pool = session_pool_new(&small);
    uint32_t index = 0;
    for (int i = 0; i < 3; i++) {
        session_pool_take(pool, &index);
        assert_memory_equal(session_pool_state(pool, index), zero, sizeof(zero));
        memset(session_pool_state(pool, index), 0xff, sizeof(zero));
        session_pool_give(pool, index);
    }
    session_pool_free(pool);
}

static void parts_of_slots_do_not_overlap_and_are_aligned_as_malloc_aligns(void **state)
{
    (void)state;
    struct session_pool *pool = session_pool_new(&small);
    uint32_t index = 0;
    while (session_pool_take(pool, &index)) {
        assert_int_equal((uintptr_t)session_pool_slot(pool, index) % 16, 0);
        assert_int_equal((uintptr_t)session_pool_state(pool, index) % 16, 0);
        memset(session_pool_slot(pool, index), 0x10 + (int)index, small.slot_bytes);
        memset(session_pool_state(pool, index), 0x20 + (int)index, small.state_bytes);
        memset(session_pool_reply(pool, index), 0x30 + (int)index, small.reply_bytes);
        memset(session_pool_input(pool, index), 0x40 + (int)index, small.input_bytes);
    }
    for (index = 0; index < small.slots; index++) {
        const uint8_t *slot = session_pool_slot(pool, index);
        const uint8_t *own = session_pool_state(pool, index);
        for (size_t i = 0; i < small.reply_bytes; i++) {
            assert_int_equal(session_pool_reply(pool, index)[i], 0x30 + index);
        }
        for (size_t i = 0; i < small.input_bytes; i++) {
            assert_int_equal(session_pool_input(pool, index)[i], 0x40 + index);
        }
        assert_int_equal(slot[0], 0x10 + index);
        assert_int_equal(slot[small.slot_bytes - 1], 0x10 + index);
        assert_int_equal(own[0], 0x20 + index);
        assert_int_equal(own[small.state_bytes - 1], 0x20 + index);
    }
    session_pool_free(pool);
}

static void parts_that_nobody_needs_are_none(void **state)
{
    (void)state;
    struct session_pool_shape shape = small;
    shape.state_bytes = shape.input_bytes = 0;
    struct session_pool *pool = session_pool_new(&shape);
    uint32_t index = 0;
    assert_non_null(session_pool_take(pool, &index));
    assert_null(session_pool_state(pool, index));
    assert_null(session_pool_input(pool, index));
    assert_null(pool->receive);
    assert_null(pool->answer);
    assert_non_null(session_pool_reply(pool, index));
    session_pool_free(pool);
    session_pool_free(NULL);
}

static void the_shared_buffers_have_the_size_asked_for(void **state)
{
    (void)state;
    struct session_pool_shape shape = small;
    shape.receive_bytes = 7;
    shape.answer_bytes = 9;
    struct session_pool *pool = session_pool_new(&shape);
    memset(pool->receive, 1, 7);
    memset(pool->answer, 2, 9);
    assert_int_equal(pool->receive[6], 1);
    session_pool_free(pool);
}

static void a_pool_fits_its_own_shape_only(void **state)
{
    (void)state;
    struct session_pool *pool = session_pool_new(&small);
    struct session_pool_shape other = small;
    assert_true(session_pool_fits(pool, &other));
    other.slots++;
    assert_false(session_pool_fits(pool, &other));
    other = small;
    other.slot_bytes++;
    assert_false(session_pool_fits(pool, &other));
    other = small;
    other.state_bytes++;
    assert_false(session_pool_fits(pool, &other));
    other = small;
    other.reply_bytes++;
    assert_false(session_pool_fits(pool, &other));
    other = small;
    other.input_bytes++;
    assert_false(session_pool_fits(pool, &other));
    other = small;
    other.receive_bytes++;
    assert_false(session_pool_fits(pool, &other));
    other = small;
    other.answer_bytes++;
    assert_false(session_pool_fits(pool, &other));
    session_pool_free(pool);
}

static void a_million_sessions_cost_address_space_not_memory(void **state)
{
    (void)state;
    struct session_pool_shape shape = {
        .slot_bytes = 256, .state_bytes = 64, .reply_bytes = 131072, .slots = 1000000};
    struct session_pool *pool = session_pool_new(&shape);
    uint32_t index = 0;
    assert_non_null(pool);
    for (int i = 0; i < 10; i++) {
        assert_non_null(session_pool_take(pool, &index));
    }
    session_pool_reply(pool, index)[131071] = 1;
    session_pool_free(pool);
}

static void more_than_the_address_space_is_refused(void **state)
{
    (void)state;
    struct session_pool_shape shape = small;
    shape.reply_bytes = SIZE_MAX / 2;
    assert_null(session_pool_new(&shape));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_are_taken_until_there_are_none),
        cmocka_unit_test(a_slot_that_is_given_back_is_the_next_one_taken),
        cmocka_unit_test(the_state_of_a_slot_is_zero_whoever_had_it_before),
        cmocka_unit_test(parts_of_slots_do_not_overlap_and_are_aligned_as_malloc_aligns),
        cmocka_unit_test(parts_that_nobody_needs_are_none),
        cmocka_unit_test(the_shared_buffers_have_the_size_asked_for),
        cmocka_unit_test(a_pool_fits_its_own_shape_only),
        cmocka_unit_test(a_million_sessions_cost_address_space_not_memory),
        cmocka_unit_test(more_than_the_address_space_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
