/* SPDX-License-Identifier: MIT */
/* The contract of world.h on real sockets: what POSIX says of each call, errors as negative
 * numbers. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "world.h"

#define NOW_NS     0
#define BOUND_NS   (10 * CLOCK_S)
#define EVENTS_MAX 16

struct pair {
    struct world *world;
    int listener, client, server;
    struct world_address address;
};

static int listen_on(struct world *world, enum world_family family, int backlog,
                     struct world_address *address)
{
    struct world_address any = world_loopback(family, 0);
    int socket = world_socket(world, WORLD_TCP, family);
    assert_true(socket >= 0);
    assert_int_equal(world_bind(world, socket, &any), 0);
    assert_int_equal(world_listen(world, socket, backlog), 0);
    assert_int_equal(world_getsockname(world, socket, address), 0);
    assert_true(address->port > 0);
    return socket;
}

/* Waits until `socket` is ready for `events`, for a bounded time. */
static uint32_t wait_for(struct world *world, int socket, uint32_t events)
{
    struct world_event ready[EVENTS_MAX];
    int token = 0;
    assert_int_equal(world_watch(world, socket, events, &token), 0);
    assert_int_equal(world_wait(world, world_now_ns(world) + BOUND_NS, ready, EVENTS_MAX), 1);
    assert_ptr_equal(ready[0].token, &token);
    assert_int_equal(world_watch(world, socket, 0, NULL), 0);
    return ready[0].events;
}

static void connect_pair(struct pair *pair, enum world_family family)
{
    pair->world = world_kernel_new();
    assert_non_null(pair->world);
    pair->listener = listen_on(pair->world, family, 5, &pair->address);
    pair->client = world_socket(pair->world, WORLD_TCP, family);
    int status = world_connect(pair->world, pair->client, &pair->address);
    assert_true(status == 0 || status == -EINPROGRESS);
    wait_for(pair->world, pair->listener, WORLD_READABLE);
    struct world_address peer;
    struct world_address local;
    pair->server = world_accept(pair->world, pair->listener, &peer);
    assert_true(pair->server >= 0);
    assert_int_equal(world_getsockname(pair->world, pair->client, &local), 0);
    assert_true(world_address_equal(&peer, &local));
    assert_int_equal(world_getpeername(pair->world, pair->server, &peer), 0);
    assert_true(world_address_equal(&peer, &local));
}

static void close_pair(struct pair *pair)
{
    world_close(pair->world, pair->client);
    world_close(pair->world, pair->server);
    world_close(pair->world, pair->listener);
    world_free(pair->world);
}

static void drill_stream(enum world_family family)
{
    struct pair pair;
    char data[16];
    connect_pair(&pair, family);
    assert_int_equal(world_recv(pair.world, pair.server, data, sizeof(data)), -EAGAIN);
    assert_int_equal(world_send(pair.world, pair.client, "hello", 5), 5);
    assert_int_equal(wait_for(pair.world, pair.server, WORLD_READABLE) & WORLD_READABLE,
                     WORLD_READABLE);
    assert_int_equal(world_recv(pair.world, pair.server, data, sizeof(data)), 5);
    assert_memory_equal(data, "hello", 5);
    assert_int_equal(world_shutdown(pair.world, pair.client, WORLD_SHUT_WR), 0);
    wait_for(pair.world, pair.server, WORLD_READABLE);
    assert_int_equal(world_recv(pair.world, pair.server, data, sizeof(data)), 0);
    assert_int_equal(world_send(pair.world, pair.server, "bye", 3), 3);
    wait_for(pair.world, pair.client, WORLD_READABLE);
    assert_int_equal(world_recv(pair.world, pair.client, data, sizeof(data)), 3);
    close_pair(&pair);
}

static void a_stream_carries_bytes_and_ends(void **state)
{
    (void)state;
    drill_stream(WORLD_IPV4);
    drill_stream(WORLD_IPV6);
}

static void a_reset_shows_as_an_error(void **state)
{
    (void)state;
    struct pair pair;
    char data[16];
    connect_pair(&pair, WORLD_IPV4);
    assert_int_equal(world_set(pair.world, pair.client, WORLD_RESET_ON_CLOSE, 1), 0);
    assert_int_equal(world_close(pair.world, pair.client), 0);
    wait_for(pair.world, pair.server, WORLD_READABLE);
    assert_int_equal(world_recv(pair.world, pair.server, data, sizeof(data)), -ECONNRESET);
    assert_int_equal(world_send(pair.world, pair.server, "x", 1), -EPIPE);
    pair.client = world_socket(pair.world, WORLD_TCP, WORLD_IPV4);
    close_pair(&pair);
}

static void nobody_listening_refuses(void **state)
{
    (void)state;
    struct world *world = world_kernel_new();
    struct world_address address;
    world_close(world, listen_on(world, WORLD_IPV4, 1, &address));
    int client = world_socket(world, WORLD_TCP, WORLD_IPV4);
    int status = world_connect(world, client, &address);
    if (status == -EINPROGRESS) {
        wait_for(world, client, WORLD_WRITABLE);
        status = -world_ask(world, client, WORLD_ERROR);
    }
    assert_int_equal(status, -ECONNREFUSED);
    world_close(world, client);
    world_free(world);
}

