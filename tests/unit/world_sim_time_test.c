/* SPDX-License-Identifier: MIT */
/* The clock of the simulated world, and what its network does to packets. */
#include "world_fixture.h"

#define LATENCY_NS (5 * CLOCK_MS)

static struct world *slow_world(uint64_t seed)
{
    struct world_sim_network network = {.latency_ns = LATENCY_NS};
    struct world *world = world_sim_new(NULL);
    assert_non_null(world);
    world_sim_reset(world, seed, &network);
    return world;
}

/* Waits for one socket; returns what it is ready for, 0 at the deadline. */
static uint32_t wait_for(struct world *world, int socket, uint32_t events, uint64_t deadline_ns)
{
    struct world_event event = {0};
    assert_int_equal(world_watch(world, socket, events, &event), 0);
    int count = world_wait(world, deadline_ns, &event, 1);
    assert_int_equal(world_watch(world, socket, 0, NULL), 0);
    return count == 1 ? event.events : 0;
}

static void time_moves_only_when_it_is_waited_for(void **state)
{
    (void)state;
    struct world *world = world_sim_new(NULL);
    struct world_event event;
    assert_int_equal(world_now_ns(world), 0);
    assert_int_equal(world_wait(world, 0, &event, 1), 0);
    assert_int_equal(world_now_ns(world), 0);
    assert_int_equal(world_wait(world, CLOCK_S, &event, 1), 0);
    assert_int_equal(world_now_ns(world), CLOCK_S);
    assert_int_equal(world_wait(world, CLOCK_MS, &event, 1), 0);
    assert_int_equal(world_pass(world, 86400 * CLOCK_S), 86400 * CLOCK_S);
    assert_int_equal(world_now_ns(world), 86401 * CLOCK_S);
    assert_int_equal(world_wait(world, UINT64_MAX, &event, 1), 0);
    assert_int_equal(world_now_ns(world), 86401 * CLOCK_S);
    world_free(world);
}

static void a_ready_socket_takes_no_time(void **state)
{
    (void)state;
    struct world *world = world_sim_new(NULL);
    struct fixture_pair pair;
    fixture_pair_open(world, &pair);
    assert_int_equal(wait_for(world, pair.client, WORLD_WRITABLE, CLOCK_S), WORLD_WRITABLE);
    assert_int_equal(world_now_ns(world), 0);
    assert_int_equal(wait_for(world, pair.client, WORLD_READABLE, CLOCK_S), 0);
    assert_int_equal(world_now_ns(world), CLOCK_S);
    world_free(world);
}

static void every_packet_takes_its_latency(void **state)
{
    (void)state;
    struct world *world = slow_world(1);
    struct world_address address;
    struct world_address peer;
    int listener = fixture_listener(world, 5, &address);
    int client = fixture_client(world, &address);
    assert_int_equal(wait_for(world, client, WORLD_WRITABLE, CLOCK_S), WORLD_WRITABLE);
    assert_int_equal(world_now_ns(world), 2 * LATENCY_NS);
    assert_int_equal(fixture_send(world, client, "a"), 1);
    assert_int_equal(wait_for(world, listener, WORLD_READABLE, CLOCK_S), WORLD_READABLE);
    assert_int_equal(world_now_ns(world), 3 * LATENCY_NS);
    int server = world_accept(world, listener, &peer);
    assert_int_equal(fixture_recv(world, server), 'a');
    assert_int_equal(fixture_send(world, server, "b"), 1);
    assert_int_equal(world_ask(world, client, WORLD_UNDER_WAY), 1);
    assert_int_equal(fixture_recv(world, client), -EAGAIN);
    assert_int_equal(wait_for(world, client, WORLD_READABLE, CLOCK_S), WORLD_READABLE);
    assert_int_equal(world_now_ns(world), 4 * LATENCY_NS);
    assert_int_equal(fixture_recv(world, client), 'b');
    world_close(world, client);
    assert_int_equal(fixture_recv(world, server), -EAGAIN);
    assert_int_equal(world_pass(world, CLOCK_S), LATENCY_NS);
    assert_int_equal(fixture_recv(world, server), 0);
    /* The send reaches nobody; the reset takes the way back. */
    assert_int_equal(fixture_send(world, server, "c"), 1);
    assert_int_equal(fixture_send(world, server, "c"), 1);
    while (world_pass(world, CLOCK_S) < CLOCK_S) {
    }
    assert_int_equal(fixture_send(world, server, "c"), -EPIPE);
    world_free(world);
}

