/* SPDX-License-Identifier: MIT */
/* Frames get their names from this very program. */
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "backtrace.h"
#include "isolate_crash.h"
#include "misbehave.h"

/* The frame of an address in this process, as isolate_crash makes it. */
static void frame_of(const void *address, struct result_trouble *trouble)
{
    struct isolate_crash *crash = calloc(1, sizeof(*crash));
    assert_non_null(crash);
    crash->addresses[0] = (uint64_t)(uintptr_t)address;
    crash->address_count = 1;
    FILE *maps = fopen("/proc/self/maps", "r");
    assert_non_null(maps);
    crash->maps_size = fread(crash->maps, 1, sizeof(crash->maps), maps);
    fclose(maps);
    *trouble = (struct result_trouble){.signal = 0};
    assert_int_equal(isolate_crash_frames(crash, trouble), 0);
    assert_int_equal(trouble->frame_count, 1);
    free(crash);
}

static void check(const void *address, const char *beginning)
{
    char text[BACKTRACE_TEXT_BYTES];
    struct result_trouble trouble;
    struct backtrace *backtrace = backtrace_new();
    assert_non_null(backtrace);
    frame_of(address, &trouble);
    backtrace_text(backtrace, &trouble.frames[0], text);
    if (strncmp(text, beginning, strlen(beginning)) != 0) {
        fail_msg("'%s' does not begin with '%s'", text, beginning);
    }
    backtrace_free(backtrace);
    free(trouble.frames[0].module);
}

static void a_function_of_this_program_has_name_file_and_line(void **state)
{
    (void)state;
    check((const void *)(uintptr_t)&hang_here, "hang_here (misbehave.h:");
}

static void a_function_of_a_library_has_at_least_a_name(void **state)
{
    (void)state;
    check((const void *)(uintptr_t)&isatty, "isatty (");
}

static void what_is_in_no_file_is_an_offset(void **state)
{
    (void)state;
    char text[BACKTRACE_TEXT_BYTES];
    char module[] = "";
    char gone[] = "/nowhere/gone.so";
    char folder[] = "/";
    struct result_frame frame = {.module = module, .offset = 0x1234};
    struct backtrace *backtrace = backtrace_new();
    assert_string_equal(backtrace_text(backtrace, &frame, text), "?+0x1234");
    frame.module = gone;
    assert_string_equal(backtrace_text(backtrace, &frame, text), "gone.so+0x1234");
    assert_string_equal(backtrace_text(NULL, &frame, text), "gone.so+0x1234");
    frame.module = folder;
    assert_string_equal(backtrace_text(backtrace, &frame, text), "+0x1234");
    backtrace_free(backtrace);
}

static void damaged_records_do_no_harm(void **state)
{
    (void)state;
    struct isolate_crash *crash = calloc(1, sizeof(*crash));
    struct result_trouble trouble = {.signal = 0};
    crash->address_count = UINT32_MAX;
    assert_int_equal(isolate_crash_frames(crash, &trouble), 0);
    assert_int_equal(trouble.frame_count, 0);
    crash->address_count = ISOLATE_CRASH_ADDRESSES_MAX;
    memset(crash->maps, '-', sizeof(crash->maps));
    crash->maps_size = sizeof(crash->maps);
    assert_int_equal(isolate_crash_frames(crash, &trouble), 0);
    assert_int_equal(trouble.frame_count, RESULT_FRAMES_MAX);
    for (uint32_t i = 0; i < trouble.frame_count; i++) {
        assert_string_equal(trouble.frames[i].module, "");
        free(trouble.frames[i].module);
    }
    free(crash);
}

static void signals_have_names_and_meanings(void **state)
{
    (void)state;
    char text[ISOLATE_CRASH_NAME_BYTES];
    assert_string_equal(isolate_crash_signal_name(SIGSEGV, text), "SIGSEGV");
    assert_string_equal(isolate_crash_signal_meaning(SIGSEGV), "invalid memory access");
    assert_string_equal(isolate_crash_signal_name(63, text), "signal 63");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_of_this_program_has_name_file_and_line),
        cmocka_unit_test(a_function_of_a_library_has_at_least_a_name),
        cmocka_unit_test(what_is_in_no_file_is_an_offset),
        cmocka_unit_test(damaged_records_do_no_harm),
        cmocka_unit_test(signals_have_names_and_meanings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
