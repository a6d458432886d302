/* SPDX-License-Identifier: MIT */
/*
 * The simulated world as a machine: what it allocates, what it does when it is full, and that a
 * seed repeats exactly. Linked with malloc and mmap wrapped, so that a test can prove that nothing
 * is allocated after set-up.
 */
#include "count_allocations.h"
#include "world_fixture.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "prng.h"

#define STORM_CALLS   20000
#define STORM_SOCKETS 24
#define STORM_EVENTS  8

void *__real_mmap(void *at, size_t size, int protection, int flags, int file, off_t offset);
void *__wrap_mmap(void *at, size_t size, int protection, int flags, int file, off_t offset);

void *__wrap_mmap(void *at, size_t size, int protection, int flags, int file, off_t offset)
{
    allocations++;
    return __real_mmap(at, size, protection, flags, file, offset);
}

/* A run of random calls and a digest of all that they returned. */
struct storm {
    struct world *world;
    struct prng prng;
    uint64_t digest;
    int sockets[STORM_SOCKETS]; /* -1: none */
    struct world_address addresses[STORM_SOCKETS];
};

static int draw(struct storm *storm, int bound)
{
    return (int)prng_below(&storm->prng, (uint64_t)bound);
}

static void note(struct storm *storm, int64_t value)
{
    storm->digest = (storm->digest ^ (uint64_t)value) * UINT64_C(0x100000001b3);
}

static void note_address(struct storm *storm, const struct world_address *address)
{
    note(storm, address->family * 65536 + address->port);
    note(storm, address->ip[3] * 256 + address->ip[15]);
}

static void storm_open(struct storm *storm, int i)
{
    static const struct world_address none;
    enum world_transport transport = draw(storm, 4) == 0 ? WORLD_UDP : WORLD_TCP;
    enum world_family family = draw(storm, 4) == 0 ? WORLD_IPV6 : WORLD_IPV4;
    int socket = world_socket(storm->world, transport, family);
    note(storm, socket);
    storm->sockets[i] = socket < 0 ? -1 : socket;
    storm->addresses[i] = none;
    if (socket < 0) {
        return;
    }
    if (draw(storm, 3) == 0) {
        note(storm, world_set(storm->world, socket, WORLD_SEND_BUFFER, draw(storm, 8000)));
        note(storm, world_set(storm->world, socket, WORLD_RECEIVE_BUFFER, draw(storm, 8000)));
    }
    if (draw(storm, 2) == 0) {
        struct world_address any = world_loopback(family, 0);
        note(storm, world_bind(storm->world, socket, &any));
        note(storm, world_listen(storm->world, socket, draw(storm, 3)));
        note(storm, world_getsockname(storm->world, socket, &storm->addresses[i]));
        note_address(storm, &storm->addresses[i]);
    }
    note(storm,
         world_watch(storm->world, socket, 1 + (uint32_t)draw(storm, 3), &storm->sockets[i]));
}

static void storm_accept(struct storm *storm, int socket)
{
    struct world_address peer = {0};
    int accepted = world_accept(storm->world, socket, &peer);
    note(storm, accepted);
    note_address(storm, &peer);
    if (accepted < 0) {
        return;
    }
    for (int i = 0; i < STORM_SOCKETS; i++) {
        if (storm->sockets[i] < 0) {
            storm->sockets[i] = accepted;
            return;
        }
    }
    note(storm, world_close(storm->world, accepted));
}

static void storm_move(struct storm *storm, int socket, int other)
{
    static char data[9000];
    struct world_address peer = {0};
    size_t size = 1 + (size_t)draw(storm, draw(storm, 2) == 0 ? 20 : sizeof(data));
    switch (draw(storm, 4)) {
    case 0:
        note(storm, world_send(storm->world, socket, data, size));
        break;
    case 1:
        note(storm, world_sendto(storm->world, socket, data, size, &storm->addresses[other]));
        break;
    case 2:
        note(storm, world_recv(storm->world, socket, data, size));
        break;
    default:
        note(storm, world_recvfrom(storm->world, socket, data, size, &peer));
        note_address(storm, &peer);
        break;
    }
}

static void storm_wait(struct storm *storm)
{
    struct world_event events[STORM_EVENTS];
    uint64_t now_ns = world_now_ns(storm->world);
    uint64_t deadline_ns = draw(storm, 2) == 0 ? 0 : now_ns + (uint64_t)draw(storm, 1 << 30);
    int count = world_wait(storm->world, deadline_ns, events, 1 + draw(storm, STORM_EVENTS));
    note(storm, count);
    for (int i = 0; i < count; i++) {
        note(storm, (int *)events[i].token - storm->sockets);
        note(storm, events[i].events);
    }
    note(storm, (int64_t)world_pass(storm->world, (uint64_t)draw(storm, 1 << 20)));
    note(storm, (int64_t)world_now_ns(storm->world));
}

