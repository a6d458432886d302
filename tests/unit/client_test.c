/* SPDX-License-Identifier: MIT */
/* A scenario's client against a bare socket of the same world: what it counts and what it knows. */
#include "client_fixture.h"

/* Reads at the peer until `size` bytes came; returns what the last call said. */
static ssize_t peer_reads(struct stage *stage, size_t size)
{
    static uint8_t data[65536];
    ssize_t got = 0;
    size_t total = 0;
    for (int i = 0; i < TRIES_MAX && total < size; i++) {
        got = world_recv(stage->world, stage->peer, data, sizeof(data));
        if (got == 0 || (got < 0 && got != -EAGAIN)) {
            return got;
        }
        total += got > 0 ? (size_t)got : 0;
    }
    assert_int_equal(total, size);
    return got;
}

static ssize_t peer_reads_end(struct stage *stage)
{
    uint8_t byte;
    ssize_t got = -EAGAIN;
    for (int i = 0; i < TRIES_MAX && got == -EAGAIN; i++) {
        got = world_recv(stage->world, stage->peer, &byte, 1);
    }
    return got;
}

static void assert_unconsumed(const struct client *client, const char *text)
{
    const uint8_t *data = NULL;
    size_t size = 0;
    assert_int_equal(client_unconsumed(client, &data, &size), text[0] != '\0');
    assert_int_equal(size, strlen(text));
    if (size > 0) {
        assert_memory_equal(data, text, size);
    }
}

static void what_is_sent_and_received_is_counted(void **state)
{
    (void)state;
    struct stage stage;
    stage_begin(&stage, WORLD_TCP);
    assert_int_equal(client_send(&stage.client, "hello", 5), 0);
    assert_int_equal(stage.client.sent, 5);
    assert_false(client_has_unsent(&stage.client));
    peer_reads(&stage, 5);
    assert_unconsumed(&stage.client, "");
    assert_int_equal(world_send(stage.world, stage.peer, "good day", 8), 8);
    receive_until(&stage.client, 8);
    assert_unconsumed(&stage.client, "good day");
    client_consume(&stage.client, 5);
    assert_unconsumed(&stage.client, "day");
    assert_int_equal(world_send(stage.world, stage.peer, "s", 1), 1);
    receive_until(&stage.client, 9);
    assert_unconsumed(&stage.client, "days");
    client_consume(&stage.client, 4);
    assert_unconsumed(&stage.client, "");
    assert_int_equal(stage.client.received, 9);
    assert_int_equal(stage.client.received_stream.length, 9);
    assert_int_equal(stage.client.sent_stream.length, 5);
    stage_fini(&stage);
}

static void a_port_without_a_listener_refuses(void **state)
{
    (void)state;
    struct stage stage;
    stage_init(&stage, WORLD_TCP);
    stage_close(&stage, &stage.listener);
    assert_int_equal(client_open(&stage.client, stage.address.family), 0);
    assert_int_equal(client_connect(&stage.client, &stage.address), 0);
    for (int i = 0; i < TRIES_MAX && stage.client.state == CLIENT_CONNECTING; i++) {
        client_poll_connect(&stage.client);
    }
    assert_int_equal(stage.client.state, CLIENT_REFUSED);
    assert_int_equal(stage.client.watch.socket, -1);
    client_close(&stage.client);
    assert_int_equal(stage.client.state, CLIENT_REFUSED);
    stage_fini(&stage);
}

static void what_does_not_fit_is_queued_and_goes_out_later(void **state)
{
    (void)state;
    struct stage stage;
    stage_begin(&stage, WORLD_TCP);
    send_until_stuck(&stage);
    uint64_t before = stage.client.sent;
    uint64_t wanted = before + stage.client.unsent.size - stage.client.unsent_at + 3;
    /* What is queued stays in front of what comes after it. */
    assert_int_equal(client_send(&stage.client, "end", 3), 0);
    assert_int_equal(stage.client.sent, before);
    uint64_t read = 0;
    uint8_t data[65536];
    uint8_t last[3] = {0};
    for (int i = 0; i < TRIES_MAX && read < wanted; i++) {
        ssize_t got = world_recv(stage.world, stage.peer, data, sizeof(data));
        if (got > 0) {
            read += (uint64_t)got;
            memcpy(last, data + (got >= 3 ? got - 3 : 0), 3);
        }
        assert_int_equal(client_push(&stage.client), 0);
    }
    assert_true(read == wanted);
    assert_true(stage.client.sent == wanted);
    assert_memory_equal(last, "end", 3);
    assert_false(client_has_unsent(&stage.client));
    assert_false(stage.client.send_stuck);
    stage_fini(&stage);
}

