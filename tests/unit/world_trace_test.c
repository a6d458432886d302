/* SPDX-License-Identifier: MIT */
/*
 * What is recorded of a world's calls: on real sockets, and of a world that always answers the
 * same, whose hash is known. Linked with malloc wrapped: recording does not allocate.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "count_allocations.h"
#include "told_world.h"
#include "world_fault.h"
#include "world_trace.h"

#define EVENTS   64
#define DATA     4096
#define BOUND_NS (10 * CLOCK_S)

/* Every call once or twice. */
static void tell(struct world *world)
{
    struct world_event event;
    struct world_address address = world_loopback(WORLD_IPV4, 9000);
    struct world_address zero = world_loopback(WORLD_IPV6, 0);
    struct world_address answer;
    char room[16];
    world_trace_step(world, 5);
    assert_int_equal(world_socket(world, WORLD_TCP, WORLD_IPV6), 3);
    assert_int_equal(world_socket(world, WORLD_UDP, WORLD_IPV4), -EMFILE);
    assert_int_equal(world_bind(world, 3, &zero), -EACCES);
    assert_int_equal(world_bind(world, 3, &address), 0);
    assert_int_equal(world_listen(world, 3, 5), 0);
    assert_int_equal(world_accept(world, 3, &answer), 4);
    assert_int_equal(world_accept(world, 5, &answer), -EAGAIN);
    world_trace_client(world, 3, "bob#2");
    assert_int_equal(world_connect(world, 3, &address), 0);
    assert_int_equal(world_recv(world, 3, room, 2), 2);
    assert_int_equal(world_recv(world, 3, room, sizeof(room)), 5);
    assert_int_equal(world_recvfrom(world, 3, room, 4, NULL), 10);
    assert_int_equal(world_recvfrom(world, 3, room, sizeof(room), &answer), 10);
    assert_int_equal(answer.port, 7);
    assert_int_equal(world_send(world, 3, "abcdef", 6), 3);
    assert_int_equal(world_sendto(world, 3, "abc", 3, &address), 3);
    assert_int_equal(world_sendto(world, 3, "abc", 3, &zero), -ECONNREFUSED);
    assert_int_equal(world_shutdown(world, 3, WORLD_SHUT_WR), 0);
    assert_int_equal(world_getsockname(world, 3, &answer), 0);
    assert_int_equal(world_getpeername(world, 4, &answer), -ENOTCONN);
    assert_int_equal(world_set(world, 3, WORLD_SEND_BUFFER, -1), -EINVAL);
    assert_int_equal(world_ask(world, 3, WORLD_ERROR), ECONNRESET);
    assert_int_equal(world_watch(world, 3, WORLD_READABLE, NULL), 0);
    assert_int_equal(world_wait(world, 0, &event, 1), 0);
    assert_int_equal(world_wait(world, 1, &event, 1), -EINTR);
    assert_int_equal(world_pass(world, 100), 100);
    assert_int_equal(world_close(world, 3), 0);
}
#define TOLD_EVENTS 27
#define TOLD_BYTES  (5 + 2 + 5 + 4 + 10 + 3 + 3)
/* The hash of that story, whatever the compiler. */
static const char told_hash[] = "e10cc35527e6e734f3eee80b1017b181";

static struct trace_store *store_new(uint64_t events, uint64_t data)
{
    struct trace_store *store = calloc(1, trace_store_bytes(events, data));
    assert_non_null(store);
    trace_store_begin(store, events, data);
    return store;
}

static const char *hash_text(const struct trace_store *store, char text[33])
{
    for (int i = 0; i < 16; i++) {
        snprintf(text + 2 * (size_t)i, 3, "%02x", store->hash[i]);
    }
    return text;
}

static struct trace_store *tell_into(uint64_t events, uint64_t data)
{
    struct trace_store *store = store_new(events, data);
    struct world *world = world_trace_new(&told);
    assert_non_null(world);
    assert_int_equal(world->ops->kind, WORLD_SIM);
    told_ns = 0;
    world_trace_begin(world, store);
    size_t before = allocations;
    tell(world);
    world_trace_seal(world);
    assert_int_equal(allocations, before);
    world_free(world);
    return store;
}

