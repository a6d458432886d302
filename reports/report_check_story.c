/* SPDX-License-Identifier: MIT */
/* The story of a result: what its events have to be so that whoever draws them need not ask. */
#include <stdbool.h>
#include <string.h>

#include "report_check_internal.h"
#include "report_story.h"
#include "trace_event_json.h"
#include "world_call.h"

#define WORDS_MAX 5

static const struct field data_fields[] = {
    {"length", KIND_COUNT, 0, NULL},
    {"text", KIND_STRING, OPTIONAL, NULL},
    {"hex", KIND_HEX, 0, NULL},
    {0},
};

const struct field report_check_event_fields[] = {
    {"at_ns", KIND_COUNT, 0, NULL},
    {"step", KIND_STRING, OPTIONAL, NULL},
    {"who", KIND_NAME, OPTIONAL, NULL},
    {"event", KIND_NAME, OPTIONAL, NULL},
    {"transport", KIND_NAME, OPTIONAL, NULL},
    {"family", KIND_NAME, OPTIONAL, NULL},
    {"backlog", KIND_COUNT, OPTIONAL, NULL},
    {"size", KIND_COUNT, OPTIONAL, NULL},
    {"how", KIND_NAME, OPTIONAL, NULL},
    {"option", KIND_NAME, OPTIONAL, NULL},
    {"question", KIND_NAME, OPTIONAL, NULL},
    {"result", KIND_COUNT, OPTIONAL, NULL},
    {"error", KIND_NAME, OPTIONAL, NULL},
    {"fault", KIND_FLAG, OPTIONAL, NULL},
    {"data", KIND_OBJECT, OPTIONAL, data_fields},
    {"from", KIND_NAME, OPTIONAL, NULL},
    {"to", KIND_NAME, OPTIONAL, NULL},
    {0},
};

const struct field report_check_story_fields[] = {
    {"omitted", KIND_COUNT, 0, NULL},
    {"events", KIND_OBJECTS, 0, report_check_event_fields},
    {0},
};

/* Members that hold one of a few words. */
static const struct {
    const char *key, *words[WORDS_MAX];
} vocabulary[] = {
    {"transport", {"tcp", "udp"}},
    {"family", {"ipv4", "ipv6"}},
    {"how", {"read", "write", "both"}},
    {"option", {"send_buffer", "receive_buffer", "reset_on_close", "no_delay"}},
    {"question", {"error", "accept_queue", "dropped", "under_way"}},
};

static bool is_one_of(const char *word, const char *const *words)
{
    for (; *words; words++) {
        if (strcmp(word, *words) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_call(const char *name)
{
    for (int i = 0; i < WORLD_CALL_COUNT; i++) {
        if (strcmp(name, world_call_name((enum world_call)i)) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_known_words(const json_t *event)
{
    for (size_t i = 0; i < sizeof(vocabulary) / sizeof(vocabulary[0]); i++) {
        const char *word = json_string_value(json_object_get(event, vocabulary[i].key));
        if (word && !is_one_of(word, vocabulary[i].words)) {
            return false;
        }
    }
    const json_t *value = json_object_get(event, "value");
    return !value || json_is_integer(value);
}

/* What is kept lies within what was moved. */
static bool has_sound_data(const json_t *event)
{
    const json_t *data = json_object_get(event, "data");
    size_t kept = json_string_length(json_object_get(data, "hex")) / 2;
    json_int_t length = json_integer_value(json_object_get(data, "length"));
    return kept <= TRACE_EVENT_PORTABLE_BYTES && (json_int_t)kept <= length;
}

int report_check_event(const json_t *event, const char *pointer, struct drill_error *error)
{
    const char *name = json_string_value(json_object_get(event, "event"));
    bool is_step = json_object_get(event, "step");
    bool returned = json_object_get(event, "result");
    bool failed = json_object_get(event, "error");
    if (is_step == (name != NULL) || (name && !is_call(name)) || (name && returned == failed)) {
        return report_check_refuse(
            error, pointer,
            "an event that is neither a step nor a call with either a result or an error");
    }
    if (!has_known_words(event)) {
        return report_check_refuse(error, pointer, "a call that was asked for unknown things");
    }
    if (!has_sound_data(event)) {
        return report_check_refuse(error, pointer,
                                   "a call that keeps more than 64 bytes, or than it moved");
    }
    return 0;
}

int report_check_story(const json_t *story, const char *pointer, struct drill_error *error)
{
    size_t count = json_array_size(json_object_get(story, "events"));
    return count <= REPORT_STORY_FIRST + REPORT_STORY_LAST
               ? 0
               : report_check_refuse(error, pointer, "a story of more than 240 events");
}
