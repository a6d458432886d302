/* SPDX-License-Identifier: MIT */
/* Bytes of connections and how these end, on real and on simulated sockets alike. */
#include "world_fixture.h"

#define PIECE 8192

static char piece[PIECE];

static void drill_bytes(struct world *world)
{
    struct fixture_pair pair;
    char data[16];
    fixture_pair_open(world, &pair);
    assert_int_equal(fixture_recv(world, pair.server), -EAGAIN);
    assert_int_equal(fixture_send(world, pair.client, "hello "), 6);
    assert_int_equal(fixture_send(world, pair.client, "world"), 5);
    assert_int_equal(world_send(world, pair.client, "", 0), 0);
    assert_int_equal(fixture_ready(world, pair.server), FIXTURE_IN | FIXTURE_OUT);
    assert_int_equal(world_recv(world, pair.server, data, 3), 3);
    assert_int_equal(world_recv(world, pair.server, data + 3, sizeof(data) - 3), 8);
    assert_memory_equal(data, "hello world", 11);
    assert_int_equal(fixture_ready(world, pair.server), FIXTURE_OUT);
    assert_int_equal(world_sendto(world, pair.client, "abc", 3, &pair.address), 3);
    struct world_address from;
    assert_int_equal(world_recvfrom(world, pair.server, data, 2, &from), 2);
    assert_memory_equal(data, "hello world", 11);
    assert_int_equal(from.port, 0);
    assert_int_equal(fixture_recv(world, pair.server), 'c');
    fixture_pair_close(world, &pair);
}

static void a_stream_keeps_order_and_no_boundaries(void **state)
{
    (void)state;
    fixture_in_both(drill_bytes);
}

static void drill_half_close(struct world *world)
{
    struct fixture_pair pair;
    struct world_address peer;
    fixture_pair_open(world, &pair);
    fixture_send(world, pair.client, "a");
    assert_int_equal(world_shutdown(world, pair.client, WORLD_SHUT_WR), 0);
    assert_int_equal(fixture_send(world, pair.client, "x"), -EPIPE);
    assert_int_equal(fixture_recv(world, pair.server), 'a');
    assert_int_equal(fixture_recv(world, pair.server), 0);
    assert_int_equal(fixture_recv(world, pair.server), 0);
    assert_int_equal(fixture_ready(world, pair.server), FIXTURE_IN | FIXTURE_OUT);
    assert_int_equal(fixture_send(world, pair.server, "b"), 1);
    assert_int_equal(fixture_recv(world, pair.client), 'b');
    assert_int_equal(world_getpeername(world, pair.client, &peer), 0);
    assert_int_equal(world_shutdown(world, pair.server, WORLD_SHUT_WR), 0);
    assert_int_equal(fixture_recv(world, pair.client), 0);
    assert_int_equal(fixture_ready(world, pair.client), FIXTURE_IN | FIXTURE_OUT | FIXTURE_BAD);
    assert_int_equal(fixture_ready(world, pair.server), FIXTURE_IN | FIXTURE_OUT | FIXTURE_BAD);
    assert_int_equal(world_getpeername(world, pair.client, &peer), -ENOTCONN);
    assert_int_equal(world_getpeername(world, pair.server, &peer), -ENOTCONN);
    assert_int_equal(world_ask(world, pair.client, WORLD_ERROR), 0);
    assert_int_equal(world_shutdown(world, pair.client, WORLD_SHUT_WR), -ENOTCONN);
    fixture_pair_close(world, &pair);
}

static void a_half_closed_stream_goes_on_the_other_way(void **state)
{
    (void)state;
    fixture_in_both(drill_half_close);
}

static void drill_clean_close(struct world *world)
{
    struct fixture_pair pair;
    fixture_pair_open(world, &pair);
    fixture_send(world, pair.client, "a");
    world_close(world, pair.client);
    pair.client = fixture_socket(world, WORLD_TCP);
    assert_int_equal(fixture_recv(world, pair.server), 'a');
    assert_int_equal(fixture_recv(world, pair.server), 0);
    assert_int_equal(fixture_send(world, pair.server, "b"), 1);
    assert_int_equal(fixture_ready(world, pair.server), FIXTURE_IN | FIXTURE_OUT | FIXTURE_BAD);
    assert_int_equal(fixture_send(world, pair.server, "b"), -EPIPE);
    assert_int_equal(fixture_send(world, pair.server, "b"), -EPIPE);
    assert_int_equal(fixture_recv(world, pair.server), 0);
    fixture_pair_close(world, &pair);
}

static void the_first_send_after_the_peers_close_succeeds(void **state)
{
    (void)state;
    fixture_in_both(drill_clean_close);
}

static void drill_unread(struct world *world)
{
    struct fixture_pair pair;
    fixture_pair_open(world, &pair);
    fixture_send(world, pair.client, "unread");
    fixture_send(world, pair.server, "ab");
    world_close(world, pair.server);
    pair.server = fixture_socket(world, WORLD_TCP);
    assert_int_equal(fixture_recv(world, pair.client), 'a');
    assert_int_equal(fixture_recv(world, pair.client), 'b');
    assert_int_equal(fixture_recv(world, pair.client), -ECONNRESET);
    assert_int_equal(fixture_recv(world, pair.client), 0);
    assert_int_equal(fixture_send(world, pair.client, "x"), -EPIPE);
    fixture_pair_close(world, &pair);
}