static void storm_end(struct storm *storm, int i)
{
    int socket = storm->sockets[i];
    switch (draw(storm, 4)) {
    case 0:
        note(storm, world_shutdown(storm->world, socket, (enum world_shutdown)draw(storm, 3)));
        break;
    case 1:
        note(storm, world_set(storm->world, socket, WORLD_RESET_ON_CLOSE, draw(storm, 2)));
        break;
    default:
        note(storm, world_close(storm->world, socket));
        storm->sockets[i] = -1;
        break;
    }
}

static void storm_call(struct storm *storm)
{
    int i = draw(storm, STORM_SOCKETS);
    int other = draw(storm, STORM_SOCKETS);
    int socket = storm->sockets[i];
    if (socket < 0) {
        storm_open(storm, i);
        return;
    }
    switch (draw(storm, 10)) {
    case 0:
        storm_accept(storm, socket);
        break;
    case 1:
        note(storm, world_connect(storm->world, socket, &storm->addresses[other]));
        break;
    case 2:
        storm_end(storm, i);
        break;
    case 3:
        storm_wait(storm);
        break;
    case 4:
        note(storm, world_ask(storm->world, socket, (enum world_question)draw(storm, 4)));
        break;
    default:
        storm_move(storm, socket, other);
        break;
    }
}

/* The digest of a storm in the world as it is. */
static uint64_t storm(struct world *world, uint64_t seed)
{
    struct storm storm = {.world = world, .prng.state = seed};
    for (int i = 0; i < STORM_SOCKETS; i++) {
        storm.sockets[i] = -1;
    }
    for (int i = 0; i < STORM_CALLS; i++) {
        storm_call(&storm);
    }
    return storm.digest;
}

static const struct world_sim_network networks[] = {
    {0},
    {.latency_ns = 1000000},
    {.latency_ns = 300000000, .loss_percent = 20, .duplicate_percent = 20, .reorder_percent = 20},
    {.loss_percent = 10, .duplicate_percent = 50, .reorder_percent = 50},
};
#define NETWORKS (sizeof(networks) / sizeof(networks[0]))

static const struct world_sim_options tight = {
    .sockets_max = 12,
    .datagrams_max = 5,
    .events_max = 6,
    .memory_bytes = 2000,
    .send_buffer_bytes = 256,
    .receive_buffer_bytes = 256,
};

static void a_reset_world_equals_a_fresh_one(void **state)
{
    (void)state;
    const struct world_sim_options *const sizes[] = {NULL, &tight};
    for (size_t k = 0; k < 2; k++) {
        struct world *used = world_sim_new(sizes[k]);
        for (uint64_t seed = 1; seed <= 6; seed++) {
            for (size_t i = 0; i < NETWORKS; i++) {
                struct world *fresh = world_sim_new(sizes[k]);
                world_sim_reset(fresh, seed, &networks[i]);
                world_sim_reset(used, seed, &networks[i]);
                assert_int_equal(world_sim_open_sockets(used), 0);
                assert_true(storm(fresh, seed) == storm(used, seed));
                world_free(fresh);
            }
        }
        world_free(used);
    }
}

static void another_seed_is_another_run(void **state)
{
    (void)state;
    struct world *world = world_sim_new(NULL);
    world_sim_reset(world, 1, NULL);
    uint64_t first = storm(world, 1);
    world_sim_reset(world, 2, NULL);
    uint64_t second = storm(world, 1);
    world_sim_reset(world, 1, NULL);
    assert_true(first != second);
    assert_true(first == storm(world, 1));
    world_free(world);
}

static void nothing_is_allocated_after_set_up(void **state)
{
    (void)state;
    struct world *world = world_sim_new(NULL);
    size_t before = allocations;
    assert_true(before > 0);
    for (size_t i = 0; i < NETWORKS; i++) {
        world_sim_reset(world, i, &networks[i]);
        storm(world, i);
    }
    assert_int_equal(allocations, before);
    world_free(world);
}

static void ready_sockets_are_told_in_an_order_drawn_from_the_seed(void **state)
{
    (void)state;
    enum { SOCKETS = 10, ROUNDS = 1000 };
    struct world *world = world_sim_new(NULL);
    struct world_event events[SOCKETS];
    int tokens[SOCKETS];
    int first[SOCKETS] = {0};
    for (int i = 0; i < SOCKETS; i++) {
        world_watch(world, fixture_socket(world, WORLD_UDP), WORLD_WRITABLE, &tokens[i]);
    }
    for (int round = 0; round < ROUNDS; round++) {
        unsigned seen = 0;
        assert_int_equal(world_wait(world, 0, events, SOCKETS), SOCKETS);
        for (int i = 0; i < SOCKETS; i++) {
            seen |= 1u << ((int *)events[i].token - tokens);
        }
        assert_int_equal(seen, (1u << SOCKETS) - 1);
        first[(int *)events[0].token - tokens]++;
    }
    for (int i = 0; i < SOCKETS; i++) {
        assert_in_range(first[i], ROUNDS / SOCKETS / 2, ROUNDS / SOCKETS * 2);
    }
    world_free(world);
}

