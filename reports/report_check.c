/* SPDX-License-Identifier: MIT */
#include "report_check.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "date.h"
#include "plan.h"
#include "report_check_internal.h"
#include "shard.h"

static const struct field stream_fields[] = {
    {"length", KIND_COUNT, 0, NULL},
    {"hash", KIND_HASH, 0, NULL},
    {"offset", KIND_COUNT, OPTIONAL, NULL},
    {"text", KIND_STRING, OPTIONAL, NULL},
    {"hex", KIND_HEX, 0, NULL},
    {0},
};

static const struct field plugin_fields[] = {
    {"name", KIND_NAME, 0, NULL},
    {"version", KIND_STRING, 0, NULL},
    {0},
};

static const struct field worlds_fields[] = {
    {"sim", KIND_VERDICT, 0, NULL},
    {"kernel", KIND_VERDICT, 0, NULL},
    {0},
};

static const struct field quarantine_fields[] = {
    {"issue", KIND_NAME, 0, NULL},
    {"until", KIND_DAY, 0, NULL},
    {"over", KIND_FLAG, 0, NULL},
    {0},
};

static const struct field fault_fields[] = {
    {"call", KIND_NAME, 0, NULL},
    {"nth", KIND_COUNT, 0, NULL},
    {"error", KIND_NAME, NULLABLE, NULL},
    {"short", KIND_COUNT, NULLABLE, NULL},
    {"sticky", KIND_FLAG, 0, NULL},
    {"fired", KIND_COUNT, NULLABLE, NULL},
    {0},
};

static const struct field step_fields[] = {
    {"step", KIND_STRING, 0, NULL},     {"what", KIND_NAME, OPTIONAL, NULL},
    {"runs", KIND_COUNT, 0, NULL},      {"iteration", KIND_COUNTS, OPTIONAL, NULL},
    {"verdict", KIND_VERDICT, 0, NULL}, {0},
};

static const struct field client_fields[] = {
    {"name", KIND_NAME, 0, NULL},
    {"sent", KIND_OBJECT, NULLABLE, stream_fields},
    {"received", KIND_OBJECT, NULLABLE, stream_fields},
    {"end", KIND_NAME, NULLABLE, NULL},
    {0},
};

static const struct field session_fields[] = {
    {"name", KIND_NAME, 0, NULL},
    {"bytes_received", KIND_COUNT, NULLABLE, NULL},
    {"received", KIND_OBJECT, NULLABLE, stream_fields},
    {"recv_sizes", KIND_RUNS, NULLABLE, NULL},
    {"recv_sizes_cut", KIND_FLAG, OPTIONAL, NULL},
    {"truncated", KIND_COUNT, OPTIONAL, NULL},
    {"end", KIND_NAME, 0, NULL},
    {0},
};

static const struct field failure_fields[] = {
    {"step", KIND_STRING, NULLABLE, NULL},
    {"iteration", KIND_COUNTS, 0, NULL},
    {"sentence", KIND_STRING, 0, NULL},
    {"expected", KIND_EVIDENCE, NULLABLE, stream_fields},
    {"actual", KIND_EVIDENCE, NULLABLE, stream_fields},
    {0},
};

static const struct field divergence_fields[] = {
    {"what", KIND_STRING, NULLABLE, NULL},
    {"sim", KIND_STRING, NULLABLE, NULL},
    {"kernel", KIND_STRING, NULLABLE, NULL},
    {"calls", KIND_STRING, NULLABLE, NULL},
    {"sim_call", KIND_STRING, NULLABLE, NULL},
    {"kernel_call", KIND_STRING, NULLABLE, NULL},
    {0},
};

static const struct field result_fields[] = {
    {"id", KIND_NAME, 0, NULL},
    {"hash", KIND_HASH, 0, NULL},
    {"title", KIND_STRING, 0, NULL},
    {"tags", KIND_STRINGS, 0, NULL},
    {"plugin", KIND_OBJECT, 0, plugin_fields},
    {"world", KIND_WORLD, 0, NULL},
    {"worlds", KIND_OBJECT, OPTIONAL, worlds_fields},
    {"seed", KIND_COUNT, 0, NULL},
    {"verdict", KIND_VERDICT, 0, NULL},
    {"quarantine", KIND_OBJECT, OPTIONAL, quarantine_fields},
    {"note", KIND_STRING, OPTIONAL, NULL},
    {"faults", KIND_OBJECTS, OPTIONAL, fault_fields},
    {"steps", KIND_OBJECTS, 0, step_fields},
    {"clients", KIND_OBJECTS, 0, client_fields},
    {"clients_omitted", KIND_COUNT, OPTIONAL, NULL},
    {"sessions", KIND_OBJECTS, 0, session_fields},
    {"sessions_omitted", KIND_COUNT, OPTIONAL, NULL},
    {"failure", KIND_OBJECT, OPTIONAL, failure_fields},
    {"divergence", KIND_OBJECT, OPTIONAL, divergence_fields},
    {"story", KIND_OBJECT, OPTIONAL, report_check_story_fields},
    {"replay", KIND_STRING, OPTIONAL, NULL},
    {"place", KIND_COUNT, OPTIONAL, NULL},
    {0},
};

