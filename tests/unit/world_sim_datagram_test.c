/* SPDX-License-Identifier: MIT */
/* Datagrams, on real and on simulated sockets alike. */
#include "world_fixture.h"

#define SENDS     3000
#define BUFFER    70000
#define DATAGRAMS 65507

static char bytes[BUFFER];

static void drill_boundaries(struct world *world)
{
    struct world_address address;
    struct world_address from;
    char data[1024];
    int server = fixture_bound(world, WORLD_UDP, &address);
    int client = fixture_socket(world, WORLD_UDP);
    assert_int_equal(fixture_ready(world, client), FIXTURE_OUT);
    assert_int_equal(fixture_send(world, client, "x"), -EDESTADDRREQ);
    assert_int_equal(world_sendto(world, client, bytes, 2000, &address), 2000);
    assert_int_equal(world_sendto(world, client, bytes, 2000, &address), 2000);
    assert_int_equal(world_sendto(world, client, "", 0, &address), 0);
    assert_int_equal(world_sendto(world, client, "abc", 3, &address), 3);
    assert_int_equal(fixture_ready(world, server), FIXTURE_IN | FIXTURE_OUT);
    assert_int_equal(world_recvfrom(world, server, data, sizeof(data), &from), 2000);
    assert_int_equal(world_recv(world, server, data, sizeof(data)), sizeof(data));
    assert_int_equal(world_recvfrom(world, server, data, sizeof(data), NULL), 0);
    assert_int_equal(world_recvfrom(world, server, data, sizeof(data), NULL), 3);
    assert_memory_equal(data, "abc", 3);
    assert_int_equal(world_recvfrom(world, server, data, sizeof(data), NULL), -EAGAIN);
    assert_int_equal(from.port, fixture_local(world, client).port);
    assert_int_equal(world_sendto(world, server, "y", 1, &from), 1);
    assert_int_equal(fixture_recv(world, client), 'y');
    world_close(world, server);
    world_close(world, client);
}

static void datagrams_keep_their_boundaries(void **state)
{
    (void)state;
    fixture_in_both(drill_boundaries);
}

static void drill_sizes(struct world *world)
{
    static const size_t most[] = {[WORLD_IPV4] = 65507, [WORLD_IPV6] = 65527};
    for (int family = WORLD_IPV4; family <= WORLD_IPV6; family++) {
        struct world_address any = world_loopback((enum world_family)family, 0);
        int server = world_socket(world, WORLD_UDP, (enum world_family)family);
        int client = world_socket(world, WORLD_UDP, (enum world_family)family);
        assert_int_equal(world_bind(world, server, &any), 0);
        struct world_address address = fixture_local(world, server);
        size_t size = most[family];
        assert_int_equal(world_sendto(world, client, bytes, size + 1, &address), -EMSGSIZE);
        assert_int_equal(world_sendto(world, client, bytes, size, &address), (ssize_t)size);
        assert_int_equal(world_recvfrom(world, server, bytes, BUFFER, NULL), (ssize_t)size);
        world_close(world, server);
        world_close(world, client);
    }
}

static void the_largest_datagram_is_that_of_its_family(void **state)
{
    (void)state;
    fixture_in_both(drill_sizes);
}

static void drill_room(struct world *world)
{
    static const int rooms[] = {0, 1, 2304, 4000, 50000};
    static const size_t sizes[] = {0,    1,    197,  198,   645,   646,   1669,
                                   1670, 3717, 3718, 16004, 16005, 40000, DATAGRAMS};
    static int held[2][sizeof(rooms) / sizeof(rooms[0])][sizeof(sizes) / sizeof(sizes[0])];
    bool kernel = world->ops->kind == WORLD_KERNEL;
    for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
        for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
            struct world_address address;
            int server = fixture_bound(world, WORLD_UDP, &address);
            int client = fixture_socket(world, WORLD_UDP);
            if (rooms[i] > 0) {
                assert_int_equal(world_set(world, server, WORLD_RECEIVE_BUFFER, rooms[i]), 0);
            }
            for (int n = 0; n < SENDS / 10; n++) {
                assert_int_equal(world_sendto(world, client, bytes, sizes[k], &address), sizes[k]);
            }
            int count = 0;
            while (world_recvfrom(world, server, bytes, BUFFER, NULL) >= 0) {
                count++;
            }
            assert_int_equal(world_ask(world, server, WORLD_DROPPED), SENDS / 10 - count);
            held[kernel][i][k] = count;
            world_close(world, server);
            world_close(world, client);
        }
    }
    /* Another kernel may need another amount of memory for a datagram. */
    if (!kernel && held[1][0][0] == 256) {
        assert_memory_equal(held[0], held[1], sizeof(held[0]));
    }
    assert_true(kernel || held[0][0][0] == 256);
}

static void a_full_queue_drops_what_linux_would_drop(void **state)
{
    (void)state;
    fixture_in_both(drill_room);
}

/* How many are dropped when a full queue is read one by one and filled up again each time. */
static void drill_room_again(struct world *world)
{
    enum { READS = 300 };
    static int fits[2][READS];
    bool kernel = world->ops->kind == WORLD_KERNEL;
    struct world_address address;
    int server = fixture_bound(world, WORLD_UDP, &address);
    int client = fixture_socket(world, WORLD_UDP);
    for (int i = 0; i < READS; i++) {
        for (int n = 0; n < READS; n++) {
            assert_int_equal(world_sendto(world, client, "x", 1, &address), 1);
        }
        fits[kernel][i] = world_ask(world, server, WORLD_DROPPED);
        assert_int_equal(world_recvfrom(world, server, bytes, BUFFER, NULL), 1);
    }
    if (!kernel && fits[1][0] == READS - 256) {
        assert_memory_equal(fits[0], fits[1], sizeof(fits[0]));
    }
    assert_true(kernel || fits[0][0] == READS - 256);
    world_close(world, server);
    world_close(world, client);
}

