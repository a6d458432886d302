/* SPDX-License-Identifier: MIT */
/* The arena of a plan, and the names of verbs and ends. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pattern.h"
#include "plan.h"

static void memory_is_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    struct plan_arena *arena = plan_arena_new();
    assert_non_null(arena);
    unsigned char *blocks[2000];
    for (size_t i = 0; i < 2000; i++) {
        size_t size = i * 7 % 3000;
        blocks[i] = plan_arena_alloc(arena, size);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % _Alignof(max_align_t), 0);
        for (size_t byte = 0; byte < size; byte++) {
            assert_int_equal(blocks[i][byte], 0);
        }
        memset(blocks[i], (int)(i % 251), size);
    }
    for (size_t i = 0; i < 2000; i++) {
        for (size_t byte = 0; byte < i * 7 % 3000; byte++) {
            assert_int_equal(blocks[i][byte], i % 251);
        }
    }
    assert_true(plan_arena_bytes(arena) > 2000 * 1000);
    plan_arena_free(arena);
}

static void large_and_impossible_sizes(void **state)
{
    (void)state;
    struct plan_arena *arena = plan_arena_new();
    char *large = plan_arena_alloc(arena, (size_t)5 << 20);
    assert_non_null(large);
    memset(large, 1, (size_t)5 << 20);
    assert_non_null(plan_arena_alloc(arena, 10));
    assert_null(plan_arena_alloc(arena, SIZE_MAX));
    assert_string_equal(plan_arena_string(arena, "text"), "text");
    plan_arena_free(arena);
    plan_arena_free(NULL);
}

static unsigned released;

static void release(void *owned)
{
    released += *(unsigned *)owned;
}

static void what_it_owns_goes_with_it(void **state)
{
    (void)state;
    unsigned one = 1, ten = 10;
    struct plan_arena *arena = plan_arena_new();
    struct pattern *pattern = NULL;
    assert_int_equal(plan_arena_own(arena, release, &one), 0);
    assert_int_equal(plan_arena_own(arena, release, &ten), 0);
    assert_int_equal(pattern_new("a", 1, &pattern, NULL), 0);
    assert_int_equal(plan_arena_own_pattern(arena, pattern), 0);
    assert_int_equal(released, 0);
    plan_arena_free(arena);
    assert_int_equal(released, 11);
}

static void every_verb_and_end_has_its_name(void **state)
{
    (void)state;
    assert_string_equal(plan_verb_name(PLAN_CONNECT), "connect");
    assert_string_equal(plan_verb_name(PLAN_WAIT), "wait_ms");
    assert_string_equal(plan_verb_name(PLAN_TOGETHER), "together");
    for (int end = 0; end < SESSION_END_COUNT; end++) {
        assert_int_equal(session_end_parse(session_end_name((enum session_end)end)), end);
    }
    assert_int_equal(session_end_parse("nothing"), SESSION_END_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(large_and_impossible_sizes),
        cmocka_unit_test(what_it_owns_goes_with_it),
        cmocka_unit_test(every_verb_and_end_has_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