static void a_full_accept_queue_is_readable_at_once(void **state)
{
    (void)state;
    struct world *world = world_kernel_new();
    struct world_address address;
    struct world_address peer;
    int clients[3];
    int listener = listen_on(world, WORLD_IPV4, 1, &address);
    for (int i = 0; i < 3; i++) {
        clients[i] = world_socket(world, WORLD_TCP, WORLD_IPV4);
        world_connect(world, clients[i], &address);
        if (i < 2) {
            wait_for(world, clients[i], WORLD_WRITABLE);
        }
    }
    assert_int_equal(world_ask(world, listener, WORLD_ACCEPT_QUEUE), 2);
    assert_int_equal(world_getpeername(world, clients[1], &peer), 0);
    assert_int_equal(world_getpeername(world, clients[2], &peer), -ENOTCONN);
    for (int i = 0; i < 3; i++) {
        world_close(world, clients[i]);
    }
    world_close(world, listener);
    world_free(world);
}

static void datagrams_keep_their_boundaries_and_tell_their_length(void **state)
{
    (void)state;
    struct world *world = world_kernel_new();
    struct world_address any = world_loopback(WORLD_IPV4, 0);
    struct world_address address;
    struct world_address from;
    char big[2000];
    char data[1024];
    memset(big, 0x62, sizeof(big));
    int server = world_socket(world, WORLD_UDP, WORLD_IPV4);
    assert_int_equal(world_bind(world, server, &any), 0);
    assert_int_equal(world_getsockname(world, server, &address), 0);
    int client = world_socket(world, WORLD_UDP, WORLD_IPV4);
    assert_int_equal(world_connect(world, client, &address), 0);
    assert_int_equal(world_send(world, client, big, sizeof(big)), sizeof(big));
    assert_int_equal(world_send(world, client, "", 0), 0);
    wait_for(world, server, WORLD_READABLE);
    assert_int_equal(world_recvfrom(world, server, data, sizeof(data), &from), sizeof(big));
    assert_int_equal(world_recvfrom(world, server, data, sizeof(data), NULL), 0);
    assert_int_equal(world_sendto(world, server, "OK", 2, &from), 2);
    wait_for(world, client, WORLD_READABLE);
    assert_int_equal(world_recv(world, client, data, sizeof(data)), 2);
    assert_int_equal(world_ask(world, server, WORLD_DROPPED), 0);
    world_close(world, server);
    assert_int_equal(world_send(world, client, "x", 1), 1);
    wait_for(world, client, WORLD_READABLE);
    assert_int_equal(world_recv(world, client, data, sizeof(data)), -ECONNREFUSED);
    world_close(world, client);
    world_free(world);
}

static void a_full_datagram_queue_counts_what_it_drops(void **state)
{
    (void)state;
    struct world *world = world_kernel_new();
    struct world_address any = world_loopback(WORLD_IPV4, 0);
    struct world_address address;
    char data[16];
    int received = 0;
    int server = world_socket(world, WORLD_UDP, WORLD_IPV4);
    assert_int_equal(world_set(world, server, WORLD_RECEIVE_BUFFER, 1), 0);
    assert_int_equal(world_bind(world, server, &any), 0);
    assert_int_equal(world_getsockname(world, server, &address), 0);
    int client = world_socket(world, WORLD_UDP, WORLD_IPV4);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(world_sendto(world, client, "x", 1, &address), 1);
    }
    while (world_recvfrom(world, server, data, sizeof(data), NULL) == 1) {
        received++;
    }
    assert_true(received < 100);
    assert_int_equal(world_ask(world, server, WORLD_DROPPED), 100 - received);
    world_close(world, server);
    world_close(world, client);
    world_free(world);
}

static void waiting_ends_at_the_deadline(void **state)
{
    (void)state;
    struct world *world = world_kernel_new();
    struct world_event events[EVENTS_MAX];
    assert_int_equal(world_wait(world, NOW_NS, events, EVENTS_MAX), 0);
    assert_int_equal(world_wait(world, world_now_ns(world) + CLOCK_MS, events, EVENTS_MAX), 0);
    world_free(world);
}

static void addresses_are_read_as_they_are_written(void **state)
{
    (void)state;
    static const char *const texts[] = {"127.0.0.1:9000", "[::1]:9000", "10.1.2.3:0",
                                        "[fe80::1]:65535"};
    struct world_address address;
    char text[WORLD_ADDRESS_TEXT];
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(world_address_parse(texts[i], &address), 0);
        assert_string_equal(world_address_text(&address, text), texts[i]);
    }
    assert_int_equal(world_address_parse(":9", &address), 0);
    assert_string_equal(world_address_text(&address, text), "127.0.0.1:9");
    static const char *const wrong[] = {"",        "127.0.0.1", "127.0.0.1:",  "127.0.0.1:65536",
                                        "x:1",     "::1:1",     "[::1:1",      "127.0.0.1:-1",
                                        "1.2.3:1", "[]:1",      "127.0.0.1:1x"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(world_address_parse(wrong[i], &address), -EINVAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_carries_bytes_and_ends),
        cmocka_unit_test(a_reset_shows_as_an_error),
        cmocka_unit_test(nobody_listening_refuses),
        cmocka_unit_test(a_full_accept_queue_is_readable_at_once),
        cmocka_unit_test(datagrams_keep_their_boundaries_and_tell_their_length),
        cmocka_unit_test(a_full_datagram_queue_counts_what_it_drops),
        cmocka_unit_test(waiting_ends_at_the_deadline),
        cmocka_unit_test(addresses_are_read_as_they_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
