/* SPDX-License-Identifier: MIT */
/* Documents that reach the disk in one piece, when they are finished. */
#include "report_fixture.h"

#include <errno.h>

#include "report_file.h"

static void a_document_that_comes_whole_leaves_nothing_on_the_disk_before(void **state)
{
    struct report_fixture *fixture = *state;
    static const struct bytes nothing;
    struct bytes document = {.data = (uint8_t[]){'n', 'e', 'w'}, .size = 3};
    struct report_file *file = NULL;
    size_t size = 0;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(report_file_open_whole(fixture->path, "page", &file, &fixture->error), 0);
        assert_false(fixture_exists(fixture->partial));
        assert_int_equal(fixture_exists(fixture->path), i == 1);
        assert_int_equal(report_file_close(file, &document, &nothing, &fixture->error), 0);
        char *written = fixture_read(fixture->path, &size);
        assert_int_equal(size, 3);
        assert_memory_equal(written, "new", 3);
        free(written);
    }
    /* One that is given up leaves the file as it was. */
    assert_int_equal(report_file_open_whole(fixture->path, "page", &file, &fixture->error), 0);
    report_file_abandon(file);
    assert_true(fixture_exists(fixture->path));
    assert_false(fixture_exists(fixture->partial));
    assert_int_equal(report_file_open_whole("/dev/full", "page", &file, &fixture->error), 0);
    assert_int_equal(report_file_close(file, &document, &nothing, &fixture->error), -ENOSPC);
    assert_string_equal(fixture->error.sentence,
                        "cannot write the page to \"/dev/full\": No space left on device");
    assert_int_equal(report_file_open_whole("/nowhere/x", "page", &file, &fixture->error), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, report_setup, report_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_document_that_comes_whole_leaves_nothing_on_the_disk_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