static const struct field shard_fields[] = {
    {"index", KIND_COUNT, 0, NULL},
    {"count", KIND_COUNT, 0, NULL},
    {"planned", KIND_COUNT, 0, NULL},
    {"suite", KIND_HASH, 0, NULL},
    {0},
};

int report_check_verdict(const char *name)
{
    for (int i = 0; i < VERDICT_COUNT; i++) {
        if (strcmp(name, verdict_name((enum verdict)i)) == 0) {
            return i;
        }
    }
    return -1;
}

const char *report_world_name(enum plan_world world)
{
    static const char *const names[] = {
        [PLAN_KERNEL] = "kernel", [PLAN_SIM] = "sim", [PLAN_BOTH] = "both"};
    ASSERT(world >= PLAN_KERNEL && world <= PLAN_BOTH);
    return names[world];
}

int report_check_world(const char *name)
{
    for (int i = PLAN_KERNEL; i <= PLAN_BOTH; i++) {
        if (strcmp(name, report_world_name((enum plan_world)i)) == 0) {
            return i;
        }
    }
    return -1;
}

static bool is_count(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= 0;
}

static bool is_hex(const json_t *value)
{
    size_t size = json_string_length(value);
    return json_is_string(value) && size % 2 == 0 &&
           strspn(json_string_value(value), "0123456789abcdef") == size;
}

static bool is_string(const json_t *value)
{
    return json_is_string(value);
}

static bool is_list(const json_t *value, bool (*check)(const json_t *))
{
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (!check(json_array_get(value, i))) {
            return false;
        }
    }
    return json_is_array(value);
}

static bool is_run(const json_t *value)
{
    return json_array_size(value) == 2 && is_list(value, is_count);
}

/* Whether a value that is no object is of this kind. */
static bool is_kind(const json_t *value, enum kind kind)
{
    switch (kind) {
    case KIND_STRING:
    case KIND_EVIDENCE:
        return json_is_string(value);
    case KIND_NAME:
        return json_string_length(value) > 0;
    case KIND_COUNT:
        return is_count(value);
    case KIND_HASH:
        return is_hex(value) && json_string_length(value) == 32;
    case KIND_HEX:
        return is_hex(value) && json_string_length(value) <= 2 * (size_t)RESULT_HEAD_BYTES;
    case KIND_FLAG:
        return json_is_boolean(value);
    case KIND_VERDICT:
        return json_is_string(value) && report_check_verdict(json_string_value(value)) >= 0;
    case KIND_WORLD:
        return json_is_string(value) && report_check_world(json_string_value(value)) >= 0;
    case KIND_DAY:
        return is_string(value) && date_is_valid(json_string_value(value));
    case KIND_STRINGS:
        return is_list(value, is_string);
    case KIND_COUNTS:
        return is_list(value, is_count);
    case KIND_RUNS:
        return is_list(value, is_run);
    case KIND_OBJECT:
    case KIND_OBJECTS:
        return false;
    }
    return false;
}

static const char *kind_words(enum kind kind)
{
    switch (kind) {
    case KIND_STRING:
        return "a string";
    case KIND_NAME:
        return "a string that is not empty";
    case KIND_COUNT:
        return "an integer, 0 or more";
    case KIND_HASH:
        return "32 hexadecimal digits";
    case KIND_HEX:
        return "at most 256 bytes in hexadecimal";
    case KIND_FLAG:
        return "true or false";
    case KIND_VERDICT:
        return "a verdict";
    case KIND_WORLD:
        return "kernel, sim or both";
    case KIND_DAY:
        return "a day that the calendar has, YYYY-MM-DD";
    case KIND_STRINGS:
        return "a list of strings";
    case KIND_COUNTS:
        return "a list of integers, 0 or more";
    case KIND_RUNS:
        return "a list of [size, count]";
    case KIND_OBJECT:
        return "an object";
    case KIND_OBJECTS:
        return "a list of objects";
    case KIND_EVIDENCE:
        return "words, or an object with bytes";
    }
    return "";
}

