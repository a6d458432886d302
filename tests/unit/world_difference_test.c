/* SPDX-License-Identifier: MIT */
/*
 * Where the simulated world is known to differ from the kernel: what each of them does. The table
 * in docs/SIMULATION.md names each test here and says why.
 */
#include "world_fixture.h"

#define LARGE_BYTES 1000000
/* What the simulator's two buffers hold by default: 2.5 and 1.5 MiB. */
#define SIM_HOLDS_BYTES 4194304

static char large[LARGE_BYTES];

static bool is_kernel(struct world *world)
{
    return world->ops->kind == WORLD_KERNEL;
}

/* Sends until there is no room. */
static size_t fill(struct world *world, int socket)
{
    size_t sum = 0;
    ssize_t sent = 0;
    while ((sent = world_send(world, socket, large, 32768)) > 0) {
        sum += (size_t)sent;
    }
    assert_int_equal(sent, -EAGAIN);
    return sum;
}

/* Receives until there is nothing or the end. */
static size_t drain(struct world *world, int socket)
{
    size_t sum = 0;
    ssize_t received = 0;
    while ((received = world_recv(world, socket, large, 65536)) > 0) {
        sum += (size_t)received;
    }
    return sum;
}

static void drill_buffers(struct world *world)
{
    struct fixture_pair pair;
    fixture_pair_open(world, &pair);
    size_t held = fill(world, pair.client);
    if (is_kernel(world)) {
        assert_true(held > 100000 && held != SIM_HOLDS_BYTES);
    } else {
        assert_int_equal(held, SIM_HOLDS_BYTES);
    }
    fixture_pair_close(world, &pair);
}

static void how_much_buffers_hold(void **state)
{
    (void)state;
    fixture_in_both(drill_buffers);
}

static void drill_pieces(struct world *world)
{
    struct fixture_pair pair;
    fixture_pair_open(world, &pair);
    assert_int_equal(world_send(world, pair.client, large, sizeof(large)), sizeof(large));
    ssize_t received = world_recv(world, pair.server, large, sizeof(large));
    if (is_kernel(world)) {
        assert_true(received > 0 && received < LARGE_BYTES);
    } else {
        assert_int_equal(received, LARGE_BYTES);
    }
    fixture_pair_close(world, &pair);
}

static void in_what_pieces_a_large_send_arrives(void **state)
{
    (void)state;
    fixture_in_both(drill_pieces);
}

static void drill_room(struct world *world)
{
    struct fixture_pair pair;
    fixture_pair_open(world, &pair);
    fill(world, pair.client);
    assert_int_equal(world_recv(world, pair.server, large, 100), 100);
    size_t more = fill(world, pair.client);
    assert_true(is_kernel(world) ? more != 100 : more == 100);
    fixture_pair_close(world, &pair);
}

static void how_soon_reading_makes_room_for_the_sender(void **state)
{
    (void)state;
    fixture_in_both(drill_room);
}

static void drill_deaf(struct world *world)
{
    struct fixture_pair pair;
    fixture_pair_open(world, &pair);
    assert_int_equal(world_set(world, pair.client, WORLD_NO_DELAY, 1), 0);
    assert_int_equal(world_shutdown(world, pair.server, WORLD_SHUT_RD), 0);
    size_t held = fill(world, pair.client);
    size_t got = drain(world, pair.server);
    if (is_kernel(world)) {
        assert_true(got > 0 && got < held);
    } else {
        assert_int_equal(got, held);
    }
    fixture_pair_close(world, &pair);
}

static void whether_reading_after_shutdown_for_reading_makes_room(void **state)
{
    (void)state;
    fixture_in_both(drill_deaf);
}

static void drill_self(struct world *world)
{
    struct world_address address;
    int socket = fixture_bound(world, WORLD_TCP, &address);
    int status = world_connect(world, socket, &address);
    if (is_kernel(world)) {
        assert_true(status == 0 || status == -EINPROGRESS);
        assert_int_equal(fixture_send(world, socket, "x"), 1);
        assert_int_equal(fixture_recv(world, socket), 'x');
    } else {
        assert_int_equal(status, -EINPROGRESS);
        assert_int_equal(world_ask(world, socket, WORLD_ERROR), ECONNREFUSED);
    }
    world_close(world, socket);
}

static void whether_a_socket_connects_to_itself(void **state)
{
    (void)state;
    fixture_in_both(drill_self);
}

static void drill_dual(struct world *world)
{
    struct world_address any = {.family = WORLD_IPV6};
    int listener = world_socket(world, WORLD_TCP, WORLD_IPV6);
    assert_int_equal(world_bind(world, listener, &any), 0);
    assert_int_equal(world_listen(world, listener, 1), 0);
    struct world_address four = world_loopback(WORLD_IPV4, fixture_local(world, listener).port);
    int client = fixture_client(world, &four);
    int error = world_ask(world, client, WORLD_ERROR);
    assert_int_equal(error, is_kernel(world) ? 0 : ECONNREFUSED);
    world_close(world, client);
    world_close(world, listener);
}

static void whether_an_ipv6_wildcard_hears_ipv4(void **state)
{
    (void)state;
    fixture_in_both(drill_dual);
}

static void drill_mapped(struct world *world)
{
    struct world_address address;
    int receiver = fixture_bound(world, WORLD_UDP, &address);
    int sender = world_socket(world, WORLD_UDP, WORLD_IPV6);
    ssize_t sent = world_sendto(world, sender, "x", 1, &address);
    assert_int_equal(sent, is_kernel(world) ? 1 : -EAFNOSUPPORT);
    assert_int_equal(fixture_recv(world, receiver), is_kernel(world) ? 'x' : -EAGAIN);
    world_close(world, sender);
    world_close(world, receiver);
}

