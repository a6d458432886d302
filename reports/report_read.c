/* SPDX-License-Identifier: MIT */
#include "report_read.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "json_read.h"
#include "json_walk.h"
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
    return 0;
}

static int by_id(const void *a, const void *b)
{
    const struct report_read_result *first = a, *second = b;
    return strcmp(first->id, second->id);
}

/* What the result is to its run. */
static void judge(struct report_read_result *result, const json_t *json)
{
    const json_t *quarantine = json_object_get(json, "quarantine");
    result->verdict =
        (enum verdict)report_check_verdict(json_string_value(json_object_get(json, "verdict")));
    result->world =
        (enum plan_world)report_check_world(json_string_value(json_object_get(json, "world")));
    if (quarantine) {
        bool over = json_is_true(json_object_get(quarantine, "over"));
        result->quarantine = over ? QUARANTINE_OVER : QUARANTINE_HOLDS;
    }
    result->fails = result_verdict_fails(result->verdict, result->quarantine);
}

/* A report on its way. What is wrong with a result is told only when the whole is known to be JSON,
 * and a report of a version that is read. */
struct reading {
    struct report_read *report;
    struct json_walk walk;
    bool lean, has_results, refused;
    struct drill_error refusal; /* of the first result that was refused */
    size_t capacity;            /* of the results */
};

static int make_room(struct reading *reading)
{
    struct report_read *report = reading->report;
    if (report->count < reading->capacity) {
        return 0;
    }
    size_t capacity = reading->capacity ? 2 * reading->capacity : 64;
    struct report_read_result *results =
        reallocarray(report->results, capacity, sizeof(*report->results));
    if (!results) {
        return -ENOMEM;
    }
    report->results = results;
    reading->capacity = capacity;
    return 0;
}

/* A result that was parsed, which is taken; `text` is where it stands. */
static int add_result(struct reading *reading, json_t *json, const char *text, size_t size)
{
    struct report_read *report = reading->report;
    int status = reading->refused ? 0 : make_room(reading);
    if (status == 0 && !reading->refused) {
        reading->refused = report_check_result(json, report->count, &reading->refusal) != 0;
    }
    if (status != 0 || reading->refused) {
        json_decref(json);
        return status;
    }
    json_t *id = json_object_get(json, "id");
    struct report_read_result *result = &report->results[report->count++];
    *result = (struct report_read_result){
        .id = json_string_value(id),
        .place = report->count - 1,
        .json = reading->lean ? NULL : json,
        .text = reading->lean ? text : NULL,
        .size = reading->lean ? size : 0,
        .kept = reading->lean ? json_incref(id) : json,
    };
    judge(result, json);
    if (reading->lean) {
        json_decref(json);
    }
    return 0;
}

static int read_results(struct reading *reading)
{
    struct json_walk *walk = &reading->walk;
    int more, status = 0;
    reading->has_results = true;
    json_walk_enter(walk);
    while (status == 0 && (more = json_walk_next(walk, ']')) != 0) {
        (void)json_walk_peek(walk);
        size_t start = walk->at;
        json_t *json = more > 0 ? json_walk_value(walk) : NULL;
        status = json ? add_result(reading, json, walk->text + start, walk->at - start) : -EINVAL;
    }
    return status;
}

/* -EINVAL: see the walk. */
static int read_member(struct reading *reading)
{
    struct report_read *report = reading->report;
    json_t *key = json_walk_key(&reading->walk);
    const char *name = json_string_value(key);
    int status = -EINVAL;
    if (key && (json_object_get(report->root, name) ||
                (reading->has_results && strcmp(name, "results") == 0))) {
        json_walk_refuse(&reading->walk, "the key of this value stands twice");
    } else if (key && strcmp(name, "results") == 0 && json_walk_peek(&reading->walk) == '[') {
        status = read_results(reading);
    } else if (key) {
        json_t *value = json_walk_value(&reading->walk);
        status = !value ? -EINVAL : json_object_set_new(report->root, name, value) ? -ENOMEM : 0;
    }
    json_decref(key);
    return status;
}

/* The outermost object, of which `root` keeps all but the results. Any other value is no report. */
static int read_members(struct reading *reading)
{
    struct json_walk *walk = &reading->walk;
    int more, status = 0;
    if (json_walk_peek(walk) == '{') {
        json_walk_enter(walk);
        while (status == 0 && (more = json_walk_next(walk, '}')) != 0) {
            status = more > 0 ? read_member(reading) : -EINVAL;
        }
    } else {
        json_t *other = json_walk_value(walk);
        status = other ? 0 : -EINVAL;
        json_decref(other);
    }
    return status == 0 && !json_walk_ends(walk) ? -EINVAL : status;
}

static int sort_results(struct report_read *report, struct drill_error *error)
{
    qsort(report->results, report->count, sizeof(*report->results), by_id);
    for (size_t i = 1; i < report->count; i++) {
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

static int read_all(struct reading *reading, struct drill_error *error)
{
    struct report_read *report = reading->report;
    report->root = json_object();
    int status = report->root ? read_members(reading) : -ENOMEM;
    if (status == -EINVAL) {
        status = json_read_refuse(&reading->walk, "--report", error);
    }
    if (status == 0) {
        status = read_head(report, error);
    }
    if (status == 0 && !reading->has_results) {
        status = refuse_foreign(error, "results");
    }
    if (status == 0 && reading->refused) {
        *error = reading->refusal;
        status = -EINVAL;
    }
    return status == 0 ? sort_results(report, error) : status;
}

static int read_text(const char *path, const void *text, size_t size, bool lean,
                     struct report_read *report, struct drill_error *error)
{
    *report = (struct report_read){0};
    *error = (struct drill_error){0};
    snprintf(error->file, sizeof(error->file), "%s", path);
    struct reading reading = {.report = report, .lean = lean, .refusal = *error};
    json_walk_init(&reading.walk, text, size);
    /* An empty list is a list, too: nobody who sorts or searches it meets a NULL. */
    int status = make_room(&reading);
    status = status == 0 ? read_all(&reading, error) : status;
    if (status != 0) {
        report_read_fini(report);
    }
    return status;
}

int report_read_text(const char *path, const void *text, size_t size, struct report_read *report,
                     struct drill_error *error)
{
    return read_text(path, text, size, false, report, error);
}

int report_read_text_lean(const char *path, const void *text, size_t size,
                          struct report_read *report, struct drill_error *error)
{
    return read_text(path, text, size, true, report, error);
}

json_t *report_read_json(const struct report_read_result *result)
{
    /* It was parsed before, so nothing but memory can be missing. */
    return result->json ? json_incref(result->kept)
                        : json_loadb(result->text, result->size, 0, NULL);
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

void report_read_drop(struct report_read_result *result)
{
    json_decref(result->kept);
    *result = (struct report_read_result){0};
}

void report_read_fini(struct report_read *report)
{
    for (size_t i = 0; i < report->count; i++) {
        report_read_drop(&report->results[i]);
    }
    free(report->results);
    json_decref(report->root);
    *report = (struct report_read){0};
}
