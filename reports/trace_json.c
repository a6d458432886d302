/* SPDX-License-Identifier: MIT */
#include "trace_json.h"

#include <errno.h>
#include <string.h>

#include "check.h"
#include "json_text.h"
#include "report_json.h"
#include "safe_text.h"
#include "trace_who.h"
#include "world_call.h"

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

static const char *how_name(enum world_shutdown how)
{
    switch (how) {
    case WORLD_SHUT_RD:
        return "read";
    case WORLD_SHUT_WR:
        return "write";
    case WORLD_SHUT_RDWR:
        return "both";
    }
    ASSERT(!"a shutdown has a name");
    return "";
}

static const char *option_name(enum world_option option)
{
    switch (option) {
    case WORLD_SEND_BUFFER:
        return "send_buffer";
    case WORLD_RECEIVE_BUFFER:
        return "receive_buffer";
    case WORLD_RESET_ON_CLOSE:
        return "reset_on_close";
    case WORLD_NO_DELAY:
        return "no_delay";
    }
    ASSERT(!"an option has a name");
    return "";
}

static const char *question_name(enum world_question question)
{
    switch (question) {
    case WORLD_ERROR:
        return "error";
    case WORLD_ACCEPT_QUEUE:
        return "accept_queue";
    case WORLD_DROPPED:
        return "dropped";
    case WORLD_UNDER_WAY:
        return "under_way";
    }
    ASSERT(!"a question has a name");
    return "";
}

static json_t *interest_json(uint32_t events, int *status)
{
    json_t *array = json_array();
    if (events & WORLD_READABLE) {
        json_text_append(array, json_string("readable"), status);
    }
    if (events & WORLD_WRITABLE) {
        json_text_append(array, json_string("writable"), status);
    }
    return array;
}

/* What the call was asked for besides the socket and an address. */
static void put_arguments(json_t *object, const struct trace_event *event, int *status)
{
    uint32_t argument = event->argument;
    switch ((enum world_call)event->kind) {
    case WORLD_CALL_SOCKET:
        put_text(object, "transport", argument >> 8 == WORLD_UDP ? "udp" : "tcp", status);
        put_text(object, "family", (argument & 255) == WORLD_IPV6 ? "ipv6" : "ipv4", status);
        return;
    case WORLD_CALL_LISTEN:
        put_number(object, "backlog", argument, status);
        return;
    case WORLD_CALL_RECV:
    case WORLD_CALL_RECVFROM:
    case WORLD_CALL_SEND:
    case WORLD_CALL_SENDTO:
        put_number(object, "size", argument, status);
        return;
    case WORLD_CALL_SHUTDOWN:
        put_text(object, "how", how_name((enum world_shutdown)argument), status);
        return;
    case WORLD_CALL_SET:
        put_text(object, "option", option_name((enum world_option)argument), status);
        json_text_put(object, "value", json_integer(event->value), status);
        return;
    case WORLD_CALL_ASK:
        put_text(object, "question", question_name((enum world_question)argument), status);
        return;
    case WORLD_CALL_WATCH:
        json_text_put(object, "interest", interest_json(argument, status), status);
        return;
    case WORLD_CALL_BIND:
    case WORLD_CALL_ACCEPT:
    case WORLD_CALL_CONNECT:
    case WORLD_CALL_CLOSE:
    case WORLD_CALL_GETSOCKNAME:
    case WORLD_CALL_GETPEERNAME:
    case WORLD_CALL_WAIT:
    case WORLD_CALL_PASS:
        return;
    }
}

/* How much was moved, and the beginning of it. */
static json_t *data_json(const struct trace_view *trace, const struct trace_event *event,
                         int *status)
{
    const uint8_t *data = trace->data + event->data;
    size_t size = event->size < TRACE_JSON_HEAD_BYTES ? event->size : TRACE_JSON_HEAD_BYTES;
    json_t *object = json_object();
    put_number(object, "length", trace_event_moved(event), status);
    if (safe_text_is_plain(data, size)) {
        json_text_put(object, "text", json_text_string_of(data, size), status);
    }
    json_text_put(object, "hex", json_text_hex(data, size), status);
    return object;
}

static void put_call(json_t *object, const struct trace_view *trace,
                     const struct trace_event *event, int *status)
{
    char text[WORLD_ADDRESS_TEXT];
    put_arguments(object, event, status);
    if (event->has_address) {
        put_text(object, "address", world_address_text(&event->address, text), status);
    }
    if (event->result < 0) {
        put_text(object, "error", world_error_name((int)-event->result), status);
    } else {
        put_number(object, "result", (uint64_t)event->result, status);
    }
    if (trace_event_moved(event) > 0) {
        json_text_put(object, "data", data_json(trace, event, status), status);
    }
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
        put_call(object, trace, event, &status);
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
    status = status == 0 ? add_member(out, "world", json_string(report_json_world(world))) : status;
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
