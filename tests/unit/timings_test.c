/* SPDX-License-Identifier: MIT */
/* The second file: what is in it, and what becomes of it on the disk. */
#include "report_fixture.h"

#include <errno.h>
#include <signal.h>

#include "timings.h"
#include "timings_read.h"

static void timings_tell_time_machine_and_trouble(void **state)
{
    struct report_fixture *fixture = *state;
    struct timings *timings = NULL;
    assert_int_equal(
        timings_open(fixture->path, fixture->plans, FIXTURE_PLANS, 2, &timings, &fixture->error),
        0);
    struct result result;
    fixture_result(&result, 1, fixture->plans[1]);
    fixture_fail(&result, VERDICT_CRASH, "a", "b");
    result.trouble.signal = SIGSEGV;
    result.trouble.output = strdup("oh\xff no\n");
    result.trouble.frames[0] =
        (struct result_frame){.module = strdup("/nowhere/server.so"), .offset = 0x1139};
    result.trouble.frame_count = 1;
    assert_int_equal(timings_add(timings, &result, &fixture->error), 0);
    result_fini(&result);
    fixture_result(&result, 0, fixture->plans[0]);
    assert_int_equal(timings_add(timings, &result, &fixture->error), 0);
    result_fini(&result);
    json_decref(fixture_json(fixture->partial));
    assert_int_equal(timings_close(timings, false, &fixture->error), 0);

    json_t *json = fixture_json(fixture->path);
    const char *id, *signal, *frame, *output;
    json_int_t first_us, status;
    json_error_t error;
    json_t *none, *machine;
    int unpacked = json_unpack_ex(
        json, &error, JSON_STRICT,
        "{s:i, s:s, s:s, s:s, s:s, s:o, s:b, s:[{s:s, s:s, s:s, s:I},"
        "{s:s, s:s, s:s, s:I, s:{s:s, s:o, s:[s], s:s}}], s:{s:i, s:i, s:I}}",
        "schema", &(int){0}, "tool", &id, "version", &id, "build", &id, "date", &id, "machine",
        &machine, "complete", &(int){0}, "results", "id", &id, "file", &output, "verdict", &output,
        "real_us", &first_us, "id", &id, "file", &output, "verdict", &output, "real_us", &status,
        "trouble", "signal", &signal, "exit_status", &none, "backtrace", &frame, "output", &output,
        "summary", "planned", &(int){0}, "total", &(int){0}, "real_us", &status);
    if (unpacked != 0) {
        fail_msg("%s", error.text);
    }
    assert_string_equal(id, fixture->ids[1]);
    assert_int_equal(first_us, 3400);
    assert_string_equal(signal, "SIGSEGV");
    assert_true(json_is_null(none));
    assert_string_equal(frame, "server.so+0x1139");
    assert_string_equal(output, "oh\xef\xbf\xbd no\n");
    assert_int_equal(json_integer_value(json_object_get(machine, "workers")), 2);
    json_decref(json);
}

static void timings_that_cannot_be_written_are_refused(void **state)
{
    struct report_fixture *fixture = *state;
    struct timings *timings = NULL;
    assert_int_equal(timings_open("/dev/null/t.json", fixture->plans, FIXTURE_PLANS, 1, &timings,
                                  &fixture->error),
                     -ENOTDIR);
    assert_string_equal(fixture->error.sentence,
                        "cannot write the timings to \"/dev/null/t.json\": Not a directory");
}

/* The document in memory is there also when the disk is full, and the reader takes it. */
static void finished_timings_are_to_be_had_in_memory(void **state)
{
    struct report_fixture *fixture = *state;
    const char *const paths[] = {fixture->path, "/dev/full"};
    for (size_t i = 0; i < 2; i++) {
        struct timings *timings = NULL;
        struct timings_read read;
        struct bytes document;
        struct result result;
        uint64_t real_us;
        bytes_init(&document, SIZE_MAX);
        assert_int_equal(
            timings_open(paths[i], fixture->plans, FIXTURE_PLANS, 2, &timings, &fixture->error), 0);
        timings_keep(timings, &document);
        fixture_result(&result, 1, fixture->plans[1]);
        assert_int_equal(timings_add(timings, &result, &fixture->error), 0);
        result_fini(&result);
        assert_int_equal(timings_close(timings, true, &fixture->error), i == 0 ? 0 : -ENOSPC);
        assert_int_equal(
            timings_read_text("t.json", document.data, document.size, &read, &fixture->error), 0);
        assert_int_equal(read.count, 1);
        assert_true(timings_read_of(&read, fixture->ids[1], &real_us));
        assert_int_equal(real_us, 3400);
        assert_false(timings_read_of(&read, fixture->ids[0], &real_us));
        timings_read_fini(&read);
        bytes_fini(&document);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, report_setup, report_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(timings_tell_time_machine_and_trouble),
        TEST(timings_that_cannot_be_written_are_refused),
        TEST(finished_timings_are_to_be_had_in_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
