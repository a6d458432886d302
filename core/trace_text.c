/* SPDX-License-Identifier: MIT */
#include "trace_text.h"

#include <errno.h>
#include <stdio.h>

#define ARGUMENTS_MAX 96
#define RESULT_MAX    32

static const char *shutdown_name(uint32_t how)
{
    static const char *const names[] = {
        [WORLD_SHUT_RD] = "RD", [WORLD_SHUT_WR] = "WR", [WORLD_SHUT_RDWR] = "RDWR"};
    return how <= WORLD_SHUT_RDWR ? names[how] : "?";
}

static const char *option_name(uint32_t option)
{
    static const char *const names[] = {[WORLD_SEND_BUFFER] = "SEND_BUFFER",
                                        [WORLD_RECEIVE_BUFFER] = "RECEIVE_BUFFER",
                                        [WORLD_RESET_ON_CLOSE] = "RESET_ON_CLOSE",
                                        [WORLD_NO_DELAY] = "NO_DELAY"};
    return option <= WORLD_NO_DELAY ? names[option] : "?";
}

static const char *question_name(uint32_t question)
{
    static const char *const names[] = {[WORLD_ERROR] = "ERROR",
                                        [WORLD_ACCEPT_QUEUE] = "ACCEPT_QUEUE",
                                        [WORLD_DROPPED] = "DROPPED",
                                        [WORLD_UNDER_WAY] = "UNDER_WAY"};
    return question <= WORLD_UNDER_WAY ? names[question] : "?";
}

static const char *interest_name(uint32_t events)
{
    bool readable = events & WORLD_READABLE;
    bool writable = events & WORLD_WRITABLE;
    if (readable && writable) {
        return "READABLE|WRITABLE";
    }
    if (readable) {
        return "READABLE";
    }
    return writable ? "WRITABLE" : "NOTHING";
}

static void socket_arguments(const struct trace_event *event, char text[ARGUMENTS_MAX])
{
    snprintf(text, ARGUMENTS_MAX, "(%s, %s)", event->argument >> 8 == WORLD_UDP ? "UDP" : "TCP",
             (event->argument & 0xff) == WORLD_IPV6 ? "IPv6" : "IPv4");
}

/* What stands behind the name of the call, "" for nothing. */
static void text_arguments(const struct trace_event *event, char text[ARGUMENTS_MAX])
{
    char address[WORLD_ADDRESS_TEXT];
    text[0] = '\0';
    switch ((enum world_call)event->kind) {
    case WORLD_CALL_SOCKET:
        socket_arguments(event, text);
        break;
    case WORLD_CALL_BIND:
    case WORLD_CALL_CONNECT:
        snprintf(text, ARGUMENTS_MAX, "(%s)", world_address_text(&event->address, address));
        break;
    case WORLD_CALL_SENDTO:
        snprintf(text, ARGUMENTS_MAX, "(%u, %s)", event->argument,
                 world_address_text(&event->address, address));
        break;
    case WORLD_CALL_LISTEN:
    case WORLD_CALL_RECV:
    case WORLD_CALL_RECVFROM:
    case WORLD_CALL_SEND:
        snprintf(text, ARGUMENTS_MAX, "(%u)", event->argument);
        break;
    case WORLD_CALL_SHUTDOWN:
        snprintf(text, ARGUMENTS_MAX, "(%s)", shutdown_name(event->argument));
        break;
    case WORLD_CALL_SET:
        snprintf(text, ARGUMENTS_MAX, "(%s, %d)", option_name(event->argument), event->value);
        break;
    case WORLD_CALL_ASK:
        snprintf(text, ARGUMENTS_MAX, "(%s)", question_name(event->argument));
        break;
    case WORLD_CALL_WATCH:
        snprintf(text, ARGUMENTS_MAX, "(%s)", interest_name(event->argument));
        break;
    case WORLD_CALL_ACCEPT:
    case WORLD_CALL_CLOSE:
    case WORLD_CALL_GETSOCKNAME:
    case WORLD_CALL_GETPEERNAME:
    case WORLD_CALL_WAIT:
    case WORLD_CALL_PASS:
        break;
    }
}

