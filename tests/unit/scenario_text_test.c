/* SPDX-License-Identifier: MIT */
/* The scanner: what it refuses and where it finds things. */
#include "scenario_fixture.h"

#include "scenario_text.h"

static struct scenario_text text_of(const char *string)
{
    return (struct scenario_text){.data = string, .size = strlen(string)};
}

static void assert_at(const char *string, const char *pointer, bool key, unsigned line,
                      unsigned column)
{
    struct scenario_text text = text_of(string);
    unsigned actual_line, actual_column;
    size_t offset = scenario_text_find(&text, pointer, key);
    scenario_text_place(&text, offset, &actual_line, &actual_column);
    if (actual_line != line || actual_column != column) {
        fail_msg("%s is at %u:%u, not %u:%u", pointer, actual_line, actual_column, line, column);
    }
}

static void pointers_lead_to_values_and_keys(void **state)
{
    (void)state;
    const char *text = "{\n"
                       "  \"a\": [1, {\"b\": \"x\"}],\n"
                       "  \"c/d\": 2, \"e~f\": 3, \"\": {\"\": 4},\n"
                       "  \"\\u0067\\n\": [[], [5, 6]], \"h\": {\"a\": 7}\n"
                       "}\n";
    assert_at(text, "", false, 1, 1);
    assert_at(text, "/a", false, 2, 8);
    assert_at(text, "/a", true, 2, 3);
    assert_at(text, "/a/0", false, 2, 9);
    assert_at(text, "/a/1", false, 2, 12);
    assert_at(text, "/a/1/b", false, 2, 18);
    assert_at(text, "/a/1/b", true, 2, 13);
    assert_at(text, "/c~1d", false, 3, 10);
    assert_at(text, "/e~0f", true, 3, 13);
    assert_at(text, "/", false, 3, 27);
    assert_at(text, "//", false, 3, 32);
    assert_at(text, "/g\n", false, 4, 15);
    assert_at(text, "/g\n/1/1", false, 4, 24);
    assert_at(text, "/h/a", false, 4, 40);
}

static void what_is_not_there_is_answered_with_what_holds_it(void **state)
{
    (void)state;
    const char *text = "{\"a\": [1, {\"b\": 2}], \"c\": 3}";
    assert_at(text, "/x", false, 1, 1);
    assert_at(text, "/a/7", false, 1, 7);
    assert_at(text, "/a/1/x/y", false, 1, 11);
    assert_at(text, "/c/x", false, 1, 27);
    assert_at(text, "/a/1/x", true, 1, 11);
}

static void check(const char *string, size_t size, int expected, size_t offset, const char *pointer)
{
    struct scenario_text text = {.data = string, .size = size};
    struct scenario_text_fault fault = {0};
    struct bytes path;
    bytes_init(&path, 4096);
    int status = scenario_text_check(&text, &fault, &path);
    if (status != expected || (status && fault.offset != offset) ||
        strcmp(bytes_string(&path), pointer) != 0) {
        fail_msg("%.*s: %d at %zu in \"%s\": %s", (int)size, string, status, fault.offset,
                 bytes_string(&path), fault.sentence);
    }
    bytes_fini(&path);
}

static void every_kind_of_value_passes(void **state)
{
    (void)state;
    static const char *const good[] = {"{}",
                                       "[]",
                                       " [ ] ",
                                       "null",
                                       "true",
                                       "false",
                                       "0",
                                       "-0",
                                       "-1.5e+10",
                                       "1E-3",
                                       "0.25",
                                       "\"\"",
                                       "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"",
                                       "\"\xf4\x8f\xbf\xbf\"",
                                       "\r\n\t{\"a\":[{},[],\"\",1]}",
                                       "9223372036854775807",
                                       "-9223372036854775808",
                                       "\"\\u0000\"",
                                       "\"\x7f\""};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        check(good[i], strlen(good[i]), 0, 0, "");
    }
}

static void faults_have_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t offset;
        const char *pointer;
    } bad[] = {
        {"", 0, ""},
        {"[1 2]", 3, "/0"},
        {"[1,]", 3, "/1"},
        {"{\"a\":1,}", 7, ""},
        {"{\"a\" 1}", 5, "/a"},
        {"{a:1}", 1, ""},
        {"[1}", 2, "/0"},
        {"{\"a\":1]", 6, "/a"},
        {"[\"\\x\"]", 2, "/0"},
        {"[\"\\u12g4\"]", 2, "/0"},
        {"[\"\\udc00\"]", 2, "/0"},
        {"[\"\\ud800\\n\"]", 2, "/0"},
        {"[\"\\ud800\\ud800\"]", 2, "/0"},
        {"[\"\n\"]", 2, "/0"},
        {"[\"abc", 1, "/0"},
        {"[\"abc\\", 5, "/0"},
        {"[01]", 1, "/0"},
        {"[+1]", 1, "/0"},
        {"[.5]", 1, "/0"},
        {"[1.e5]", 3, "/0"},
        {"[1e]", 3, "/0"},
        {"[-]", 2, "/0"},
        {"[9223372036854775808]", 1, "/0"},
        {"[-9223372036854775809]", 1, "/0"},
        {"[nul]", 1, "/0"},
        {"[truE]", 1, "/0"},
        {"[1] x", 4, ""},
        {"{\"a/b\":{\"~\":[0,?]}}", 15, "/a~1b/~0/1"},
        {"[\xc3]", 1, ""},
        {"[\"\xed\xa0\x80\"]", 2, ""},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        check(bad[i].text, strlen(bad[i].text), -EINVAL, bad[i].offset, bad[i].pointer);
    }
    check("[\0]", 3, -EINVAL, 1, "/0");
}

static void sixty_four_levels_are_the_limit(void **state)
{
    (void)state;
    char text[131];
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    struct scenario_text deep = {.data = text, .size = 130};
    struct scenario_text just = {.data = text + 1, .size = 128};
    struct scenario_text_fault fault = {0};
    struct bytes path;
    bytes_init(&path, 4096);
    assert_int_equal(scenario_text_check(&just, &fault, &path), 0);
    assert_int_equal(scenario_text_check(&deep, &fault, &path), -EINVAL);
    assert_int_equal(fault.offset, 64);
    assert_string_equal(fault.sentence, "nested deeper than 64 levels");
    bytes_fini(&path);
}

static void a_token_is_found_by_its_end(void **state)
{
    (void)state;
    struct scenario_text text = text_of("{\"a\": [10, {\"b\": 2}]}");
    struct bytes path;
    size_t start = 0;
    bytes_init(&path, 4096);
    assert_int_equal(scenario_text_token(&text, 15, &start, &path), 0);
    assert_int_equal(start, 12);
    assert_string_equal(bytes_string(&path), "/a/1/b");
    bytes_clear(&path);
    assert_int_equal(scenario_text_token(&text, 9, &start, &path), 0);
    assert_int_equal(start, 7);
    assert_string_equal(bytes_string(&path), "/a/0");
    assert_int_equal(scenario_text_token(&text, 8, &start, &path), -ENOENT);
    assert_int_equal(scenario_text_token(&text, 99, &start, &path), -ENOENT);
    bytes_fini(&path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pointers_lead_to_values_and_keys),
        cmocka_unit_test(what_is_not_there_is_answered_with_what_holds_it),
        cmocka_unit_test(every_kind_of_value_passes),
        cmocka_unit_test(faults_have_their_place),
        cmocka_unit_test(sixty_four_levels_are_the_limit),
        cmocka_unit_test(a_token_is_found_by_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