static void a_half_close_comes_after_what_is_queued(void **state)
{
    (void)state;
    struct stage stage;
    stage_begin(&stage, WORLD_TCP);
    send_until_stuck(&stage);
    client_half_close(&stage.client);
    assert_false(stage.client.finished);
    uint64_t read = 0;
    ssize_t got = -EAGAIN;
    static uint8_t data[65536];
    for (int i = 0; i < TRIES_MAX && got != 0; i++) {
        got = world_recv(stage.world, stage.peer, data, sizeof(data));
        read += got > 0 ? (uint64_t)got : 0;
        if (got > 0) {
            client_push(&stage.client);
        }
    }
    assert_int_equal(got, 0);
    assert_true(stage.client.finished);
    assert_true(read == stage.client.sent);
    /* The other direction is open. */
    assert_int_equal(world_send(stage.world, stage.peer, "bye", 3), 3);
    receive_until(&stage.client, 3);
    assert_unconsumed(&stage.client, "bye");
    stage_fini(&stage);
}

static void close_and_reset_drop_what_is_queued(void **state)
{
    (void)state;
    struct stage stage;
    stage_begin(&stage, WORLD_TCP);
    send_until_stuck(&stage);
    client_close(&stage.client);
    assert_int_equal(stage.client.state, CLIENT_CLOSED);
    assert_true(stage.client.finished);
    assert_false(client_has_unsent(&stage.client));
    assert_int_equal(stage.client.watch.socket, -1);
    peer_reads(&stage, stage.client.sent);
    assert_int_equal(peer_reads_end(&stage), 0);
    stage_fini(&stage);

    stage_begin(&stage, WORLD_TCP);
    client_reset(&stage.client);
    assert_int_equal(stage.client.state, CLIENT_CLOSED);
    assert_int_equal(peer_reads_end(&stage), -ECONNRESET);
    stage_fini(&stage);
}

static void the_end_is_eof_or_reset_as_the_peer_chose(void **state)
{
    (void)state;
    struct stage stage;
    stage_begin(&stage, WORLD_TCP);
    assert_int_equal(world_send(stage.world, stage.peer, "last", 4), 4);
    stage_close(&stage, &stage.peer);
    receive_until(&stage.client, UINT64_MAX);
    assert_int_equal(stage.client.end, PLAN_END_EOF);
    assert_unconsumed(&stage.client, "last");
    assert_false(stage.client.broken);
    /* After the end nothing is received any more. */
    assert_false(client_receive(&stage.client));
    stage_fini(&stage);

    stage_begin(&stage, WORLD_TCP);
    assert_int_equal(world_set(stage.world, stage.peer, WORLD_RESET_ON_CLOSE, 1), 0);
    stage_close(&stage, &stage.peer);
    receive_until(&stage.client, UINT64_MAX);
    assert_int_equal(stage.client.end, PLAN_END_RESET);
    assert_true(stage.client.broken);
    stage_fini(&stage);
}

static void sending_to_a_peer_that_is_gone_breaks(void **state)
{
    (void)state;
    struct stage stage;
    stage_begin(&stage, WORLD_TCP);
    stage_close(&stage, &stage.peer);
    receive_until(&stage.client, UINT64_MAX);
    assert_int_equal(client_send(&stage.client, "x", 1), 0);
    for (int i = 0; i < TRIES_MAX && !stage.client.broken; i++) {
        client_ask_error(&stage.client);
    }
    assert_true(stage.client.broken);
    assert_int_equal(client_send(&stage.client, "x", 1), -EPIPE);
    assert_int_equal(stage.client.sent, 1);
    stage_fini(&stage);
}

static void a_paused_client_leaves_everything_in_the_kernel(void **state)
{
    (void)state;
    struct stage stage;
    stage_begin(&stage, WORLD_TCP);
    client_set_paused(&stage.client, true);
    assert_int_equal(world_send(stage.world, stage.peer, "hello", 5), 5);
    for (int i = 0; i < 1000; i++) {
        assert_false(client_receive(&stage.client));
    }
    assert_int_equal(stage.client.received, 0);
    client_set_paused(&stage.client, false);
    receive_until(&stage.client, 5);
    assert_unconsumed(&stage.client, "hello");
    stage_fini(&stage);
}

static void the_loop_calls_a_client_that_listens_and_only_then(void **state)
{
    (void)state;
    struct stage stage;
    stage_begin(&stage, WORLD_TCP);
    assert_int_equal(world_send(stage.world, stage.peer, "one", 3), 3);
    assert_int_equal(loop_turn(&stage.loop, 0), 0);
    assert_int_equal(client_listen_for(&stage.client, false), 0);
    uint64_t deadline_ns = world_now_ns(stage.world) + 10 * CLOCK_S;
    assert_int_equal(loop_turn(&stage.loop, deadline_ns), 1);
    assert_int_equal(stage.moves, 1);
    assert_unconsumed(&stage.client, "one");
    /* An end is told once; a finished socket is ready for ever. */
    stage_close(&stage, &stage.peer);
    assert_int_equal(loop_turn(&stage.loop, deadline_ns), 1);
    assert_int_equal(stage.client.end, PLAN_END_EOF);
    assert_int_equal(loop_turn(&stage.loop, 0), 0);
    stage_fini(&stage);
}

