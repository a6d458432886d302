/* SPDX-License-Identifier: MIT */
/*
 * The server loop on real sockets, driven by hand: what scenarios cannot show. Linked with malloc
 * wrapped, so that a test can prove that receiving does not allocate.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "count_allocations.h"
#include "server.h"

#define TURNS_MAX 100000
#define BOUND_NS  (10 * CLOCK_S)

struct bench {
    struct world *world;
    struct loop loop;
    struct run_clock clock;
    struct server server;
    struct plugin *plugin;
    struct listener *listener;
    size_t accepted, ended, blocked;
    enum session_end last_end;
    struct listener_options options;
};

static void note_accepted(void *owner, struct session *session)
{
    (void)session;
    ((struct bench *)owner)->accepted++;
}

static void note_ended(void *owner, struct session *session, enum session_end end)
{
    (void)session;
    ((struct bench *)owner)->ended++;
    ((struct bench *)owner)->last_end = end;
}

static void note_blocked(void *owner, struct session *session)
{
    (void)session;
    ((struct bench *)owner)->blocked++;
}

static struct plugin *load(const char *folder, const char *name)
{
    struct plugin *plugin = NULL;
    struct drill_error error = {0};
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s.so", folder, name);
    int status = plugin_load(path, &plugin, &error);
    if (status != 0) {
        fail_msg("%s", error.sentence);
    }
    return plugin;
}

static void bench_init(struct bench *bench, struct plugin *plugin)
{
    *bench = (struct bench){.plugin = plugin, .clock = {.real = false}};
    bench->world = world_kernel_new();
    assert_non_null(bench->world);
    loop_init(&bench->loop, bench->world);
    struct server_observer observer = {
        .owner = bench, .accepted = note_accepted, .ended = note_ended, .blocked = note_blocked};
    server_init(&bench->server, &bench->loop, &bench->clock, observer);
    bench->options = (struct listener_options){
        .plugin = plugin,
        .address = world_loopback(WORLD_IPV4, 0),
        .recv_buffer_bytes = 1024,
        .backlog = 64,
        .sessions_max = 64,
        .sessions_total = LISTENER_UNLIMITED,
        .messages_per_session = LISTENER_UNLIMITED,
        .reply_bytes_max = 65536,
        .socket = -1,
    };
}

static void bench_listen(struct bench *bench)
{
    static const struct drill_value none[16];
    struct drill_error error = {0};
    if (!bench->options.values) {
        bench->options.values = none;
    }
    assert_int_equal(server_listen(&bench->server, &bench->options, &bench->listener, &error), 0);
}

static void bench_fini(struct bench *bench)
{
    server_fini(&bench->server);
    world_free(bench->world);
    plugin_free(bench->plugin);
}

static int bench_connect(struct bench *bench)
{
    struct world_address address = listener_address(bench->listener);
    struct world_address peer;
    int client = world_socket(bench->world, WORLD_TCP, WORLD_IPV4);
    assert_true(client >= 0);
    int status = world_connect(bench->world, client, &address);
    assert_true(status == 0 || status == -EINPROGRESS);
    for (int i = 0; i < TURNS_MAX && world_getpeername(bench->world, client, &peer) != 0; i++) {
    }
    return client;
}

/* Turns the loop until `*count` reaches `wanted`. */
static void bench_until(struct bench *bench, const size_t *count, size_t wanted)
{
    uint64_t deadline_ns = world_now_ns(bench->world) + BOUND_NS;
    for (int i = 0; i < TURNS_MAX && *count < wanted; i++) {
        assert_true(loop_turn(&bench->loop, deadline_ns) > 0);
    }
    assert_int_equal(*count, wanted);
}

/* Sends a message and turns the loop until the whole answer is there. */
static void ask(struct bench *bench, int client, const char *message, const char *answer)
{
    char data[256];
    size_t received = 0;
    size_t wanted = strlen(answer);
    assert_int_equal(world_send(bench->world, client, message, strlen(message)), strlen(message));
    for (int i = 0; i < TURNS_MAX && received < wanted; i++) {
        loop_turn(&bench->loop, 0);
        ssize_t size = world_recv(bench->world, client, data + received, sizeof(data) - received);
        assert_true(size > 0 || size == -EAGAIN);
        received += size > 0 ? (size_t)size : 0;
    }
    assert_int_equal(received, wanted);
    assert_memory_equal(data, answer, wanted);
}

static void receiving_does_not_allocate(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, load(DRILL_PLUGINS, "uppercase"));
    bench_listen(&bench);
    int client = bench_connect(&bench);
    size_t before = allocations;
    for (int i = 0; i < 100; i++) {
        ask(&bench, client, "hello", "HELLO");
    }
    int second = bench_connect(&bench);
    ask(&bench, second, "hi", "HI");
    world_close(bench.world, second);
    bench_until(&bench, &bench.ended, 1);
    assert_int_equal(allocations, before);
    world_close(bench.world, client);
    bench_fini(&bench);
}

static void tcp_and_udp_are_served_side_by_side(void **state)
{
    (void)state;
    struct bench bench;
    struct drill_error error = {0};
    struct listener *udp = NULL;
    char data[16];
    bench_init(&bench, load(DRILL_PLUGINS, "uppercase"));
    bench_listen(&bench);
    struct plugin *ack = load(DRILL_PLUGINS, "ack-ok");
    struct listener_options options = bench.options;
    options.plugin = ack;
    options.transport = WORLD_UDP;
    assert_int_equal(server_listen(&bench.server, &options, &udp, &error), 0);
    int client = bench_connect(&bench);
    ask(&bench, client, "both", "BOTH");
    struct world_address address = listener_address(udp);
    int datagram = world_socket(bench.world, WORLD_UDP, WORLD_IPV4);
    assert_int_equal(world_connect(bench.world, datagram, &address), 0);
    ask(&bench, datagram, "x", "OK");
    assert_int_equal(world_recv(bench.world, datagram, data, sizeof(data)), -EAGAIN);
    assert_int_equal(server_activity(&bench.server), 4);
    world_close(bench.world, client);
    world_close(bench.world, datagram);
    bench_fini(&bench);
    plugin_free(ack);
}