static void whether_an_ipv6_datagram_socket_sends_to_ipv4(void **state)
{
    (void)state;
    fixture_in_both(drill_mapped);
}

static void drill_time_wait(struct world *world)
{
    struct fixture_pair pair;
    fixture_pair_open(world, &pair);
    struct world_address local = fixture_local(world, pair.client);
    /* Both say goodbye, the client first: its side is remembered. */
    assert_int_equal(world_close(world, pair.client), 0);
    assert_int_equal(world_close(world, pair.server), 0);
    int again = fixture_socket(world, WORLD_TCP);
    assert_int_equal(world_bind(world, again, &local), is_kernel(world) ? -EADDRINUSE : 0);
    world_close(world, again);
    world_close(world, pair.listener);
}

static void whether_an_ended_connection_is_remembered(void **state)
{
    (void)state;
    fixture_in_both(drill_time_wait);
}

static void drill_retry(struct world *world)
{
    struct world_address address;
    struct world_address peer;
    int listener = fixture_listener(world, 0, &address);
    int first = fixture_client(world, &address);
    int hung = fixture_client(world, &address);
    int accepted = world_accept(world, listener, &peer);
    assert_true(accepted >= 0);
    assert_int_equal(world_getpeername(world, hung, &peer), -ENOTCONN);
    uint64_t passed_ns = world_pass(world, 2 * CLOCK_S);
    int status = world_getpeername(world, hung, &peer);
    if (is_kernel(world)) {
        assert_int_equal(passed_ns, 2 * CLOCK_S);
        assert_int_equal(status, -ENOTCONN);
    } else {
        assert_int_equal(passed_ns, world_sim_syn_retry_ns(1));
        assert_int_equal(status, 0);
    }
    world_close(world, accepted);
    world_close(world, hung);
    world_close(world, first);
    world_close(world, listener);
}

static void whose_clock_retries_an_unanswered_connect(void **state)
{
    (void)state;
    fixture_in_both(drill_retry);
}

static void drill_questions(struct world *world)
{
    struct fixture_pair pair;
    fixture_pair_open(world, &pair);
    assert_int_equal(world_shutdown(world, pair.client, WORLD_SHUT_WR), 0);
    int segments = world_ask(world, pair.client, WORLD_ACCEPT_QUEUE);
    assert_int_equal(segments, is_kernel(world) ? 1 : 0);
    fixture_pair_close(world, &pair);
}

static void what_the_accept_queue_of_a_connection_is(void **state)
{
    (void)state;
    fixture_in_both(drill_questions);
}

static void drill_dropped(struct world *world)
{
    struct fixture_pair pair;
    fixture_pair_open(world, &pair);
    assert_int_equal(world_shutdown(world, pair.client, WORLD_SHUT_WR), 0);
    assert_int_equal(fixture_send(world, pair.server, "x"), 1);
    int dropped = world_ask(world, pair.server, WORLD_DROPPED);
    assert_int_equal(dropped, is_kernel(world) ? 1 : 0);
    fixture_pair_close(world, &pair);
}

static void what_a_connection_has_dropped(void **state)
{
    (void)state;
    fixture_in_both(drill_dropped);
}

static void drill_ports(struct world *world)
{
    struct world_address first;
    struct world_address second;
    int one = fixture_bound(world, WORLD_TCP, &first);
    int two = fixture_bound(world, WORLD_TCP, &second);
    if (is_kernel(world)) {
        assert_int_not_equal(first.port, second.port);
    } else {
        assert_int_equal(first.port, 32768);
        assert_int_equal(second.port, 32769);
    }
    world_close(world, one);
    world_close(world, two);
}

static void which_ports_are_chosen(void **state)
{
    (void)state;
    fixture_in_both(drill_ports);
}

static void drill_outside(struct world *world)
{
    struct world_address address;
    /* RFC 5737: an address for documentation. */
    assert_int_equal(world_address_parse("192.0.2.1:9", &address), 0);
    int socket = fixture_socket(world, WORLD_UDP);
    int status = world_connect(world, socket, &address);
    if (is_kernel(world)) {
        /* The machine's routes decide. */
        assert_true(status == 0 || status == -ENETUNREACH || status == -EHOSTUNREACH);
    } else {
        assert_int_equal(status, -ENETUNREACH);
    }
    world_close(world, socket);
}

static void whether_there_is_anything_but_loopback(void **state)
{
    (void)state;
    fixture_in_both(drill_outside);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_much_buffers_hold),
        cmocka_unit_test(in_what_pieces_a_large_send_arrives),
        cmocka_unit_test(how_soon_reading_makes_room_for_the_sender),
        cmocka_unit_test(whether_reading_after_shutdown_for_reading_makes_room),
        cmocka_unit_test(whether_a_socket_connects_to_itself),
        cmocka_unit_test(whether_an_ipv6_wildcard_hears_ipv4),
        cmocka_unit_test(whether_an_ipv6_datagram_socket_sends_to_ipv4),
        cmocka_unit_test(whether_an_ended_connection_is_remembered),
        cmocka_unit_test(whose_clock_retries_an_unanswered_connect),
        cmocka_unit_test(what_the_accept_queue_of_a_connection_is),
        cmocka_unit_test(what_a_connection_has_dropped),
        cmocka_unit_test(which_ports_are_chosen),
        cmocka_unit_test(whether_there_is_anything_but_loopback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