static void the_same_story_has_the_same_hash_everywhere(void **state)
{
    (void)state;
    char text[33];
    struct trace_store *store = tell_into(EVENTS, DATA);
    assert_string_equal(hash_text(store, text), told_hash);
    assert_int_equal(store->event_count, TOLD_EVENTS);
    assert_int_equal(store->data_size, TOLD_BYTES);
    assert_int_equal(store->omitted, 0);
    free(store);
}

static void what_finds_no_room_is_counted_and_hashed(void **state)
{
    (void)state;
    char text[33];
    struct trace_store *store = tell_into(20, 8);
    assert_string_equal(hash_text(store, text), told_hash);
    assert_int_equal(store->event_count, 20);
    assert_int_equal(store->data_size, 8);
    /* The events beyond the 20th; and of the others those behind the third byte of "hello". */
    assert_int_equal(store->omitted, TOLD_EVENTS - 20 + 5);
    struct trace_event *events = trace_store_events(store);
    assert_int_equal(events[11].kind, WORLD_CALL_RECV);
    assert_int_equal(events[11].result, 5);
    assert_int_equal(events[11].size, 1);
    assert_memory_equal(trace_store_data(store), "bob#2heh", 8);
    free(store);
    store = tell_into(0, 0);
    assert_string_equal(hash_text(store, text), told_hash);
    assert_int_equal(store->omitted, TOLD_EVENTS);
    free(store);
}

static const struct trace_event *nth(const struct trace_view *view, unsigned kind, size_t n)
{
    for (size_t i = 0; i < view->event_count; i++) {
        if (view->events[i].kind == kind && n-- == 0) {
            return &view->events[i];
        }
    }
    fail_msg("no such event: %s", trace_kind_name(kind));
    return NULL;
}

static void check_bytes(const struct trace_view *view, const struct trace_event *event,
                        const char *text)
{
    assert_int_equal(event->size, strlen(text));
    assert_memory_equal(view->data + event->data, text, event->size);
}

static void names_find_room_when_what_was_sent_finds_none(void **state)
{
    (void)state;
    static const char sent[100];
    struct trace_store *store = store_new(20, 64);
    struct world *world = world_trace_new(&told);
    assert_non_null(world);
    world_trace_begin(world, store);
    struct world_address address = world_loopback(WORLD_IPV4, 9000);
    assert_int_equal(world_sendto(world, 3, sent, sizeof(sent), &address), sizeof(sent));
    assert_int_equal(store->data_size, 62);
    world_trace_client(world, 5, "al");
    world_trace_seal(world);
    assert_int_equal(store->data_size, 64);
    assert_memory_equal(trace_store_data(store) + 62, "al", 2);
    world_free(world);
    free(store);
}