static void a_session_whose_peer_does_not_read_is_not_read_either(void **state)
{
    (void)state;
    struct bench bench;
    static char block[65536];
    memset(block, 'a', sizeof(block));
    bench_init(&bench, load(DRILL_PLUGINS, "uppercase"));
    bench_listen(&bench);
    int client = bench_connect(&bench);
    size_t sent = 0;
    size_t received = 0;
    for (int i = 0; i < TURNS_MAX && bench.blocked == 0; i++) {
        ssize_t size = world_send(bench.world, client, block, sizeof(block));
        sent += size > 0 ? (size_t)size : 0;
        loop_turn(&bench.loop, 0);
    }
    assert_int_equal(bench.blocked, 1);
    /* It waits for room and for nothing else, however much is sent to it. */
    assert_int_equal(loop_turn(&bench.loop, 0), 0);
    assert_int_equal(world_shutdown(bench.world, client, WORLD_SHUT_WR), 0);
    for (int i = 0; i < TURNS_MAX * 10 && received < sent; i++) {
        ssize_t size = world_recv(bench.world, client, block, sizeof(block));
        for (ssize_t at = 0; at < size; at++) {
            assert_int_equal(block[at], 'A');
        }
        received += size > 0 ? (size_t)size : 0;
        loop_turn(&bench.loop, 0);
    }
    assert_int_equal(received, sent);
    bench_until(&bench, &bench.ended, 1);
    assert_int_equal(bench.last_end, SESSION_EOF);
    world_close(bench.world, client);
    bench_fini(&bench);
}

static void beyond_sessions_max_peers_wait_in_the_backlog(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, load(DRILL_PLUGINS, "uppercase"));
    bench.options.sessions_max = 1;
    bench_listen(&bench);
    int first = bench_connect(&bench);
    int second = bench_connect(&bench);
    ask(&bench, first, "one", "ONE");
    assert_int_equal(bench.accepted, 1);
    assert_int_equal(world_send(bench.world, second, "two", 3), 3);
    assert_int_equal(loop_turn(&bench.loop, 0), 0);
    world_close(bench.world, first);
    bench_until(&bench, &bench.accepted, 2);
    ask(&bench, second, "", "TWO");
    world_close(bench.world, second);
    bench_fini(&bench);
}

static void out_of_descriptors_peers_wait_until_one_is_free(void **state)
{
    (void)state;
    struct bench bench;
    struct rlimit before;
    struct rlimit tight;
    bench_init(&bench, load(DRILL_PLUGINS, "uppercase"));
    bench_listen(&bench);
    int first = bench_connect(&bench);
    ask(&bench, first, "one", "ONE");
    int second = bench_connect(&bench);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    tight = before;
    tight.rlim_cur = (rlim_t)second + 1;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    loop_turn(&bench.loop, 0);
    assert_int_equal(bench.accepted, 1);
    assert_false(listener_is_accepting(bench.listener));
    /* No spinning: nothing is ready until the retry or a session's end. */
    assert_int_equal(loop_turn(&bench.loop, 0), 0);
    assert_true(server_next_timer_ns(&bench.server) != CLOCK_NEVER_NS);
    world_close(bench.world, first);
    bench_until(&bench, &bench.accepted, 2);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    ask(&bench, second, "two", "TWO");
    world_close(bench.world, second);
    bench_fini(&bench);
}

static void draining_delivers_what_is_owed_and_ends(void **state)
{
    (void)state;
    struct bench bench;
    char data[16];
    bench_init(&bench, load(DRILL_PLUGINS, "uppercase"));
    bench_listen(&bench);
    int client = bench_connect(&bench);
    ask(&bench, client, "x", "X");
    server_drain(&bench.server);
    assert_int_equal(bench.last_end, SESSION_STOPPED);
    assert_int_equal(server_activity(&bench.server), 0);
    assert_int_equal(world_recv(bench.world, client, data, sizeof(data)), 0);
    world_close(bench.world, client);
    bench_fini(&bench);
}

static void a_busy_port_is_refused_with_a_sentence(void **state)
{
    (void)state;
    struct bench bench;
    struct drill_error error = {0};
    struct listener *second = NULL;
    bench_init(&bench, load(DRILL_PLUGINS, "uppercase"));
    bench_listen(&bench);
    struct listener_options options = bench.options;
    options.address = listener_address(bench.listener);
    assert_int_equal(server_listen(&bench.server, &options, &second, &error), -EADDRINUSE);
    assert_non_null(strstr(error.sentence, "cannot listen on 127.0.0.1:"));
    bench_fini(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(receiving_does_not_allocate),
        cmocka_unit_test(tcp_and_udp_are_served_side_by_side),
        cmocka_unit_test(a_session_whose_peer_does_not_read_is_not_read_either),
        cmocka_unit_test(beyond_sessions_max_peers_wait_in_the_backlog),
        cmocka_unit_test(out_of_descriptors_peers_wait_until_one_is_free),
        cmocka_unit_test(draining_delivers_what_is_owed_and_ends),
        cmocka_unit_test(a_busy_port_is_refused_with_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
