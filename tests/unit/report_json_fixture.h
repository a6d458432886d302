/* SPDX-License-Identifier: MIT */
/* Rendered results and what stands in them, for the tests of report_json. */
#ifndef DRILL_TESTS_REPORT_JSON_FIXTURE_H
#define DRILL_TESTS_REPORT_JSON_FIXTURE_H

#include "report_fixture.h"

#include "report_json.h"

/* The member at a path such as "sessions.0.end"; borrowed. */
static inline const json_t *member(const json_t *json, const char *path)
{
    char part[64];
    while (json && *path) {
        size_t length = strcspn(path, ".");
        snprintf(part, sizeof(part), "%.*s", (int)length, path);
        json = json_is_array(json) ? json_array_get(json, strtoul(part, NULL, 10))
                                   : json_object_get(json, part);
        path += length + (path[length] == '.');
    }
    return json;
}

static inline void assert_string_at(const json_t *json, const char *path, const char *expected)
{
    const json_t *found = member(json, path);
    assert_true(json_is_string(found));
    assert_string_equal(json_string_value(found), expected);
}

/* Renders one result and hands over its JSON; the plan may be changed before. */
static inline json_t *render(const struct plan *plan, struct result *result)
{
    json_t *json = report_json_result(plan, result);
    assert_non_null(json);
    result_fini(result);
    return json;
}

#endif
