/* SPDX-License-Identifier: MIT */
/* One function in a child process. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "isolate.h"
#include "misbehave.h"

static struct drill_error error;

static int work(void *argument, struct bytes *out)
{
    const char *what = argument;
    if (strcmp(what, "crash") == 0) {
        return crash_here(nowhere());
    }
    if (strcmp(what, "exit") == 0) {
        fprintf(stderr, "I would rather not\nand so on\n");
        exit(3);
    }
    if (strcmp(what, "hang") == 0) {
        return hang_here();
    }
    if (strcmp(what, "much") == 0) {
        return bytes_add_byte(out, 'x', 3 << 20);
    }
    return bytes_add(out, what, strlen(what)) == 0 ? -7 : 0;
}

static int call(const char *what, struct bytes *out, int *returned)
{
    return isolate_call(work, (void *)(uintptr_t)what, strcmp(what, "hang") == 0 ? 50 : 20000, out,
                        returned, &error);
}

static void a_call_brings_back_bytes_and_value(void **state)
{
    (void)state;
    struct bytes out;
    int returned = 0;
    bytes_init(&out, 4 << 20);
    assert_int_equal(call("hello", &out, &returned), 0);
    assert_int_equal(returned, -7);
    assert_int_equal(out.size, 5);
    assert_memory_equal(out.data, "hello", 5);
    bytes_clear(&out);
    assert_int_equal(call("much", &out, &returned), 0);
    assert_int_equal(returned, 0);
    assert_int_equal(out.size, 3 << 20);
    bytes_fini(&out);
}

static void a_call_that_goes_wrong_says_how(void **state)
{
    (void)state;
    struct bytes out;
    int returned = 5;
    bytes_init(&out, 100);
    assert_int_equal(call("crash", &out, &returned), -ECHILD);
    assert_string_equal(error.sentence, "crashed with SIGSEGV");
    assert_int_equal(call("exit", &out, &returned), -ECHILD);
    assert_string_equal(error.sentence,
                        "ended the process with status 3 (it printed: I would rather not)");
    assert_int_equal(call("hang", &out, &returned), -ECHILD);
    assert_string_equal(error.sentence, "did not return within 50 ms");
    assert_int_equal(out.size, 0);
    assert_int_equal(returned, 5);
    bytes_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_brings_back_bytes_and_value),
        cmocka_unit_test(a_call_that_goes_wrong_says_how),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