static void arguments_results_addresses_and_bytes_are_kept(void **state)
{
    (void)state;
    struct bytes blob;
    struct trace_view view;
    struct trace_store *store = tell_into(EVENTS, DATA);
    bytes_init(&blob, TRACE_BLOB_BYTES_MAX);
    assert_int_equal(trace_take(store, EVENTS, DATA, &blob), 0);
    free(store);
    assert_int_equal(trace_view(&blob, &view), 0);
    assert_int_equal(view.event_count, TOLD_EVENTS);
    for (size_t i = 0; i < view.event_count; i++) {
        assert_int_equal(view.events[i].at_ns, (i + 1) * 1000);
    }
    assert_int_equal(nth(&view, TRACE_STEP, 0)->argument, 5);
    assert_int_equal(nth(&view, TRACE_STEP, 0)->socket, -1);
    assert_int_equal(nth(&view, TRACE_CLIENT, 0)->socket, 3);
    check_bytes(&view, nth(&view, TRACE_CLIENT, 0), "bob#2");
    const struct trace_event *event = nth(&view, WORLD_CALL_SOCKET, 0);
    assert_int_equal(event->argument, WORLD_TCP << 8 | WORLD_IPV6);
    assert_int_equal(event->socket, -1);
    assert_int_equal(event->result, 3);
    event = nth(&view, WORLD_CALL_BIND, 0);
    assert_int_equal(event->result, -EACCES);
    assert_true(event->has_address && event->address.family == WORLD_IPV6);
    event = nth(&view, WORLD_CALL_LISTEN, 0);
    assert_int_equal(event->argument, 5);
    event = nth(&view, WORLD_CALL_ACCEPT, 0);
    assert_int_equal(event->result, 4);
    assert_true(event->has_address && event->address.port == 32768);
    assert_false(nth(&view, WORLD_CALL_ACCEPT, 1)->has_address);
    assert_int_equal(nth(&view, WORLD_CALL_CONNECT, 0)->address.port, 9000);
    check_bytes(&view, nth(&view, WORLD_CALL_RECV, 0), "he");
    check_bytes(&view, nth(&view, WORLD_CALL_RECV, 1), "hello");
    event = nth(&view, WORLD_CALL_RECVFROM, 0);
    check_bytes(&view, event, "hell");
    assert_int_equal(event->result, 10);
    assert_int_equal(event->argument, 4);
    assert_int_equal(trace_event_moved(event), 4);
    assert_true(event->has_address && event->address.port == 7);
    event = nth(&view, WORLD_CALL_SEND, 0);
    check_bytes(&view, event, "abc");
    assert_int_equal(event->argument, 6);
    assert_int_equal(event->result, 3);
    check_bytes(&view, nth(&view, WORLD_CALL_SENDTO, 0), "abc");
    check_bytes(&view, nth(&view, WORLD_CALL_SENDTO, 1), "");
    assert_int_equal(trace_event_moved(nth(&view, WORLD_CALL_SENDTO, 1)), 0);
    assert_int_equal(nth(&view, WORLD_CALL_SHUTDOWN, 0)->argument, WORLD_SHUT_WR);
    assert_true(nth(&view, WORLD_CALL_GETSOCKNAME, 0)->has_address);
    assert_false(nth(&view, WORLD_CALL_GETPEERNAME, 0)->has_address);
    assert_int_equal(nth(&view, WORLD_CALL_SET, 0)->value, -1);
    assert_int_equal(nth(&view, WORLD_CALL_ASK, 0)->result, ECONNRESET);
    assert_int_equal(nth(&view, WORLD_CALL_WATCH, 0)->argument, WORLD_READABLE);
    assert_int_equal(nth(&view, WORLD_CALL_WAIT, 1)->result, -EINTR);
    assert_int_equal(nth(&view, WORLD_CALL_PASS, 0)->result, 100);
    bytes_fini(&blob);
}

/* A story that differs in `field` alone has another hash. */
static void every_detail_is_hashed(void **state)
{
    (void)state;
    char first[33] = "";
    for (int change = 0; change < 6; change++) {
        char text[33];
        struct trace_store *store = store_new(EVENTS, DATA);
        struct world *world = world_trace_new(&told);
        assert_non_null(world);
        struct world_address to = world_loopback(WORLD_IPV4, change == 1 ? 8 : 7);
        told_ns = 0;
        world_trace_begin(world, store);
        told_ns += change == 2 ? 1 : 0;
        world_sendto(world, change == 3 ? 4 : 3, change == 4 ? "b" : "a", 1, &to);
        world_set(world, 3, WORLD_NO_DELAY, change == 5 ? 0 : 1);
        world_trace_seal(world);
        hash_text(store, text);
        if (change == 0) {
            memcpy(first, text, sizeof(first));
        } else {
            assert_string_not_equal(text, first);
        }
        world_free(world);
        free(store);
    }
}

static void without_a_store_nothing_is_recorded(void **state)
{
    (void)state;
    struct trace_store *store = store_new(EVENTS, DATA);
    struct world *world = world_trace_new(&told);
    assert_non_null(world);
    tell(world);
    world_trace_seal(world);
    world_trace_begin(world, store);
    world_trace_begin(world, NULL);
    tell(world);
    assert_int_equal(store->event_count, 0);
    world_free(world);
    free(store);
}

static void a_store_can_be_used_again(void **state)
{
    (void)state;
    char text[33];
    struct trace_store *store = store_new(EVENTS, DATA);
    struct world *world = world_trace_new(&told);
    assert_non_null(world);
    for (int i = 0; i < 3; i++) {
        told_ns = 0;
        trace_store_begin(store, EVENTS, DATA);
        world_trace_begin(world, store);
        tell(world);
        world_trace_seal(world);
        assert_string_equal(hash_text(store, text), told_hash);
        assert_int_equal(store->event_count, TOLD_EVENTS);
    }
    world_free(world);
    free(store);
}