static void closing_with_unread_bytes_resets(void **state)
{
    (void)state;
    fixture_in_both(drill_unread);
}

static void drill_reset(struct world *world)
{
    struct fixture_pair pair;
    fixture_pair_open(world, &pair);
    fixture_send(world, pair.server, "a");
    fixture_reset_by_server(world, &pair);
    assert_int_equal(fixture_ready(world, pair.client), FIXTURE_IN | FIXTURE_OUT | FIXTURE_BAD);
    assert_int_equal(fixture_send(world, pair.client, "x"), -ECONNRESET);
    assert_int_equal(fixture_send(world, pair.client, "x"), -EPIPE);
    assert_int_equal(fixture_recv(world, pair.client), 'a');
    assert_int_equal(fixture_recv(world, pair.client), 0);
    fixture_pair_close(world, &pair);
}

static void a_reset_is_told_once_and_loses_nothing_received(void **state)
{
    (void)state;
    fixture_in_both(drill_reset);
}

static void drill_reset_after_fin(struct world *world)
{
    struct fixture_pair pair;
    fixture_pair_open(world, &pair);
    assert_int_equal(world_shutdown(world, pair.server, WORLD_SHUT_WR), 0);
    fixture_reset_by_server(world, &pair);
    assert_int_equal(fixture_recv(world, pair.client), 0);
    assert_int_equal(world_ask(world, pair.client, WORLD_ERROR), EPIPE);
    assert_int_equal(fixture_recv(world, pair.client), 0);
    fixture_pair_close(world, &pair);
}

static void a_reset_after_the_end_is_a_broken_pipe(void **state)
{
    (void)state;
    fixture_in_both(drill_reset_after_fin);
}

static void drill_reset_when_over(struct world *world)
{
    struct fixture_pair pair;
    fixture_pair_open(world, &pair);
    assert_int_equal(world_shutdown(world, pair.server, WORLD_SHUT_WR), 0);
    assert_int_equal(world_shutdown(world, pair.client, WORLD_SHUT_WR), 0);
    fixture_reset_by_server(world, &pair);
    assert_int_equal(world_ask(world, pair.client, WORLD_ERROR), 0);
    assert_int_equal(fixture_recv(world, pair.client), 0);
    fixture_pair_close(world, &pair);
}

static void what_is_over_cannot_be_reset(void **state)
{
    (void)state;
    fixture_in_both(drill_reset_when_over);
}

static void drill_shut_rd(struct world *world)
{
    struct fixture_pair pair;
    fixture_pair_open(world, &pair);
    assert_int_equal(world_shutdown(world, pair.server, WORLD_SHUT_RD), 0);
    assert_int_equal(fixture_recv(world, pair.server), 0);
    assert_int_equal(fixture_ready(world, pair.server), FIXTURE_IN | FIXTURE_OUT);
    assert_int_equal(fixture_send(world, pair.client, "ab"), 2);
    assert_int_equal(fixture_recv(world, pair.server), 'a');
    assert_int_equal(fixture_recv(world, pair.server), 'b');
    assert_int_equal(fixture_recv(world, pair.server), 0);
    assert_int_equal(world_shutdown(world, pair.server, WORLD_SHUT_WR), 0);
    assert_int_equal(fixture_recv(world, pair.client), 0);
    /* It neither reads nor writes any more: what comes now resets both ends. */
    assert_int_equal(fixture_send(world, pair.client, "c"), 1);
    assert_int_equal(world_ask(world, pair.client, WORLD_ERROR), EPIPE);
    assert_int_equal(world_ask(world, pair.server, WORLD_ERROR), ECONNRESET);
    fixture_pair_close(world, &pair);
}

static void bytes_are_read_after_shut_rd_until_both_ways_are_shut(void **state)
{
    (void)state;
    fixture_in_both(drill_shut_rd);
}

/* The byte at a place in a long stream; the period is no divisor of any buffer's size. */
static char byte_at(size_t place)
{
    return (char)(place % 251);
}

/* Fills both buffers; returns how much went in. */
static size_t fill(struct world *world, int socket)
{
    size_t sent = 0;
    for (;;) {
        for (size_t i = 0; i < sizeof(piece); i++) {
            piece[i] = byte_at(sent + i);
        }
        ssize_t result = world_send(world, socket, piece, sizeof(piece));
        if (result < 0) {
            assert_int_equal(result, -EAGAIN);
            return sent;
        }
        sent += (size_t)result;
    }
}

static size_t drain(struct world *world, int socket, int *end)
{
    size_t received = 0;
    for (;;) {
        ssize_t result = world_recv(world, socket, piece, sizeof(piece));
        if (result <= 0) {
            *end = (int)result;
            return received;
        }
        for (size_t i = 0; i < (size_t)result; i++) {
            assert_int_equal(piece[i], byte_at(received + i));
        }
        received += (size_t)result;
    }
}

