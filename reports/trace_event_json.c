/* SPDX-License-Identifier: MIT */
#include "trace_event_json.h"

#include <limits.h>

#include "check.h"
#include "json_text.h"
#include "safe_text.h"

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
                         size_t head, int *status)
{
    const uint8_t *data = trace->data + event->data;
    size_t size = event->size < head ? event->size : head;
    json_t *object = json_object();
    put_number(object, "length", trace_event_moved(event), status);
    if (safe_text_is_plain(data, size)) {
        json_text_put(object, "text", json_text_string_of(data, size), status);
    }
    json_text_put(object, "hex", json_text_hex(data, size), status);
    return object;
}

/* The error that a call returned or, where no number of this system may stand, answered; 0: none.
 */
static int64_t error_of(const struct trace_event *event, enum trace_event_detail detail)
{
    bool answers = event->kind == WORLD_CALL_ASK && event->argument == WORLD_ERROR;
    if (event->result < 0) {
        return -event->result;
    }
    return answers && detail == TRACE_EVENT_PORTABLE ? event->result : 0;
}

static void put_result(json_t *object, const struct trace_event *event,
                       enum trace_event_detail detail, int *status)
{
    bool socket = event->kind == WORLD_CALL_SOCKET || event->kind == WORLD_CALL_ACCEPT;
    int64_t error = error_of(event, detail);
    if (error > 0) {
        put_text(object, "error", world_error_name(error < INT_MAX ? (int)error : INT_MAX), status);
    } else {
        bool hidden = socket && detail == TRACE_EVENT_PORTABLE;
        put_number(object, "result", hidden ? 0 : (uint64_t)event->result, status);
    }
    if (event->fault) {
        json_text_put(object, "fault", json_true(), status);
    }
}

void trace_event_json_put(json_t *object, const struct trace_view *trace,
                          const struct trace_event *event, enum trace_event_detail detail,
                          int *status)
{
    char text[WORLD_ADDRESS_TEXT];
    bool full = detail == TRACE_EVENT_FULL;
    put_arguments(object, event, status);
    if (event->has_address && full) {
        put_text(object, "address", world_address_text(&event->address, text), status);
    }
    put_result(object, event, detail, status);
    if (trace_event_moved(event) > 0) {
        size_t head = full ? TRACE_EVENT_FULL_BYTES : TRACE_EVENT_PORTABLE_BYTES;
        json_text_put(object, "data", data_json(trace, event, head, status), status);
    }
}