static void a_refusal_and_a_reset_take_the_latency(void **state)
{
    (void)state;
    struct world *world = slow_world(1);
    struct world_address address;
    struct world_address peer;
    world_close(world, fixture_listener(world, 5, &address));
    int client = fixture_client(world, &address);
    assert_int_equal(fixture_ready(world, client), 0);
    assert_int_equal(world_pass(world, CLOCK_S), LATENCY_NS);
    assert_int_equal(fixture_ready(world, client), 0);
    assert_int_equal(world_pass(world, CLOCK_S), LATENCY_NS);
    assert_int_equal(world_ask(world, client, WORLD_ERROR), ECONNREFUSED);
    int listener = fixture_listener(world, 5, &address);
    int second = fixture_client(world, &address);
    assert_true(wait_for(world, listener, WORLD_READABLE, UINT64_MAX) == WORLD_READABLE);
    int server = world_accept(world, listener, &peer);
    assert_int_equal(fixture_send(world, second, "queued"), 6);
    assert_int_equal(world_set(world, second, WORLD_RESET_ON_CLOSE, 1), 0);
    world_close(world, second);
    assert_int_equal(fixture_recv(world, server), -EAGAIN);
    assert_int_equal(world_pass(world, CLOCK_S), LATENCY_NS);
    assert_int_equal(fixture_recv(world, server), 'q');
    world_free(world);
}

static void closing_while_connecting_leaves_nobody_behind(void **state)
{
    (void)state;
    struct world *world = slow_world(1);
    struct world_address address;
    int listener = fixture_listener(world, 0, &address);
    for (int steps = 0; steps < 4; steps++) {
        int client = fixture_client(world, &address);
        for (int i = 0; i < steps; i++) {
            world_pass(world, LATENCY_NS);
        }
        world_close(world, client);
        while (world_pass(world, CLOCK_S) < CLOCK_S) {
        }
        /* Established before it was closed: that one waits for accept. */
        int waiting = world_ask(world, listener, WORLD_ACCEPT_QUEUE);
        assert_int_equal(waiting, steps >= 2);
        struct world_address peer;
        if (waiting > 0) {
            world_close(world, world_accept(world, listener, &peer));
        }
    }
    assert_int_equal(world_sim_open_sockets(world), 1);
    world_free(world);
}

static void a_hung_connect_follows_the_kernels_schedule(void **state)
{
    (void)state;
    static const uint64_t due_ms[] = {1024,  2048,  3072,  4096,  5120,  7136,
                                      11388, 19580, 35710, 68480, 134016};
    struct world *world = world_sim_new(NULL);
    struct world_address address;
    fixture_listener(world, 0, &address);
    fixture_client(world, &address);
    world_pass(world, 7 * CLOCK_S);
    int hung = fixture_client(world, &address);
    for (unsigned nth = 1; nth <= 11; nth++) {
        assert_int_equal(fixture_ready(world, hung), 0);
        world_pass(world, 1000 * CLOCK_S);
        assert_int_equal(world_now_ns(world), 7 * CLOCK_S + due_ms[nth - 1] * CLOCK_MS);
        assert_int_equal(world_sim_syn_retry_ns(nth), due_ms[nth - 1] * CLOCK_MS);
    }
    assert_int_equal(world_sim_syn_retry_ns(12), UINT64_MAX);
    assert_int_equal(fixture_recv(world, hung), -ETIMEDOUT);
    assert_int_equal(world_pass(world, 1000 * CLOCK_S), 1000 * CLOCK_S);
    world_free(world);
}

static void a_hung_connect_completes_at_the_retry_that_finds_room(void **state)
{
    (void)state;
    struct world *world = world_sim_new(NULL);
    struct world_address address;
    struct world_address peer;
    int listener = fixture_listener(world, 0, &address);
    fixture_client(world, &address);
    int hung = fixture_client(world, &address);
    assert_int_equal(world_pass(world, CLOCK_S), CLOCK_S);
    assert_true(world_accept(world, listener, &peer) >= 0);
    assert_int_equal(fixture_ready(world, hung), 0);
    assert_int_equal(wait_for(world, hung, WORLD_WRITABLE, UINT64_MAX), WORLD_WRITABLE);
    assert_int_equal(world_now_ns(world), world_sim_syn_retry_ns(1));
    int again = fixture_client(world, &address);
    world_close(world, listener);
    assert_int_equal(wait_for(world, again, WORLD_WRITABLE, UINT64_MAX) & WORLD_FAILED,
                     WORLD_FAILED);
    assert_int_equal(world_now_ns(world), 2 * world_sim_syn_retry_ns(1));
    assert_int_equal(world_ask(world, again, WORLD_ERROR), ECONNREFUSED);
    world_free(world);
}

