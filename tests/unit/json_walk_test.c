/* SPDX-License-Identifier: MIT */
/* A walk sees what jansson sees, value by value, and says where a text is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <cmocka.h>

#include "json_walk.h"

/* The list that comes, item by item; NULL when the walk failed. */
static json_t *walk_list(struct json_walk *walk)
{
    json_t *list = json_array();
    int more;
    json_walk_enter(walk);
    while ((more = json_walk_next(walk, ']')) > 0 &&
           json_array_append_new(list, json_walk_value(walk)) == 0) {
    }
    if (more != 0) {
        json_decref(list);
        return NULL;
    }
    return list;
}

static bool walk_member(struct json_walk *walk, json_t *object)
{
    json_t *key = json_walk_key(walk), *value = NULL;
    if (key) {
        value = json_walk_peek(walk) == '[' ? walk_list(walk) : json_walk_value(walk);
    }
    /* Neither takes a NULL. */
    bool good = json_object_set_new(object, key ? json_string_value(key) : "", value) == 0;
    json_decref(key);
    return good;
}

/* The object as the walk sees it, its lists item by item; NULL when the walk failed. */
static json_t *walk_through(struct json_walk *walk)
{
    json_t *root = json_object();
    int more;
    assert_int_equal(json_walk_peek(walk), '{');
    json_walk_enter(walk);
    while ((more = json_walk_next(walk, '}')) > 0 && walk_member(walk, root)) {
    }
    if (more != 0 || !json_walk_ends(walk)) {
        json_decref(root);
        return NULL;
    }
    return root;
}

static void what_jansson_reads_is_read_alike(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{}",
        " {\t}\r\n ",
        "{\"a\": 1}",
        "{\"a\":1,\"b\":-2.5e3,\"c\":true,\"d\":null}",
        "{\"a\":[],\"b\":[ ],\"c\":[1],\"d\":[1,[2,[3]],{\"e\":[4]}],\"f\":\"]}\"}",
        "{\"\\u00e4\\\"\":\"\\\\\", \"\xc3\xa4\": [\"\xe2\x82\xac\",12 , 3\n]\n}\n",
        "{\"a\":{\"b\":{\"c\":[{}]}},\"z\":0}",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct json_walk walk;
        json_walk_init(&walk, texts[i], strlen(texts[i]));
        json_t *seen = walk_through(&walk), *whole = json_loads(texts[i], 0, NULL);
        assert_non_null(whole);
        if (!seen || !json_equal(seen, whole)) {
            fail_msg("%s: %s", texts[i], walk.what);
        }
        json_decref(seen);
        json_decref(whole);
    }
}

struct wrong {
    const char *text, *what;
    unsigned line, column;
    bool cut;
};

static void what_is_wrong_is_told_with_its_place(void **state)
{
    (void)state;
    static const struct wrong wrongs[] = {
        {"{\"a\": 1 \"b\": 2}", "',' or '}' expected", 1, 9, false},
        {"{\"a\": [1 2]}", "',' or ']' expected", 1, 10, false},
        {"{\n  \"a\": [1,\n    2;\n  ]}", "',' or ']' expected", 3, 6, false},
        {"{,}", "a key expected", 1, 2, false},
        {"{\"a\": 1,}", "a key expected", 1, 9, false},
        {"{1: 2}", "a key expected", 1, 2, false},
        {"{\"a\" 1}", "':' expected", 1, 6, false},
        {"{\"a\": }", "unexpected token near '}'", 1, 7, false},
        {"{\"a\": [1,]}", "unexpected token near ']'", 1, 10, false},
        {"{\"a\": [1,\n  {\"b\":\n\t x}]}", "invalid token near 'x'", 3, 3, false},
        {"{\"a\": {\"b\": 1, \"b\": 2}}", "duplicate object key near '\"b\"'", 1, 18, false},
        {"{\"a\": 1} {", "the end of the file expected", 1, 10, false},
        {"{\"a\": [1, 2", "',' or ']' expected", 1, 12, true},
        {"{\"a\": 1", "',' or '}' expected", 1, 8, true},
        {"{", "a key expected", 1, 2, true},
        {"{\"a\"", "':' expected", 1, 5, true},
        {"{\"a\": {\"b\": ", NULL, 1, 12, true},
    };
    for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
        struct json_walk walk;
        json_walk_init(&walk, wrongs[i].text, strlen(wrongs[i].text));
        assert_null(walk_through(&walk));
        assert_false(walk.no_memory);
        if ((wrongs[i].what && strcmp(walk.what, wrongs[i].what) != 0) ||
            walk.line != wrongs[i].line || walk.column != wrongs[i].column ||
            walk.cut != wrongs[i].cut) {
            fail_msg("%s: %u:%u, cut %d: %s", wrongs[i].text, walk.line, walk.column, walk.cut,
                     walk.what);
        }
    }
}

/* Neither reads what the other refuses, whatever byte is changed; but jansson passes over a NUL
 * where it looks for the end of a number. */
static void a_walk_and_jansson_agree_about_changed_bytes(void **state)
{
    (void)state;
    static const char good[] = "{\"a\": [1, {\"b\": [2]}, \"c\"], \"d\": {\"e\": null}, \"f\": 3}";
    static const char letters[] = "\"{}[],: 0x\n\x80";
    char text[sizeof(good)];
    unsigned read = 0;
    for (size_t i = 1; i < sizeof(good) - 1; i++) {
        for (size_t j = 0; j < sizeof(letters); j++) { /* NUL, too */
            struct json_walk walk;
            memcpy(text, good, sizeof(good));
            text[i] = letters[j];
            json_walk_init(&walk, text, sizeof(good) - 1);
            json_t *seen = walk_through(&walk),
                   *whole = json_loadb(text, sizeof(good) - 1, 0, NULL);
            if ((!seen != !whole && letters[j]) || (seen && !json_equal(seen, whole))) {
                fail_msg("%s: %s", text, seen ? "read" : walk.what);
            }
            read += seen != NULL;
            json_decref(seen);
            json_decref(whole);
        }
    }
    assert_true(read > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_jansson_reads_is_read_alike),
        cmocka_unit_test(what_is_wrong_is_told_with_its_place),
        cmocka_unit_test(a_walk_and_jansson_agree_about_changed_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
