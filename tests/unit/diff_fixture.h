/* SPDX-License-Identifier: MIT */
/*
 * Reports made by hand: results that begin as one that passed and are changed by patches.
 *
 * A patch is a list of "path value" lines, the path with dots, the value as JSON; "-" removes.
 */
#ifndef DRILL_TESTS_DIFF_FIXTURE_H
#define DRILL_TESTS_DIFF_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <cmocka.h>

#include "diff.h"

#define DIFF_HASH_A "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""
#define DIFF_HASH_B "\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\""

#define DIFF_STREAM                                                                                \
    "{\"length\": 5, \"hash\": " DIFF_HASH_A ", \"text\": \"hello\", \"hex\": \"68656c6c6f\"}"

static const char diff_fixture_result[] =
    "{\"id\": \"x\", \"hash\": " DIFF_HASH_A ", \"title\": \"t\", \"tags\": [\"tcp\"], "
    "\"plugin\": {\"name\": \"uppercase\", \"version\": \"1\"}, \"world\": \"kernel\", \"seed\": "
    "1, "
    "\"verdict\": \"pass\", \"steps\": ["
    "{\"step\": \"/steps/0\", \"runs\": 1, \"verdict\": \"pass\"}, "
    "{\"step\": \"/steps/1\", \"runs\": 3, \"verdict\": \"pass\"}], "
    "\"clients\": [{\"name\": \"bob\", \"sent\": " DIFF_STREAM ", \"received\": " DIFF_STREAM ", "
    "\"end\": \"eof\"}], "
    "\"sessions\": [{\"name\": \"bob\", \"bytes_received\": 5, \"received\": " DIFF_STREAM ", "
    "\"recv_sizes\": [[5, 1]], \"end\": \"eof\"}]}";

static inline json_t *diff_fixture_json(const char *text)
{
    json_error_t error;
    json_t *json = json_loads(text, JSON_DECODE_ANY, &error);
    if (!json) {
        fail_msg("%s in %s", error.text, text);
    }
    return json;
}

static inline void diff_fixture_set(json_t *json, const char *path, const char *value)
{
    char part[64];
    for (;;) {
        size_t length = strcspn(path, ".");
        snprintf(part, sizeof(part), "%.*s", (int)length, path);
        if (!path[length]) {
            break;
        }
        json = json_is_array(json) ? json_array_get(json, strtoul(part, NULL, 10))
                                   : json_object_get(json, part);
        assert_non_null(json);
        path += length + 1;
    }
    int status;
    if (strcmp(value, "-") == 0) {
        status = json_is_array(json) ? json_array_remove(json, strtoul(part, NULL, 10))
                                     : json_object_del(json, part);
    } else if (json_is_array(json) && strcmp(part, "new") == 0) {
        status = json_array_append_new(json, diff_fixture_json(value));
    } else if (json_is_array(json)) {
        status = json_array_set_new(json, strtoul(part, NULL, 10), diff_fixture_json(value));
    } else {
        status = json_object_set_new(json, part, diff_fixture_json(value));
    }
    assert_int_equal(status, 0);
}

static inline void diff_fixture_patch(json_t *json, const char *patch)
{
    char line[1024], path[64];
    while (*patch) {
        size_t length = strcspn(patch, "\n"), word = strcspn(patch, " ");
        assert_true(length < sizeof(line) && word < sizeof(path) && word < length);
        snprintf(path, sizeof(path), "%.*s", (int)word, patch);
        snprintf(line, sizeof(line), "%.*s", (int)(length - word - 1), patch + word + 1);
        diff_fixture_set(json, path, line);
        patch += length + (patch[length] == '\n');
    }
}

/* A result after its patch. */
static inline json_t *diff_fixture_patched(const char *patch)
{
    json_t *result = diff_fixture_json(diff_fixture_result);
    diff_fixture_patch(result, patch);
    return result;
}

/* A report without results. */
static inline json_t *diff_fixture_report(void)
{
    return diff_fixture_json("{\"schema\": 1, \"tool\": \"sockdrill\", \"version\": \"0.1.0\", "
                             "\"build\": \"plain\", \"title\": \"\", \"complete\": true, "
                             "\"results\": []}");
}

/* Reads the JSON as a report and frees it. */
static inline void diff_fixture_read(json_t *json, struct report_read *report)
{
    struct drill_error error;
    char *text = json_dumps(json, 0);
    assert_non_null(text);
    if (report_read_text("made.json", text, strlen(text), report, &error) != 0) {
        fail_msg("%s at %s in %s", error.sentence, error.pointer, text);
    }
    free(text);
    json_decref(json);
}

/* A report of results, one for each patch up to NULL. `head` is a patch of the report, or "". */
static inline void diff_fixture_read_many(const char *const *patches, const char *head,
                                          struct report_read *report)
{
    json_t *json = diff_fixture_report();
    for (; *patches; patches++) {
        json_array_append_new(json_object_get(json, "results"), diff_fixture_patched(*patches));
    }
    diff_fixture_patch(json, head);
    diff_fixture_read(json, report);
}

/* A report of one result; NULL: of none. */
static inline void diff_fixture_read_patched(const char *patch, struct report_read *report)
{
    json_t *json = diff_fixture_report();
    if (patch) {
        json_array_append_new(json_object_get(json, "results"), diff_fixture_patched(patch));
    }
    diff_fixture_read(json, report);
}

#endif