/* A server that accepts at once finds each of them at its own retry. */
static void connects_that_hang_together_are_let_in_one_by_one(void **state)
{
    (void)state;
    struct world *world = world_sim_new(NULL);
    struct world_address address;
    struct world_address peer;
    int listener = fixture_listener(world, 0, &address);
    fixture_client(world, &address);
    int hung[20];
    for (int i = 0; i < 20; i++) {
        hung[i] = fixture_client(world, &address);
    }
    assert_true(world_accept(world, listener, &peer) >= 0);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(world_getpeername(world, hung[i], &peer), -ENOTCONN);
        world_pass(world, 2 * CLOCK_S);
        assert_int_equal(world_now_ns(world), world_sim_syn_retry_ns(1) + (uint64_t)i * 1000);
        assert_int_equal(world_getpeername(world, hung[i], &peer), 0);
        assert_true(world_accept(world, listener, &peer) >= 0);
    }
    world_free(world);
}

static void a_connect_that_is_closed_leaves_no_timer(void **state)
{
    (void)state;
    struct world *world = world_sim_new(NULL);
    struct world_address address;
    fixture_listener(world, 0, &address);
    fixture_client(world, &address);
    int hung[64];
    for (int i = 0; i < 64; i++) {
        hung[i] = fixture_client(world, &address);
        world_pass(world, CLOCK_MS);
    }
    for (int i = 0; i < 64; i++) {
        world_close(world, hung[(i * 37 + 11) % 64]);
    }
    assert_int_equal(world_pass(world, 1000 * CLOCK_S), 1000 * CLOCK_S);
    world_free(world);
}

/* Lets ten clients send at one instant; tells in which order their bytes arrived. */
static void arrivals(uint64_t seed, bool own_flow, char order[11])
{
    struct world *world = slow_world(seed);
    struct world_address address;
    int server = fixture_bound(world, WORLD_UDP, &address);
    int sockets[10];
    for (int i = 0; i < 10; i++) {
        sockets[i] = fixture_socket(world, WORLD_UDP);
    }
    for (int i = 0; i < 10; i++) {
        char byte = (char)('0' + i);
        assert_int_equal(world_sendto(world, sockets[own_flow ? i : 0], &byte, 1, &address), 1);
    }
    assert_int_equal(world_ask(world, server, WORLD_UNDER_WAY), 10);
    assert_int_equal(world_pass(world, CLOCK_S), LATENCY_NS);
    for (int i = 0; i < 10; i++) {
        order[i] = (char)fixture_recv(world, server);
    }
    order[10] = '\0';
    assert_int_equal(fixture_recv(world, server), -EAGAIN);
    world_free(world);
}

static void flows_meet_in_an_order_drawn_from_the_seed(void **state)
{
    (void)state;
    char first[11];
    char again[11];
    char other[11];
    arrivals(1, true, first);
    arrivals(1, true, again);
    arrivals(2, true, other);
    assert_string_equal(first, again);
    assert_string_not_equal(first, other);
    arrivals(1, false, first);
    assert_string_equal(first, "0123456789");
}

/* Sends `count` numbered datagrams under a network; returns how many came, in `order`. */
static int under(struct world_sim_network network, uint64_t seed, int count, uint8_t *order)
{
    struct world *world = world_sim_new(NULL);
    struct world_address address;
    world_sim_reset(world, seed, &network);
    int server = fixture_bound(world, WORLD_UDP, &address);
    assert_int_equal(world_set(world, server, WORLD_RECEIVE_BUFFER, 1 << 20), 0);
    int client = fixture_socket(world, WORLD_UDP);
    for (int i = 0; i < count; i++) {
        uint8_t byte = (uint8_t)i;
        assert_int_equal(world_sendto(world, client, &byte, 1, &address), 1);
    }
    while (world_ask(world, server, WORLD_UNDER_WAY) > 0) {
        world_pass(world, CLOCK_S);
    }
    int came = 0;
    while (world_recvfrom(world, server, &order[came], 1, NULL) == 1) {
        came++;
    }
    assert_int_equal(world_ask(world, server, WORLD_DROPPED), 0);
    world_free(world);
    return came;
}