static void a_paused_client_that_listens_hears_nothing_of_reading(void **state)
{
    (void)state;
    struct stage stage;
    stage_begin(&stage, WORLD_TCP);
    assert_int_equal(client_listen_for(&stage.client, false), 0);
    client_set_paused(&stage.client, true);
    assert_int_equal(world_send(stage.world, stage.peer, "x", 1), 1);
    assert_int_equal(loop_turn(&stage.loop, 0), 0);
    client_set_paused(&stage.client, false);
    assert_int_equal(client_listen_for(&stage.client, false), 0);
    assert_int_equal(loop_turn(&stage.loop, world_now_ns(stage.world) + 10 * CLOCK_S), 1);
    assert_unconsumed(&stage.client, "x");
    stage_fini(&stage);
}

static void datagrams_keep_their_boundaries_and_may_be_empty(void **state)
{
    (void)state;
    struct stage stage;
    stage_begin(&stage, WORLD_UDP);
    struct world_address local = stage.client.local;
    const uint8_t *data = NULL;
    size_t size = 9;
    assert_int_equal(client_send(&stage.client, "", 0), 0);
    assert_int_equal(client_send(&stage.client, "ab", 2), 0);
    assert_int_equal(stage.client.sent, 2);
    world_sendto(stage.world, stage.peer, "one", 3, &local);
    world_sendto(stage.world, stage.peer, "", 0, &local);
    world_sendto(stage.world, stage.peer, "three", 5, &local);
    receive_until(&stage.client, 3);
    assert_int_equal(stage.client.received, 3);
    assert_unconsumed(&stage.client, "one");
    client_consume(&stage.client, 3);
    assert_true(client_unconsumed(&stage.client, &data, &size));
    assert_int_equal(size, 0);
    client_consume(&stage.client, 0);
    assert_unconsumed(&stage.client, "three");
    client_consume(&stage.client, 5);
    assert_false(client_unconsumed(&stage.client, &data, &size));
    stage_fini(&stage);
}

static void datagrams_that_nobody_hears_come_back_as_refusals(void **state)
{
    (void)state;
    struct stage stage;
    stage_begin(&stage, WORLD_UDP);
    stage_close(&stage, &stage.peer);
    assert_int_equal(client_send(&stage.client, "x", 1), 0);
    for (int i = 0; i < TRIES_MAX && stage.client.refusals == 0; i++) {
        client_ask_error(&stage.client);
    }
    assert_int_equal(stage.client.refusals, 1);
    /* A refusal that the next send meets is counted, and the datagram is sent all the same. */
    assert_int_equal(client_send(&stage.client, "y", 1), 0);
    assert_int_equal(client_send(&stage.client, "z", 1), 0);
    assert_int_equal(stage.client.sent, 3);
    for (int i = 0; i < TRIES_MAX && stage.client.refusals < 3; i++) {
        client_ask_error(&stage.client);
    }
    assert_int_equal(stage.client.refusals, 3);
    assert_int_equal(stage.client.end, 0);
    stage_fini(&stage);
}

static void a_client_begins_anew_for_each_connection(void **state)
{
    (void)state;
    struct stage stage;
    stage_begin(&stage, WORLD_TCP);
    client_send(&stage.client, "hello", 5);
    world_send(stage.world, stage.peer, "left over", 9);
    receive_until(&stage.client, 9);
    client_set_paused(&stage.client, true);
    client_close(&stage.client);
    stage_close(&stage, &stage.peer);
    client_begin(&stage.client, WORLD_TCP);
    assert_int_equal(stage.client.state, CLIENT_NONE);
    assert_unconsumed(&stage.client, "");
    assert_int_equal(stage.client.sent + stage.client.received, 0);
    assert_false(stage.client.paused);
    assert_int_equal(stage.client.sent_stream.length + stage.client.received_stream.length, 0);
    stage_connect(&stage);
    stage_fini(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent_and_received_is_counted),
        cmocka_unit_test(a_port_without_a_listener_refuses),
        cmocka_unit_test(what_does_not_fit_is_queued_and_goes_out_later),
        cmocka_unit_test(a_half_close_comes_after_what_is_queued),
        cmocka_unit_test(close_and_reset_drop_what_is_queued),
        cmocka_unit_test(the_end_is_eof_or_reset_as_the_peer_chose),
        cmocka_unit_test(sending_to_a_peer_that_is_gone_breaks),
        cmocka_unit_test(a_paused_client_leaves_everything_in_the_kernel),
        cmocka_unit_test(the_loop_calls_a_client_that_listens_and_only_then),
        cmocka_unit_test(a_paused_client_that_listens_hears_nothing_of_reading),
        cmocka_unit_test(datagrams_keep_their_boundaries_and_may_be_empty),
        cmocka_unit_test(datagrams_that_nobody_hears_come_back_as_refusals),
        cmocka_unit_test(a_client_begins_anew_for_each_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