static bool is_error_answer(const struct trace_event *event)
{
    return event->kind == WORLD_CALL_ASK && event->argument == WORLD_ERROR && event->result > 0;
}

/* The number that came back, or the name of the error. */
static void text_result(const struct trace_event *event, char text[RESULT_MAX])
{
    if (event->result < 0) {
        snprintf(text, RESULT_MAX, "%s", world_error_name((int)-event->result));
    } else if (is_error_answer(event) && event->result <= INT32_MAX) {
        snprintf(text, RESULT_MAX, "%s", world_error_name((int)event->result));
    } else {
        snprintf(text, RESULT_MAX, "%lld", (long long)event->result);
    }
}

/* What else came back: whom it was from, or a unit. */
static void text_returned(const struct trace_event *event, char text[ARGUMENTS_MAX])
{
    char address[WORLD_ADDRESS_TEXT];
    bool returns = event->has_address && event->result >= 0;
    text[0] = '\0';
    if (returns && (event->kind == WORLD_CALL_ACCEPT || event->kind == WORLD_CALL_RECVFROM)) {
        snprintf(text, ARGUMENTS_MAX, " from %s", world_address_text(&event->address, address));
    } else if (event->kind == WORLD_CALL_WAIT && event->result >= 0) {
        snprintf(text, ARGUMENTS_MAX, " ready");
    } else if (event->kind == WORLD_CALL_PASS) {
        snprintf(text, ARGUMENTS_MAX, " ns");
    }
}

int trace_text_call(const struct trace_event *event, char *text, size_t size)
{
    ASSERT(size > 0);
    const char *name = trace_kind_name(event->kind);
    if (event->kind == TRACE_STEP) {
        return snprintf(text, size, "%s %u", name, event->argument);
    }
    if (event->kind == TRACE_CLIENT) {
        return snprintf(text, size, "%s", name);
    }
    bool names = event->kind == WORLD_CALL_GETSOCKNAME || event->kind == WORLD_CALL_GETPEERNAME;
    if (names && event->has_address && event->result == 0) {
        char address[WORLD_ADDRESS_TEXT];
        return snprintf(text, size, "%s = %s", name, world_address_text(&event->address, address));
    }
    char arguments[ARGUMENTS_MAX];
    char result[RESULT_MAX];
    char returned[ARGUMENTS_MAX];
    text_arguments(event, arguments);
    text_result(event, result);
    text_returned(event, returned);
    return snprintf(text, size, "%s%s = %s%s", name, arguments, result, returned);
}

bool trace_text_is_noise(const struct trace_event *event)
{
    if (event->kind >= WORLD_CALL_COUNT) {
        return false;
    }
    if (event->result == -EAGAIN) {
        return true;
    }
    switch ((enum world_call)event->kind) {
    case WORLD_CALL_GETSOCKNAME:
    case WORLD_CALL_GETPEERNAME:
    case WORLD_CALL_WATCH:
    case WORLD_CALL_WAIT:
    case WORLD_CALL_PASS:
        return true;
    case WORLD_CALL_ASK:
        return !is_error_answer(event);
    case WORLD_CALL_SOCKET:
    case WORLD_CALL_BIND:
    case WORLD_CALL_LISTEN:
    case WORLD_CALL_ACCEPT:
    case WORLD_CALL_CONNECT:
    case WORLD_CALL_RECV:
    case WORLD_CALL_RECVFROM:
    case WORLD_CALL_SEND:
    case WORLD_CALL_SENDTO:
    case WORLD_CALL_SHUTDOWN:
    case WORLD_CALL_CLOSE:
    case WORLD_CALL_SET:
        return false;
    }
    return false;
}