static void await(struct world *world, int socket)
{
    struct world_event ready;
    assert_int_equal(world_watch(world, socket, WORLD_READABLE, NULL), 0);
    assert_int_equal(world_wait(world, world_now_ns(world) + BOUND_NS, &ready, 1), 1);
}

/* Faults are inside, so that the record shows what the loop saw. */
static void real_sockets_are_recorded_with_their_faults(void **state)
{
    (void)state;
    const struct world_fault_rule rule = {.call = WORLD_CALL_RECV, .nth = 1, .short_bytes = 2};
    struct world *kernel = world_kernel_new();
    assert_non_null(kernel);
    struct world *fault = world_fault_new(kernel);
    assert_non_null(fault);
    struct world *world = world_trace_new(fault);
    assert_non_null(world);
    struct trace_store *store = store_new(EVENTS, DATA);
    struct world_address address = world_loopback(WORLD_IPV4, 0);
    struct world_address peer;
    char room[16];
    world_fault_begin(fault, &rule, 1);
    world_trace_begin(world, store);
    size_t before = allocations;
    int listener = world_socket(world, WORLD_TCP, WORLD_IPV4);
    assert_int_equal(world_bind(world, listener, &address), 0);
    assert_int_equal(world_listen(world, listener, 1), 0);
    assert_int_equal(world_getsockname(world, listener, &address), 0);
    int client = world_socket(world, WORLD_TCP, WORLD_IPV4);
    int status = world_connect(world, client, &address);
    assert_true(status == 0 || status == -EINPROGRESS);
    await(world, listener);
    int server = world_accept(world, listener, &peer);
    assert_int_equal(world_send(world, client, "abcde", 5), 5);
    await(world, server);
    assert_int_equal(world_recv(world, server, room, sizeof(room)), 2);
    assert_int_equal(world_recv(world, server, room, sizeof(room)), 3);
    assert_int_equal(world_recv(world, server, room, sizeof(room)), -EAGAIN);
    world_close(world, client);
    await(world, server);
    assert_int_equal(world_recv(world, server, room, sizeof(room)), 0);
    world_close(world, server);
    world_close(world, listener);
    world_trace_seal(world);
    assert_int_equal(allocations, before);
    struct bytes blob;
    struct trace_view view;
    bytes_init(&blob, TRACE_BLOB_BYTES_MAX);
    assert_int_equal(trace_take(store, EVENTS, DATA, &blob), 0);
    assert_int_equal(trace_view(&blob, &view), 0);
    check_bytes(&view, nth(&view, WORLD_CALL_RECV, 0), "ab");
    check_bytes(&view, nth(&view, WORLD_CALL_RECV, 1), "cde");
    assert_int_equal(nth(&view, WORLD_CALL_RECV, 2)->result, -EAGAIN);
    for (size_t i = 0; i < view.event_count; i++) {
        assert_int_equal(view.events[i].fault, &view.events[i] == nth(&view, WORLD_CALL_RECV, 0));
    }
    assert_true(world_address_equal(&nth(&view, WORLD_CALL_ACCEPT, 0)->address, &peer));
    assert_int_equal(nth(&view, WORLD_CALL_CLOSE, 2)->socket, listener);
    for (size_t i = 1; i < view.event_count; i++) {
        assert_true(view.events[i].at_ns >= view.events[i - 1].at_ns);
    }
    bytes_fini(&blob);
    free(store);
    world_free(world);
    world_free(fault);
    world_free(kernel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_story_has_the_same_hash_everywhere),
        cmocka_unit_test(what_finds_no_room_is_counted_and_hashed),
        cmocka_unit_test(names_find_room_when_what_was_sent_finds_none),
        cmocka_unit_test(arguments_results_addresses_and_bytes_are_kept),
        cmocka_unit_test(every_detail_is_hashed),
        cmocka_unit_test(without_a_store_nothing_is_recorded),
        cmocka_unit_test(a_store_can_be_used_again),
        cmocka_unit_test(real_sockets_are_recorded_with_their_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
