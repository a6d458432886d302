/* SPDX-License-Identifier: MIT */
/* Events in words. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trace_text.h"

#define WITH(family, port) .has_address = 1, .address = {family, port, {127, 0, 0, 1}}

static const struct {
    struct trace_event event;
    const char *text;
    bool noise;
} lines[] = {
    {{.kind = WORLD_CALL_SOCKET, .argument = WORLD_TCP << 8 | WORLD_IPV4, .result = 7},
     "socket(TCP, IPv4) = 7",
     false},
    {{.kind = WORLD_CALL_SOCKET, .argument = WORLD_UDP << 8 | WORLD_IPV6, .result = -EMFILE},
     "socket(UDP, IPv6) = EMFILE",
     false},
    {{.kind = WORLD_CALL_BIND, WITH(WORLD_IPV4, 0)}, "bind(127.0.0.1:0) = 0", false},
    {{.kind = WORLD_CALL_LISTEN, .argument = 5}, "listen(5) = 0", false},
    {{.kind = WORLD_CALL_ACCEPT, .result = 7, WITH(WORLD_IPV4, 32768)},
     "accept = 7 from 127.0.0.1:32768",
     false},
    {{.kind = WORLD_CALL_ACCEPT, .result = -EAGAIN}, "accept = EAGAIN", true},
    {{.kind = WORLD_CALL_ACCEPT, .result = -EMFILE}, "accept = EMFILE", false},
    {{.kind = WORLD_CALL_CONNECT, .result = -EINPROGRESS, WITH(WORLD_IPV4, 9000)},
     "connect(127.0.0.1:9000) = EINPROGRESS",
     false},
    {{.kind = WORLD_CALL_RECV, .argument = 1024, .result = 5}, "recv(1024) = 5", false},
    {{.kind = WORLD_CALL_RECV, .argument = 1024}, "recv(1024) = 0", false},
    {{.kind = WORLD_CALL_RECV, .argument = 1024, .result = -EAGAIN}, "recv(1024) = EAGAIN", true},
    {{.kind = WORLD_CALL_RECVFROM, .argument = 16, .result = 20, WITH(WORLD_IPV4, 1)},
     "recvfrom(16) = 20 from 127.0.0.1:1",
     false},
    {{.kind = WORLD_CALL_SEND, .argument = 5, .result = 3}, "send(5) = 3", false},
    {{.kind = WORLD_CALL_SEND, .argument = 5, .result = -EPIPE}, "send(5) = EPIPE", false},
    {{.kind = WORLD_CALL_SENDTO, .argument = 5, .result = 5, WITH(WORLD_IPV4, 7)},
     "sendto(5, 127.0.0.1:7) = 5",
     false},
    {{.kind = WORLD_CALL_SHUTDOWN, .argument = WORLD_SHUT_WR}, "shutdown(WR) = 0", false},
    {{.kind = WORLD_CALL_CLOSE}, "close = 0", false},
    {{.kind = WORLD_CALL_GETSOCKNAME, WITH(WORLD_IPV4, 9)}, "getsockname = 127.0.0.1:9", true},
    {{.kind = WORLD_CALL_GETPEERNAME, .result = -ENOTCONN}, "getpeername = ENOTCONN", true},
    {{.kind = WORLD_CALL_SET, .argument = WORLD_RESET_ON_CLOSE, .value = 1},
     "set(RESET_ON_CLOSE, 1) = 0",
     false},
    {{.kind = WORLD_CALL_ASK, .argument = WORLD_ERROR}, "ask(ERROR) = 0", true},
    {{.kind = WORLD_CALL_ASK, .argument = WORLD_ERROR, .result = ECONNREFUSED},
     "ask(ERROR) = ECONNREFUSED",
     false},
    {{.kind = WORLD_CALL_ASK, .argument = WORLD_ACCEPT_QUEUE, .result = 2},
     "ask(ACCEPT_QUEUE) = 2",
     true},
    {{.kind = WORLD_CALL_WATCH, .argument = WORLD_READABLE | WORLD_WRITABLE},
     "watch(READABLE|WRITABLE) = 0",
     true},
    {{.kind = WORLD_CALL_WATCH}, "watch(NOTHING) = 0", true},
    {{.kind = WORLD_CALL_WAIT, .argument = 2, .result = 2}, "wait = 2 ready", true},
    {{.kind = WORLD_CALL_WAIT, .result = -EINTR}, "wait = EINTR", true},
    {{.kind = WORLD_CALL_PASS, .result = 1000000000}, "pass = 1000000000 ns", true},
    {{.kind = TRACE_STEP, .argument = 3}, "step 3", false},
    {{.kind = TRACE_CLIENT}, "client", false},
};

static void events_read_as_a_person_would_write_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        char text[TRACE_TEXT_MAX];
        int length = trace_text_call(&lines[i].event, text, sizeof(text));
        assert_string_equal(text, lines[i].text);
        assert_int_equal(length, strlen(text));
    }
}

static void noise_is_what_moves_nothing_and_finds_nothing_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        if (trace_text_is_noise(&lines[i].event) != lines[i].noise) {
            fail_msg("%s", lines[i].text);
        }
    }
}

static void texts_are_cut_to_their_room(void **state)
{
    (void)state;
    char text[8];
    struct trace_event event = {.kind = WORLD_CALL_RECV, .argument = 1024, .result = 5};
    assert_int_equal(trace_text_call(&event, text, sizeof(text)), 14);
    assert_string_equal(text, "recv(10");
}

static void the_longest_text_fits(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < TRACE_KIND_COUNT; kind++) {
        char text[TRACE_TEXT_MAX];
        struct trace_event event = {
            .kind = (uint8_t)kind, .argument = UINT32_MAX, .value = INT32_MIN, .has_address = 1};
        event.result = INT64_MAX;
        event.address.family = WORLD_IPV6;
        event.address.port = UINT16_MAX;
        memset(event.address.ip, 0xfe, sizeof(event.address.ip));
        assert_true(trace_text_call(&event, text, sizeof(text)) < TRACE_TEXT_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_read_as_a_person_would_write_them),
        cmocka_unit_test(noise_is_what_moves_nothing_and_finds_nothing_out),
        cmocka_unit_test(texts_are_cut_to_their_room),
        cmocka_unit_test(the_longest_text_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