int report_check_refuse(struct drill_error *error, const char *pointer, const char *what)
{
    snprintf(error->pointer, sizeof(error->pointer), "%s", pointer);
    return drill_error_set(error,
                           "this is not how sockdrill writes a report: here stands %s; make the "
                           "report anew with `sockdrill run --report`",
                           what);
}

static int refuse_kind(struct drill_error *error, const char *pointer, enum kind kind)
{
    char what[80];
    snprintf(what, sizeof(what), "what is not %s", kind_words(kind));
    return report_check_refuse(error, pointer, what);
}

/* What is kept of a stream lies within it. */
static int check_stream(const json_t *stream, const char *pointer, struct drill_error *error)
{
    uint64_t length = (uint64_t)json_integer_value(json_object_get(stream, "length"));
    uint64_t offset = (uint64_t)json_integer_value(json_object_get(stream, "offset"));
    uint64_t kept = json_string_length(json_object_get(stream, "hex")) / 2;
    return kept <= length && offset <= length - kept
               ? 0
               : report_check_refuse(error, pointer,
                                     "a stream that is shorter than what is kept of it");
}

static int check_object(const json_t *object, const struct field *fields, const char *pointer,
                        struct drill_error *error);

static int check_objects(const json_t *list, const struct field *fields, const char *pointer,
                         struct drill_error *error)
{
    char place[sizeof(error->pointer)];
    for (size_t i = 0; i < json_array_size(list); i++) {
        snprintf(place, sizeof(place), "%.400s/%zu", pointer, i);
        if (check_object(json_array_get(list, i), fields, place, error) != 0) {
            return -EINVAL;
        }
    }
    return 0;
}

static int check_field(const json_t *value, const struct field *field, const char *pointer,
                       struct drill_error *error)
{
    if (!value && !(field->flags & OPTIONAL)) {
        return report_check_refuse(error, pointer, "nothing");
    }
    if (!value || (json_is_null(value) && (field->flags & NULLABLE))) {
        return 0;
    }
    if (field->kind == KIND_OBJECTS && json_is_array(value)) {
        return check_objects(value, field->fields, pointer, error);
    }
    if (field->fields && field->kind != KIND_OBJECTS && json_is_object(value)) {
        return check_object(value, field->fields, pointer, error);
    }
    return is_kind(value, field->kind) ? 0 : refuse_kind(error, pointer, field->kind);
}

/* What no single member tells. */
static int check_whole(const json_t *object, const struct field *fields, const char *pointer,
                       struct drill_error *error)
{
    if (fields == stream_fields) {
        return check_stream(object, pointer, error);
    }
    if (fields == report_check_story_fields) {
        return report_check_story(object, pointer, error);
    }
    return fields == report_check_event_fields ? report_check_event(object, pointer, error) : 0;
}

static int check_object(const json_t *object, const struct field *fields, const char *pointer,
                        struct drill_error *error)
{
    char place[sizeof(error->pointer)];
    if (!json_is_object(object)) {
        return refuse_kind(error, pointer, KIND_OBJECT);
    }
    for (const struct field *field = fields; field->key; field++) {
        snprintf(place, sizeof(place), "%.400s/%s", pointer, field->key);
        if (check_field(json_object_get(object, field->key), field, place, error) != 0) {
            return -EINVAL;
        }
    }
    return check_whole(object, fields, pointer, error);
}

int report_check_result(const json_t *result, size_t index, struct drill_error *error)
{
    char place[64];
    snprintf(place, sizeof(place), "/results/%zu", index);
    return check_object(result, result_fields, place, error);
}

int report_check_shard(const json_t *shard, struct drill_error *error)
{
    static const char pointer[] = "/shard";
    int status = check_object(shard, shard_fields, pointer, error);
    json_int_t index = json_integer_value(json_object_get(shard, "index"));
    json_int_t count = json_integer_value(json_object_get(shard, "count"));
    json_int_t planned = json_integer_value(json_object_get(shard, "planned"));
    if (status == 0 &&
        (index < 1 || index > count || count > SHARD_COUNT_MAX || planned > SHARD_PLANNED_MAX)) {
        status = report_check_refuse(error, pointer, "a shard that cannot be");
    }
    return status;
}
