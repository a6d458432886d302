/* SPDX-License-Identifier: MIT */
#include "trace_json.h"

#include <errno.h>
#include <string.h>

#include "check.h"
#include "json_text.h"
#include "report_check.h"
#include "trace_event_json.h"
#include "trace_who.h"

#define ENTRY_INDENT 4
#define EVENT_INDENT 8

static void put_text(json_t *object, const char *key, const char *text, int *status)
{
    json_text_put(object, key, json_text_string(text), status);
}

static void put_number(json_t *object, const char *key, uint64_t number, int *status)
{
    json_text_put(object, key, json_text_integer(number), status);
}

static int add_event(struct bytes *out, const struct plan *plan, const struct trace_view *trace,
                     const struct trace_story *story, size_t index)
{
    const struct trace_event *event = &trace->events[index];
    char name[TRACE_WHO_BYTES];
    int status = 0;
    json_t *object = json_object();
    put_number(object, "at_ns", event->at_ns, &status);
    put_text(object, "event", trace_kind_name(event->kind), &status);
    if (event->socket >= 0) {
        put_number(object, "socket", (uint64_t)event->socket, &status);
    }
    if (*trace_who_text(story, index, name)) {
        put_text(object, "who", name, &status);
    }
    if (event->kind == TRACE_STEP) {
        bool known = event->argument < plan->source_count;
        put_text(object, "step", known ? plan->sources[event->argument] : "", &status);
    } else if (event->kind != TRACE_CLIENT) {
        trace_event_json_put(object, trace, event, TRACE_EVENT_FULL, &status);
    }
    if (status == 0) {
        status = json_text_add_line(out, object);
    }
    json_decref(object);
    return status;
}

static bool is_zero(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (data[i] != 0) {
            return false;
        }
    }
    return true;
}

/* A run that ended with its process has no hash, and what real sockets do never repeats. */
static json_t *hash_json(enum plan_world world, const struct trace_view *trace)
{
    bool none = world != PLAN_SIM || is_zero(trace->hash, sizeof(trace->hash));
    return none ? json_null() : json_text_hex(trace->hash, sizeof(trace->hash));
}

static int add_member(struct bytes *out, const char *key, json_t *value)
{
    int status = value ? bytes_add_format(out, "%*s\"%s\": ", ENTRY_INDENT + 2, "", key) : -ENOMEM;
    status = status == 0 ? json_text_add_line(out, value) : status;
    json_decref(value);
    return status == 0 ? bytes_add_format(out, ",\n") : status;
}

static int add_head(struct bytes *out, const struct plan *plan, enum plan_world world,
                    const struct trace_view *trace)
{
    int status = bytes_add_format(out, "%*s{\n", ENTRY_INDENT, "");
    status = status == 0 ? add_member(out, "id", json_text_string(plan->id)) : status;
    status = status == 0 ? add_member(out, "world", json_string(report_world_name(world))) : status;
    status = status == 0 ? add_member(out, "hash", hash_json(world, trace)) : status;
    return status == 0 ? add_member(out, "omitted", json_text_integer(trace->omitted)) : status;
}

static int add_events(struct bytes *out, const struct plan *plan, const struct trace_view *trace)
{
    struct trace_story *story;
    int status = trace_story_new(trace, &story);
    if (status != 0) {
        return status;
    }
    for (size_t i = 0; i < trace->event_count && status == 0; i++) {
        status = bytes_add_format(out, "%s\n%*s", i > 0 ? "," : "", EVENT_INDENT, "");
        status = status == 0 ? add_event(out, plan, trace, story, i) : status;
    }
    trace_story_free(story);
    return status;
}

int trace_json_add(struct bytes *out, const struct plan *plan, enum plan_world world,
                   const struct bytes *trace)
{
    struct trace_view view;
    if (trace_view(trace, &view) != 0) {
        view = (struct trace_view){0};
    }
    int status = add_head(out, plan, world, &view);
    status = status == 0 ? bytes_add_format(out, "%*s\"events\": [", ENTRY_INDENT + 2, "") : status;
    status = status == 0 ? add_events(out, plan, &view) : status;
    const char *end = view.event_count > 0 ? "\n      ]\n    }" : "]\n    }";
    return status == 0 ? bytes_add_format(out, "%s", end) : status;
}
