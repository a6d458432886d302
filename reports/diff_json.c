/* SPDX-License-Identifier: MIT */
#include "diff_json.h"

#include <errno.h>
#include <stdbool.h>

#include "check.h"
#include "ink.h"
#include "json_text.h"

/* Every key that a value of a report may have, in the order in which the schema lists them. Others
 * are not repeated. */
static const char *const value_keys[] = {
    "name",
    "version",
    "call",
    "nth",
    "error",
    "short",
    "sticky",
    "fired",
    "step",
    "runs",
    "iteration",
    "sent",
    "bytes_received",
    "received",
    "recv_sizes",
    "recv_sizes_cut",
    "truncated",
    "end",
    "verdict",
    "issue",
    "until",
    "over",
    "length",
    "hash",
    "offset",
    "text",
    "hex",
    "sentence",
    "expected",
    "actual",
    "what",
    "sim",
    "kernel",
    "calls",
    "sim_call",
    "kernel_call",
    NULL,
};

static json_t *value_json(const json_t *value);

static json_t *list_json(const json_t *list)
{
    int status = 0;
    json_t *array = json_array();
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_text_append(array, value_json(json_array_get(list, i)), &status);
    }
    return json_text_whole(array, status);
}

static json_t *object_json(const json_t *value)
{
    int status = 0;
    json_t *object = json_object();
    for (const char *const *key = value_keys; *key; key++) {
        const json_t *member = json_object_get(value, *key);
        if (member) {
            json_text_put(object, *key, value_json(member), &status);
        }
    }
    return json_text_whole(object, status);
}

/* A copy in canonical form; NULL, which is a member that is not there, is null. So is a number that
 * is no integer: the reader passes over keys that stand where they mean nothing. */
static json_t *value_json(const json_t *value)
{
    if (!value || json_is_real(value)) {
        return json_null();
    }
    if (json_is_array(value)) {
        return list_json(value);
    }
    return json_is_object(value) ? object_json(value) : json_copy((json_t *)(uintptr_t)value);
}

static json_t *text_or_null(const char *text)
{
    return text ? json_text_string(text) : json_null();
}

static json_t *difference_json(const struct diff_difference *difference, int *status)
{
    json_t *object = json_object();
    json_text_put(object, "part", json_text_string(difference->part), status);
    json_text_put(object, "name", text_or_null(difference->name), status);
    json_text_put(object, "member", text_or_null(difference->member), status);
    json_text_put(object, "before", value_json(difference->before), status);
    json_text_put(object, "now", value_json(difference->now), status);
    return object;
}

static json_t *verdict_or_null(const struct report_read_result *result)
{
    return text_or_null(result ? verdict_name(result->verdict) : NULL);
}

static json_t *entry_json(const struct diff_entry *entry, int *status)
{
    json_t *object = json_object();
    json_t *differences = json_array();
    for (size_t i = 0; i < entry->difference_count; i++) {
        json_text_append(differences, difference_json(&entry->differences[i], status), status);
    }
    json_text_put(object, "id", json_text_string(entry->id), status);
    json_text_put(object, "category", json_text_string(diff_category_name(entry->category)),
                  status);
    json_text_put(object, "worse", json_boolean(entry->worse), status);
    json_text_put(object, "before", verdict_or_null(entry->before), status);
    json_text_put(object, "now", verdict_or_null(entry->now), status);
    json_text_put(object, "differences", differences, status);
    json_text_put(object, "differences_omitted", json_text_integer(entry->differences_omitted),
                  status);
    return object;
}

static json_t *report_json(const struct report_read *report, int *status)
{
    json_t *object = json_object();
    json_text_put(object, "version", json_text_string(report->version), status);
    json_text_put(object, "build", json_text_string(report->build), status);
    json_text_put(object, "title", json_text_string(report->title), status);
    json_text_put(object, "complete", json_boolean(report->complete), status);
    json_text_put(object, "total", json_text_integer(report->count), status);
    return object;
}

static json_t *summary_json(const struct diff *diff, int *status)
{
    json_t *object = json_object();
    for (int i = 0; i < DIFF_CATEGORY_COUNT; i++) {
        json_text_put(object, diff_category_name((enum diff_category)i),
                      json_text_integer(diff->counts[i]), status);
    }
    json_text_put(object, "unchanged", json_text_integer(diff->unchanged), status);
    json_text_put(object, "unchanged_failing", json_text_integer(diff->unchanged_failing), status);
    return object;
}

static json_t *head_json(const struct diff *diff, int *status)
{
    json_t *head = json_object();
    json_text_put(head, "schema", json_integer(1), status);
    json_text_put(head, "tool", json_text_string("sockdrill"), status);
    json_text_put(head, "document", json_text_string("diff"), status);
    json_text_put(head, "version", json_text_string(DRILL_VERSION), status);
    json_text_put(head, "worse", json_boolean(diff->worse), status);
    json_text_put(head, "before", report_json(diff->before, status), status);
    json_text_put(head, "now", report_json(diff->now, status), status);
    return head;
}

/* Takes the value, of which `status` tells whether it is whole. */
static void add_json(struct ink *page, json_t *value, size_t indent, int status)
{
    if (page->status == 0) {
        page->status = status == 0 ? json_text_add(page->out, value, indent) : status;
    }
    json_decref(value);
}

/* What is long is broken up: up to here, but for its closing bracket. */
static void add_head(struct ink *page, const struct diff *diff)
{
    static const char close[] = "\n}";
    int status = 0;
    json_t *head = head_json(diff, &status);
    add_json(page, head, 0, status);
    if (page->status == 0) {
        ASSERT(page->out->size > sizeof(close));
        page->out->size -= sizeof(close) - 1;
    }
}

/* The changes are rendered one by one: as one tree they would take many times the room of their
 * text. */
int diff_json_add(struct bytes *out, const struct diff *diff)
{
    struct ink page = {.out = out};
    add_head(&page, diff);
    ink_add(&page, ",\n  \"changes\": [");
    for (size_t i = 0; i < diff->count; i++) {
        int status = 0;
        json_t *entry = entry_json(&diff->entries[i], &status);
        ink_add(&page, i > 0 ? ",\n    " : "\n    ");
        add_json(&page, entry, 4, status);
    }
    ink_add(&page, diff->count > 0 ? "\n  ],\n  \"summary\": " : "],\n  \"summary\": ");
    int status = 0;
    json_t *summary = summary_json(diff, &status);
    add_json(&page, summary, 2, status);
    ink_add(&page, "\n}\n");
    return page.status;
}