static void drill_full(struct world *world)
{
    struct fixture_pair pair;
    int end = 0;
    fixture_pair_open(world, &pair);
    size_t sent = fill(world, pair.client);
    assert_true(sent > 1 << 20);
    assert_true(sent < 16 << 20);
    assert_int_equal(fixture_ready(world, pair.client), 0);
    size_t received = drain(world, pair.server, &end);
    assert_int_equal(end, -EAGAIN);
    assert_int_equal(received, sent);
    assert_int_equal(fixture_ready(world, pair.client), FIXTURE_OUT);
    fixture_pair_close(world, &pair);
}

static void an_idle_reader_blocks_the_sender_until_it_reads(void **state)
{
    (void)state;
    fixture_in_both(drill_full);
}

static void drill_end_behind_bytes(struct world *world)
{
    struct fixture_pair pair;
    int end = -1;
    fixture_pair_open(world, &pair);
    size_t sent = fill(world, pair.client);
    world_close(world, pair.client);
    pair.client = fixture_socket(world, WORLD_TCP);
    assert_int_equal(drain(world, pair.server, &end), sent);
    assert_int_equal(end, 0);
    fixture_pair_close(world, &pair);
}

static void a_closed_sender_still_delivers_and_then_ends(void **state)
{
    (void)state;
    fixture_in_both(drill_end_behind_bytes);
}

static void drill_reset_behind_bytes(struct world *world)
{
    struct fixture_pair pair;
    int end = 0;
    fixture_pair_open(world, &pair);
    size_t sent = fill(world, pair.server);
    fixture_reset_by_server(world, &pair);
    size_t received = drain(world, pair.client, &end);
    assert_true(received > 0 && received < sent);
    assert_int_equal(end, -ECONNRESET);
    fixture_pair_close(world, &pair);
}

static void a_reset_loses_what_the_receiver_had_no_room_for(void **state)
{
    (void)state;
    fixture_in_both(drill_reset_behind_bytes);
}

static void drill_small_buffers(struct world *world)
{
    struct fixture_pair pair;
    struct world_address peer;
    int end = 0;
    pair.listener = fixture_bound(world, WORLD_TCP, &pair.address);
    assert_int_equal(world_set(world, pair.listener, WORLD_RECEIVE_BUFFER, 1), 0);
    assert_int_equal(world_listen(world, pair.listener, 1), 0);
    pair.client = fixture_socket(world, WORLD_TCP);
    assert_int_equal(world_set(world, pair.client, WORLD_SEND_BUFFER, 1), 0);
    assert_int_equal(world_connect(world, pair.client, &pair.address), -EINPROGRESS);
    pair.server = world_accept(world, pair.listener, &peer);
    size_t sent = fill(world, pair.client);
    assert_true(sent >= 1024 && sent <= 16384);
    assert_int_equal(drain(world, pair.server, &end), sent);
    assert_int_equal(end, -EAGAIN);
    fixture_pair_close(world, &pair);
}

static void small_buffers_take_little_and_are_inherited(void **state)
{
    (void)state;
    fixture_in_both(drill_small_buffers);
}

static void what_is_lost_with_a_reset_gives_its_memory_back(void **state)
{
    (void)state;
    static const char data[32768];
    struct world_sim_options options = {.memory_bytes = 65536, .receive_buffer_bytes = 1000};
    struct world *world = world_sim_new(&options);
    for (int i = 0; i < 10; i++) {
        struct fixture_pair pair;
        fixture_pair_open(world, &pair);
        assert_int_equal(world_send(world, pair.client, data, sizeof(data)), sizeof(data));
        assert_int_equal(world_set(world, pair.client, WORLD_RESET_ON_CLOSE, 1), 0);
        fixture_pair_close(world, &pair);
    }
    assert_false(world_sim_exhausted(world));
    world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_keeps_order_and_no_boundaries),
        cmocka_unit_test(a_half_closed_stream_goes_on_the_other_way),
        cmocka_unit_test(the_first_send_after_the_peers_close_succeeds),
        cmocka_unit_test(closing_with_unread_bytes_resets),
        cmocka_unit_test(a_reset_is_told_once_and_loses_nothing_received),
        cmocka_unit_test(a_reset_after_the_end_is_a_broken_pipe),
        cmocka_unit_test(what_is_over_cannot_be_reset),
        cmocka_unit_test(bytes_are_read_after_shut_rd_until_both_ways_are_shut),
        cmocka_unit_test(an_idle_reader_blocks_the_sender_until_it_reads),
        cmocka_unit_test(a_closed_sender_still_delivers_and_then_ends),
        cmocka_unit_test(a_reset_loses_what_the_receiver_had_no_room_for),
        cmocka_unit_test(small_buffers_take_little_and_are_inherited),
        cmocka_unit_test(what_is_lost_with_a_reset_gives_its_memory_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
