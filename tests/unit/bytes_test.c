/* SPDX-License-Identifier: MIT */
/* Growable bytes: what they hold, and that their maximum is kept. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bytes.h"

#define assert_holds(bytes, text)                                                                  \
    do {                                                                                           \
        assert_int_equal((bytes).size, strlen(text));                                              \
        assert_memory_equal((bytes).data, text, strlen(text));                                     \
    } while (0)

static void what_is_added_stands_behind_what_was_there(void **state)
{
    (void)state;
    struct bytes bytes;
    bytes_init(&bytes, 100);
    assert_int_equal(bytes_add(&bytes, "one", 3), 0);
    assert_int_equal(bytes_add_byte(&bytes, '-', 2), 0);
    assert_int_equal(bytes_add_format(&bytes, "%d%s", 2, "two"), 0);
    assert_holds(bytes, "one--2two");
    bytes_fini(&bytes);
    assert_null(bytes.data);
}

static void nothing_is_held_before_anything_is_added(void **state)
{
    (void)state;
    struct bytes bytes;
    bytes_init(&bytes, 10);
    assert_null(bytes.data);
    assert_int_equal(bytes_add(&bytes, NULL, 0), 0);
    assert_int_equal(bytes_add_byte(&bytes, 'x', 0), 0);
    assert_int_equal(bytes.size, 0);
    bytes_fini(&bytes);
}

static void beyond_the_maximum_everything_is_refused_and_nothing_changes(void **state)
{
    (void)state;
    struct bytes bytes;
    bytes_init(&bytes, 5);
    assert_int_equal(bytes_add(&bytes, "12345", 5), 0);
    assert_int_equal(bytes_add(&bytes, "6", 1), -ENOSPC);
    assert_int_equal(bytes_add_byte(&bytes, '6', 1), -ENOSPC);
    assert_int_equal(bytes_add_byte(&bytes, '6', SIZE_MAX), -ENOSPC);
    assert_int_equal(bytes_add_format(&bytes, "%d", 6), -ENOSPC);
    assert_int_equal(bytes_reserve(&bytes, SIZE_MAX), -ENOSPC);
    assert_null(bytes_string(&bytes));
    assert_holds(bytes, "12345");
    assert_int_equal(bytes_add(&bytes, NULL, 0), 0);
    bytes_fini(&bytes);
}

static void room_for_the_maximum_is_room_for_no_more(void **state)
{
    (void)state;
    struct bytes bytes;
    bytes_init(&bytes, 1000);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(bytes_add_byte(&bytes, (uint8_t)i, 1), 0);
        assert_true(bytes.capacity >= bytes.size);
    }
    assert_int_equal(bytes_add_byte(&bytes, 0, 1), -ENOSPC);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(bytes.data[i], (uint8_t)i);
    }
    bytes_fini(&bytes);
}

static void clearing_keeps_the_memory(void **state)
{
    (void)state;
    struct bytes bytes;
    bytes_init(&bytes, 100);
    assert_int_equal(bytes_add(&bytes, "something", 9), 0);
    const uint8_t *memory = bytes.data;
    bytes_clear(&bytes);
    assert_int_equal(bytes.size, 0);
    assert_int_equal(bytes_add(&bytes, "else", 4), 0);
    assert_ptr_equal(bytes.data, memory);
    assert_holds(bytes, "else");
    bytes_fini(&bytes);
}

static void a_string_ends_but_its_end_is_not_counted(void **state)
{
    (void)state;
    struct bytes bytes;
    bytes_init(&bytes, 100);
    assert_string_equal(bytes_string(&bytes), "");
    assert_int_equal(bytes.size, 0);
    assert_int_equal(bytes_add(&bytes, "word", 4), 0);
    assert_string_equal(bytes_string(&bytes), "word");
    assert_int_equal(bytes_add(&bytes, "s", 1), 0);
    assert_string_equal(bytes_string(&bytes), "words");
    bytes_fini(&bytes);
}

static void a_format_that_needs_more_memory_is_whole(void **state)
{
    (void)state;
    struct bytes bytes;
    bytes_init(&bytes, 10000);
    assert_int_equal(bytes_add_format(&bytes, "%*d", 5000, 7), 0);
    assert_int_equal(bytes_add_format(&bytes, "%s", "!"), 0);
    assert_int_equal(bytes.size, 5001);
    assert_memory_equal(bytes.data + 4998, " 7!", 3);
    bytes_fini(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_added_stands_behind_what_was_there),
        cmocka_unit_test(nothing_is_held_before_anything_is_added),
        cmocka_unit_test(beyond_the_maximum_everything_is_refused_and_nothing_changes),
        cmocka_unit_test(room_for_the_maximum_is_room_for_no_more),
        cmocka_unit_test(clearing_keeps_the_memory),
        cmocka_unit_test(a_string_ends_but_its_end_is_not_counted),
        cmocka_unit_test(a_format_that_needs_more_memory_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