static void room_comes_back_as_linux_gives_it_back(void **state)
{
    (void)state;
    fixture_in_both(drill_room_again);
}

static void drill_refused(struct world *world)
{
    struct world_address address;
    world_close(world, fixture_bound(world, WORLD_UDP, &address));
    int client = fixture_socket(world, WORLD_UDP);
    assert_int_equal(world_sendto(world, client, "x", 1, &address), 1);
    assert_int_equal(fixture_ready(world, client), FIXTURE_OUT);
    assert_int_equal(world_connect(world, client, &address), 0);
    assert_int_equal(fixture_send(world, client, "x"), 1);
    assert_int_equal(fixture_ready(world, client), FIXTURE_OUT | FIXTURE_BAD);
    assert_int_equal(fixture_send(world, client, "x"), -ECONNREFUSED);
    assert_int_equal(fixture_ready(world, client), FIXTURE_OUT);
    assert_int_equal(fixture_send(world, client, "x"), 1);
    assert_int_equal(fixture_recv(world, client), -ECONNREFUSED);
    assert_int_equal(fixture_recv(world, client), -EAGAIN);
    assert_int_equal(fixture_send(world, client, "x"), 1);
    assert_int_equal(world_ask(world, client, WORLD_ERROR), ECONNREFUSED);
    assert_int_equal(world_ask(world, client, WORLD_ERROR), 0);
    world_close(world, client);
}

static void a_closed_port_is_an_error_on_a_connected_socket_only(void **state)
{
    (void)state;
    fixture_in_both(drill_refused);
}

static void drill_connected(struct world *world)
{
    struct world_address address;
    struct world_address other_address;
    struct world_address peer;
    int socket = fixture_bound(world, WORLD_UDP, &address);
    int friend = fixture_socket(world, WORLD_UDP);
    int other = fixture_bound(world, WORLD_UDP, &other_address);
    assert_int_equal(world_getpeername(world, socket, &peer), -ENOTCONN);
    assert_int_equal(world_sendto(world, other, "q", 1, &address), 1);
    assert_int_equal(world_connect(world, friend, &address), 0);
    struct world_address friend_address = fixture_local(world, friend);
    assert_int_equal(world_connect(world, socket, &friend_address), 0);
    assert_int_equal(world_getpeername(world, socket, &peer), 0);
    assert_true(world_address_equal(&peer, &friend_address));
    /* What was queued before stays; strangers are refused from now on. */
    assert_int_equal(fixture_recv(world, socket), 'q');
    assert_int_equal(world_connect(world, other, &address), 0);
    assert_int_equal(fixture_send(world, other, "x"), 1);
    assert_int_equal(fixture_recv(world, other), -ECONNREFUSED);
    assert_int_equal(fixture_recv(world, socket), -EAGAIN);
    assert_int_equal(fixture_send(world, friend, "f"), 1);
    assert_int_equal(fixture_recv(world, socket), 'f');
    assert_int_equal(world_sendto(world, socket, "o", 1, &other_address), 1);
    assert_int_equal(fixture_recv(world, other), 'o');
    world_close(world, socket);
    world_close(world, friend);
    world_close(world, other);
}

static void a_connected_socket_hears_its_peer_alone(void **state)
{
    (void)state;
    fixture_in_both(drill_connected);
}

static void drill_shutdown(struct world *world)
{
    struct world_address address;
    int server = fixture_bound(world, WORLD_UDP, &address);
    int client = fixture_socket(world, WORLD_UDP);
    assert_int_equal(world_connect(world, client, &address), 0);
    assert_int_equal(world_shutdown(world, client, WORLD_SHUT_WR), 0);
    assert_int_equal(fixture_send(world, client, "x"), -EPIPE);
    assert_int_equal(fixture_ready(world, client), FIXTURE_OUT);
    assert_int_equal(world_shutdown(world, client, WORLD_SHUT_RD), 0);
    assert_int_equal(fixture_ready(world, client), FIXTURE_IN | FIXTURE_OUT | FIXTURE_BAD);
    assert_int_equal(fixture_recv(world, client), -EAGAIN);
    struct world_address local = fixture_local(world, client);
    assert_int_equal(world_sendto(world, server, "y", 1, &local), 1);
    assert_int_equal(fixture_recv(world, client), 'y');
    assert_int_equal(world_shutdown(world, server, WORLD_SHUT_RD), -ENOTCONN);
    world_close(world, server);
    world_close(world, client);
}

static void shutting_down_a_datagram_socket(void **state)
{
    (void)state;
    fixture_in_both(drill_shutdown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(datagrams_keep_their_boundaries),
        cmocka_unit_test(the_largest_datagram_is_that_of_its_family),
        cmocka_unit_test(a_full_queue_drops_what_linux_would_drop),
        cmocka_unit_test(room_comes_back_as_linux_gives_it_back),
        cmocka_unit_test(a_closed_port_is_an_error_on_a_connected_socket_only),
        cmocka_unit_test(a_connected_socket_hears_its_peer_alone),
        cmocka_unit_test(shutting_down_a_datagram_socket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
