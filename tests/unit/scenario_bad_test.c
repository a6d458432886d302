/* SPDX-License-Identifier: MIT */
/* The corpus of bad scenarios: tests/bad/NAME.json is refused with exactly the words of
 * NAME.expected, whose first line names a row of docs/scenario-refusals.md. */
#include "scenario_fixture.h"

#include <dirent.h>
#include <unistd.h>

#include "bytes.h"

#define BAD_FILES_MIN 80

static void read_file(const char *path, struct bytes *bytes)
{
    char block[4096];
    size_t got;
    FILE *file = fopen(path, "rb");
    if (!file) {
        fail_msg("%s: cannot be opened", path);
    }
    while ((got = fread(block, 1, sizeof(block), file)) > 0) {
        assert_int_equal(bytes_add(bytes, block, got), 0);
    }
    fclose(file);
}

/* What `sockdrill check` prints for the file, a line for each error. */
static void refusal(const char *path, struct bytes *said)
{
    struct suite suite;
    char text[4096];
    assert_int_equal(suite_load(&path, 1, &fixture_finder, &suite), -EINVAL);
    assert_true(suite.error_count > 0);
    for (size_t i = 0; i < suite.error_count; i++) {
        assert_int_equal(
            bytes_add_format(said, "%s\n", drill_error_text(&suite.errors[i], text, sizeof(text))),
            0);
    }
    suite_free(&suite);
}

/* Whether the loader says what stands after the first line of `expected`. */
static bool says(const char *path, const char *expected, struct bytes *said)
{
    const char *newline = strchr(expected, '\n');
    assert_non_null(newline);
    assert_memory_equal(expected, "row: ", 5);
    refusal(path, said);
    const char *text = bytes_string(said);
    assert_non_null(text);
    return newline[1] && strcmp(text, newline + 1) == 0;
}

static bool file_is_as_expected(const char *name)
{
    char path[512], expected_path[512];
    struct bytes expected, said;
    bytes_init(&expected, 1 << 20);
    bytes_init(&said, 1 << 20);
    int stem = (int)(strlen(name) - strlen(".json"));
    snprintf(path, sizeof(path), "tests/bad/%s", name);
    snprintf(expected_path, sizeof(expected_path), "tests/bad/%.*s.expected", stem, name);
    read_file(expected_path, &expected);
    bool right = says(path, bytes_string(&expected), &said);
    if (!right) {
        print_error("%s: expected\n%sbut the loader says\n%s", path, bytes_string(&expected),
                    bytes_string(&said));
    }
    bytes_fini(&expected);
    bytes_fini(&said);
    return right;
}

static int is_json(const struct dirent *entry)
{
    size_t size = strlen(entry->d_name);
    return size > 5 && strcmp(entry->d_name + size - 5, ".json") == 0;
}

static void every_bad_file_is_refused_with_its_words(void **state)
{
    (void)state;
    struct dirent **entries = NULL;
    int count = scandir("tests/bad", &entries, is_json, alphasort);
    int wrong = 0;
    assert_true(count >= BAD_FILES_MIN);
    for (int i = 0; i < count; i++) {
        wrong += file_is_as_expected(entries[i]->d_name) ? 0 : 1;
        free(entries[i]);
    }
    free(entries);
    assert_int_equal(wrong, 0);
}

/* Nothing else lies in the corpus: an expectation without its file would never be looked at. */
static void every_expectation_has_its_file(void **state)
{
    (void)state;
    struct dirent **entries = NULL;
    int count = scandir("tests/bad", &entries, NULL, alphasort);
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        const char *end = strstr(entries[i]->d_name, ".expected");
        if (end) {
            char path[512];
            snprintf(path, sizeof(path), "tests/bad/%.*s.json", (int)(end - entries[i]->d_name),
                     entries[i]->d_name);
            assert_int_equal(access(path, R_OK), 0);
        }
        free(entries[i]);
    }
    free(entries);
}

/* The canary: the comparison above notices a wrong word, a wrong column and silence. */
static void a_wrong_expectation_is_noticed(void **state)
{
    (void)state;
    static const char right[] = "row: schema\ntests/bad/verb-misspelt.json:6:6: unknown verb "
                                "\"exepct\"; did you mean \"expect\"? (at /steps/2)\n";
    static const char *const wrong[] = {
        "row: schema\ntests/bad/verb-misspelt.json:6:6: unknown verb "
        "\"exepct\"; did you mean \"send\"? (at /steps/2)\n",
        "row: schema\ntests/bad/verb-misspelt.json:6:7: unknown verb "
        "\"exepct\"; did you mean \"expect\"? (at /steps/2)\n",
        "row: schema\n",
    };
    struct bytes said;
    bytes_init(&said, 4096);
    assert_true(says("tests/bad/verb-misspelt.json", right, &said));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        bytes_clear(&said);
        assert_false(says("tests/bad/verb-misspelt.json", wrong[i], &said));
    }
    bytes_fini(&said);
}

static int go_to_the_sources(void **state)
{
    (void)state;
    return chdir(DRILL_SOURCE_DIR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bad_file_is_refused_with_its_words),
        cmocka_unit_test(every_expectation_has_its_file),
        cmocka_unit_test(a_wrong_expectation_is_noticed),
    };
    return cmocka_run_group_tests(tests, go_to_the_sources, NULL);
}