static void a_wait_with_little_room_starves_nobody(void **state)
{
    (void)state;
    enum { SOCKETS = 10 };
    for (int room = 1; room < SOCKETS; room++) {
        struct world *world = world_sim_new(NULL);
        struct world_event events[SOCKETS];
        int told[SOCKETS] = {0};
        for (int i = 0; i < SOCKETS; i++) {
            world_watch(world, fixture_socket(world, WORLD_UDP), WORLD_WRITABLE, &told[i]);
        }
        for (int round = 1; round <= 100; round++) {
            assert_int_equal(world_wait(world, 0, events, room), room);
            for (int i = 0; i < room; i++) {
                ++*(int *)events[i].token;
            }
            for (int i = 0; i < SOCKETS; i++) {
                assert_in_range(told[i], round * room / SOCKETS, round * room / SOCKETS + 1);
            }
        }
        world_free(world);
    }
}

static void too_many_sockets_are_emfile(void **state)
{
    (void)state;
    struct world_sim_options options = {.sockets_max = 4};
    struct world *world = world_sim_new(&options);
    struct world_address address;
    struct world_address peer;
    int listener = fixture_listener(world, 5, &address);
    int client = fixture_client(world, &address);
    int last = fixture_socket(world, WORLD_TCP);
    assert_false(world_sim_exhausted(world));
    assert_int_equal(world_socket(world, WORLD_TCP, WORLD_IPV4), -EMFILE);
    assert_true(world_sim_exhausted(world));
    /* A connection that finds no socket hangs like one that finds no place. */
    assert_int_equal(world_connect(world, last, &address), -EINPROGRESS);
    assert_int_equal(fixture_ready(world, last), 0);
    int server = world_accept(world, listener, &peer);
    world_close(world, client);
    world_close(world, server);
    assert_int_equal(world_pass(world, 2 * CLOCK_S), world_sim_syn_retry_ns(1));
    assert_int_equal(fixture_ready(world, last), WORLD_WRITABLE);
    world_free(world);
}

static void an_exhausted_memory_is_eagain_or_enobufs(void **state)
{
    (void)state;
    struct world_sim_options options = {.memory_bytes = 4096};
    struct world *world = world_sim_new(&options);
    struct fixture_pair pair;
    struct world_address address;
    char data[5000] = {0};
    fixture_pair_open(world, &pair);
    assert_int_equal(world_send(world, pair.client, data, 4096), 4096);
    assert_false(world_sim_exhausted(world));
    assert_int_equal(world_send(world, pair.client, data, sizeof(data)), -EAGAIN);
    assert_true(world_sim_exhausted(world));
    int server = fixture_bound(world, WORLD_UDP, &address);
    int client = fixture_socket(world, WORLD_UDP);
    assert_int_equal(world_sendto(world, client, data, 1, &address), -ENOBUFS);
    assert_int_equal(world_sendto(world, client, data, 0, &address), 0);
    assert_int_equal(world_recv(world, pair.server, data, sizeof(data)), 4096);
    assert_int_equal(world_sendto(world, client, data, 1, &address), 1);
    assert_int_equal(world_recvfrom(world, server, data, sizeof(data), NULL), 0);
    world_free(world);
}

static void too_many_packets_under_way_are_refused(void **state)
{
    (void)state;
    struct world_sim_options options = {.events_max = 4};
    struct world_sim_network network = {.latency_ns = 1};
    struct world *world = world_sim_new(&options);
    struct world_address address;
    world_sim_reset(world, 1, &network);
    fixture_bound(world, WORLD_UDP, &address);
    int client = fixture_socket(world, WORLD_UDP);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(world_sendto(world, client, "x", 1, &address), 1);
    }
    assert_false(world_sim_exhausted(world));
    assert_int_equal(world_sendto(world, client, "x", 1, &address), -ENOBUFS);
    assert_true(world_sim_exhausted(world));
    world_pass(world, CLOCK_S);
    assert_int_equal(world_sendto(world, client, "x", 1, &address), 1);
    world_sim_reset(world, 1, NULL);
    assert_false(world_sim_exhausted(world));
    world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reset_world_equals_a_fresh_one),
        cmocka_unit_test(another_seed_is_another_run),
        cmocka_unit_test(nothing_is_allocated_after_set_up),
        cmocka_unit_test(ready_sockets_are_told_in_an_order_drawn_from_the_seed),
        cmocka_unit_test(a_wait_with_little_room_starves_nobody),
        cmocka_unit_test(too_many_sockets_are_emfile),
        cmocka_unit_test(an_exhausted_memory_is_eagain_or_enobufs),
        cmocka_unit_test(too_many_packets_under_way_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