static void datagrams_are_lost_as_often_as_asked(void **state)
{
    (void)state;
    uint8_t order[600];
    uint8_t again[600];
    for (uint64_t latency_ns = 0; latency_ns <= LATENCY_NS; latency_ns += LATENCY_NS) {
        struct world_sim_network network = {.latency_ns = latency_ns, .loss_percent = 30};
        int came = under(network, 1, 250, order);
        assert_in_range(came, 140, 210);
        assert_int_equal(under(network, 1, 250, again), came);
        assert_memory_equal(order, again, (size_t)came);
        for (int i = 1; i < came; i++) {
            assert_true(order[i] > order[i - 1]);
        }
        network.loss_percent = 100;
        assert_int_equal(under(network, 1, 250, order), 0);
    }
}

static void datagrams_are_doubled_as_often_as_asked(void **state)
{
    (void)state;
    uint8_t order[600];
    struct world_sim_network network = {.duplicate_percent = 30};
    assert_in_range(under(network, 1, 250, order), 290, 360);
    network.duplicate_percent = 100;
    assert_int_equal(under(network, 1, 250, order), 500);
    assert_true(order[0] == 0 && order[1] == 0 && order[499] == 249);
}

static void a_late_datagram_comes_after_the_next_one(void **state)
{
    (void)state;
    uint8_t order[600];
    struct world_sim_network network = {.reorder_percent = 100};
    assert_int_equal(under(network, 1, 5, order), 5);
    assert_memory_equal(order, "\1\0\3\2\4", 5);
    network.reorder_percent = 30;
    assert_int_equal(under(network, 1, 250, order), 250);
    int late = 0;
    for (int i = 1; i < 250; i++) {
        late += order[i] < order[i - 1];
    }
    assert_in_range(late, 30, 90);
}

static void the_last_late_datagram_comes_all_the_same(void **state)
{
    (void)state;
    struct world *world = world_sim_new(NULL);
    struct world_address address;
    struct world_sim_network network = {.reorder_percent = 100};
    world_sim_reset(world, 1, &network);
    int server = fixture_bound(world, WORLD_UDP, &address);
    int client = fixture_socket(world, WORLD_UDP);
    assert_int_equal(world_sendto(world, client, "x", 1, &address), 1);
    assert_int_equal(fixture_recv(world, server), -EAGAIN);
    assert_int_equal(world_ask(world, server, WORLD_UNDER_WAY), 1);
    assert_int_equal(world_pass(world, CLOCK_S), CLOCK_MS);
    assert_int_equal(fixture_recv(world, server), 'x');
    /* One that is closed meanwhile takes its datagram and its timer along. */
    assert_int_equal(world_sendto(world, client, "x", 1, &address), 1);
    world_close(world, server);
    assert_int_equal(world_pass(world, CLOCK_S), CLOCK_S);
    world_free(world);
}

static void a_closed_port_answers_after_two_latencies(void **state)
{
    (void)state;
    struct world *world = slow_world(1);
    struct world_address address;
    world_close(world, fixture_bound(world, WORLD_UDP, &address));
    int client = fixture_socket(world, WORLD_UDP);
    assert_int_equal(world_connect(world, client, &address), 0);
    assert_int_equal(fixture_send(world, client, "x"), 1);
    world_pass(world, CLOCK_S);
    assert_int_equal(fixture_recv(world, client), -EAGAIN);
    assert_int_equal(world_ask(world, client, WORLD_UNDER_WAY), 1);
    world_pass(world, CLOCK_S);
    assert_int_equal(world_now_ns(world), 2 * LATENCY_NS);
    assert_int_equal(fixture_recv(world, client), -ECONNREFUSED);
    world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_moves_only_when_it_is_waited_for),
        cmocka_unit_test(a_ready_socket_takes_no_time),
        cmocka_unit_test(every_packet_takes_its_latency),
        cmocka_unit_test(a_refusal_and_a_reset_take_the_latency),
        cmocka_unit_test(closing_while_connecting_leaves_nobody_behind),
        cmocka_unit_test(a_hung_connect_follows_the_kernels_schedule),
        cmocka_unit_test(a_hung_connect_completes_at_the_retry_that_finds_room),
        cmocka_unit_test(connects_that_hang_together_are_let_in_one_by_one),
        cmocka_unit_test(a_connect_that_is_closed_leaves_no_timer),
        cmocka_unit_test(flows_meet_in_an_order_drawn_from_the_seed),
        cmocka_unit_test(datagrams_are_lost_as_often_as_asked),
        cmocka_unit_test(datagrams_are_doubled_as_often_as_asked),
        cmocka_unit_test(a_late_datagram_comes_after_the_next_one),
        cmocka_unit_test(the_last_late_datagram_comes_all_the_same),
        cmocka_unit_test(a_closed_port_answers_after_two_latencies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
