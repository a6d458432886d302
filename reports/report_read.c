/* SPDX-License-Identifier: MIT */
#include "report_read.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "json_read.h"
#include "report_check.h"

static int refuse_foreign(struct drill_error *error, const char *key)
{
    snprintf(error->pointer, sizeof(error->pointer), "/%s", key);
    return drill_error_set(error,
                           "this is JSON, but not a report of sockdrill: %s is not there or "
                           "not what a report has; name a file that `sockdrill run "
                           "--report` wrote",
                           key);
}

static int check_version(const json_t *root, struct drill_error *error)
{
    const json_t *tool = json_object_get(root, "tool");
    if (!json_is_string(tool) || strcmp(json_string_value(tool), "sockdrill") != 0) {
        return refuse_foreign(error, "tool");
    }
    const json_t *schema = json_object_get(root, "schema");
    if (!json_is_integer(schema) || json_integer_value(schema) < 1) {
        return refuse_foreign(error, "schema");
    }
    if (json_integer_value(schema) > REPORT_READ_SCHEMA) {
        snprintf(error->pointer, sizeof(error->pointer), "/schema");
        return drill_error_set(error,
                               "the report is of version %" PRId64 ", and this sockdrill reads "
                               "versions up to %d; use the sockdrill that wrote it, or a newer one",
                               (int64_t)json_integer_value(schema), REPORT_READ_SCHEMA);
    }
    return 0;
}

/* The string at a key that every report has, or NULL with a sentence. */
static const char *head_string(const struct report_read *report, const char *key,
                               struct drill_error *error)
{
    const char *text = json_string_value(json_object_get(report->root, key));
    if (!text) {
        refuse_foreign(error, key);
    }
    return text;
}

static int read_head(struct report_read *report, struct drill_error *error)
{
    int status = check_version(report->root, error);
    if (status != 0) {
        return status;
    }
    report->version = head_string(report, "version", error);
    report->build = report->version ? head_string(report, "build", error) : NULL;
    report->title = report->build ? head_string(report, "title", error) : NULL;
    if (!report->title) {
        return -EINVAL;
    }
    if (strcmp(report->build, "plain") != 0 && strcmp(report->build, "sanitized") != 0) {
        return refuse_foreign(error, "build");
    }
    const json_t *complete = json_object_get(report->root, "complete");
    if (!json_is_boolean(complete)) {
        return refuse_foreign(error, "complete");
    }
    report->complete = json_is_true(complete);
    report->schema = json_integer_value(json_object_get(report->root, "schema"));
    report->shard = json_object_get(report->root, "shard");
    if (report->shard && report_check_shard(report->shard, error) != 0) {
        return -EINVAL;
    }
    return json_is_array(json_object_get(report->root, "results"))
               ? 0
               : refuse_foreign(error, "results");
}

static int by_id(const void *a, const void *b)
{
    const struct report_read_result *first = a, *second = b;
    return strcmp(first->id, second->id);
}

static int read_results(struct report_read *report, struct drill_error *error)
{
    const json_t *list = json_object_get(report->root, "results");
    size_t count = json_array_size(list);
    report->results = calloc(count > 0 ? count : 1, sizeof(*report->results));
    if (!report->results) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *json = json_array_get(list, i);
        if (report_check_result(json, i, error) != 0) {
            return -EINVAL;
        }
        const char *verdict = json_string_value(json_object_get(json, "verdict"));
        const char *world = json_string_value(json_object_get(json, "world"));
        report->results[i] = (struct report_read_result){
            .id = json_string_value(json_object_get(json, "id")),
            .verdict = (enum verdict)report_check_verdict(verdict),
            .world = (enum plan_world)report_check_world(world),
            .json = json,
        };
    }
    report->count = count;
    qsort(report->results, count, sizeof(*report->results), by_id);
    for (size_t i = 1; i < count; i++) {
        if (by_id(&report->results[i - 1], &report->results[i]) == 0) {
            snprintf(error->pointer, sizeof(error->pointer), "/results");
            return drill_error_set(error,
                                   "two results have the id '%.200s', and an id stands for one "
                                   "scenario; make the report anew with `sockdrill run --report`",
                                   report->results[i].id);
        }
    }
    return 0;
}

int report_read_text(const char *path, const void *text, size_t size, struct report_read *report,
                     struct drill_error *error)
{
    *report = (struct report_read){0};
    int status = json_read_text(path, "--report", text, size, &report->root, error);
    if (status != 0) {
        return status;
    }
    status = read_head(report, error);
    if (status == 0) {
        status = read_results(report, error);
    }
    if (status != 0) {
        report_read_fini(report);
    }
    return status;
}

int report_read_file(const char *path, struct report_read *report, struct drill_error *error)
{
    struct bytes text;
    *report = (struct report_read){0};
    bytes_init(&text, JSON_READ_BYTES_ROOM);
    int status = json_read_file(path, "--report", &text, error);
    if (status == 0) {
        status = report_read_text(path, text.data, text.size, report, error);
    }
    bytes_fini(&text);
    return status;
}

void report_read_fini(struct report_read *report)
{
    free(report->results);
    json_decref(report->root);
    *report = (struct report_read){0};
}
