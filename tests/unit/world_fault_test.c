/* SPDX-License-Identifier: MIT */
/* Faults hit the calls of the server that they name, and no others; on real sockets. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "world_fault.h"

#define BOUND_NS     (10 * CLOCK_S)
#define LARGE_SOCKET 40000000

struct pair {
    struct world *kernel, *world;
    int listener, client, server;
    struct world_address address;
};

static void await(struct world *world, int socket, uint32_t events)
{
    struct world_event ready;
    assert_int_equal(world_watch(world, socket, events, NULL), 0);
    assert_int_equal(world_wait(world, world_now_ns(world) + BOUND_NS, &ready, 1), 1);
    assert_int_equal(world_watch(world, socket, 0, NULL), 0);
}

static void make_listener(struct pair *pair)
{
    struct world_address any = world_loopback(WORLD_IPV4, 0);
    pair->kernel = world_kernel_new();
    assert_non_null(pair->kernel);
    pair->world = world_fault_new(pair->kernel);
    assert_non_null(pair->world);
    pair->listener = world_socket(pair->world, WORLD_TCP, WORLD_IPV4);
    assert_true(pair->listener >= 0);
    assert_int_equal(world_bind(pair->world, pair->listener, &any), 0);
    assert_int_equal(world_listen(pair->world, pair->listener, 5), 0);
    assert_int_equal(world_getsockname(pair->world, pair->listener, &pair->address), 0);
    pair->client = world_socket(pair->world, WORLD_TCP, WORLD_IPV4);
    int status = world_connect(pair->world, pair->client, &pair->address);
    assert_true(status == 0 || status == -EINPROGRESS);
    await(pair->world, pair->listener, WORLD_READABLE);
    pair->server = -1;
}

static void make_pair(struct pair *pair)
{
    struct world_address peer;
    make_listener(pair);
    pair->server = world_accept(pair->world, pair->listener, &peer);
    assert_true(pair->server >= 0);
}

static void drop_pair(struct pair *pair)
{
    world_close(pair->world, pair->client);
    if (pair->server >= 0) {
        world_close(pair->world, pair->server);
    }
    world_close(pair->world, pair->listener);
    world_free(pair->world);
    world_free(pair->kernel);
}

static void a_decorated_world_is_of_the_kind_of_the_inner_one(void **state)
{
    (void)state;
    struct world *kernel = world_kernel_new();
    assert_non_null(kernel);
    struct world *world = world_fault_new(kernel);
    assert_non_null(world);
    assert_int_equal(world->ops->kind, WORLD_KERNEL);
    assert_true(world_now_ns(world) > 0);
    assert_int_equal(world_pass(world, 17), 17);
    world_free(world);
    world_free(kernel);
}

static void the_nth_receive_fails_once_and_loses_nothing(void **state)
{
    (void)state;
    struct pair pair;
    char room[8];
    const struct world_fault_rule rule = {.call = WORLD_CALL_RECV, .nth = 2, .error = ECONNRESET};
    make_pair(&pair);
    world_fault_begin(pair.world, &rule, 1);
    assert_int_equal(world_recv(pair.world, pair.server, room, sizeof(room)), -EAGAIN);
    assert_int_equal(world_send(pair.world, pair.client, "abc", 3), 3);
    await(pair.world, pair.server, WORLD_READABLE);
    assert_int_equal(world_fault_fired(pair.world, 0), 0);
    assert_int_equal(world_recv(pair.world, pair.server, room, sizeof(room)), -ECONNRESET);
    assert_int_equal(world_fault_fired(pair.world, 0), 1);
    assert_int_equal(world_recv(pair.world, pair.server, room, sizeof(room)), 3);
    assert_memory_equal(room, "abc", 3);
    assert_int_equal(world_fault_fired(pair.world, 0), 1);
    drop_pair(&pair);
}

static void clients_are_left_alone_and_do_not_count(void **state)
{
    (void)state;
    struct pair pair;
    char room[8];
    const struct world_fault_rule rules[] = {
        {.call = WORLD_CALL_RECV, .nth = 1, .error = EIO, .sticky = true},
        {.call = WORLD_CALL_SEND, .nth = 1, .error = EPIPE, .sticky = true},
    };
    make_pair(&pair);
    world_fault_begin(pair.world, rules, 2);
    assert_int_equal(world_send(pair.world, pair.client, "abc", 3), 3);
    assert_int_equal(world_recv(pair.world, pair.client, room, sizeof(room)), -EAGAIN);
    assert_int_equal(world_fault_fired(pair.world, 0), 0);
    assert_int_equal(world_fault_fired(pair.world, 1), 0);
    assert_int_equal(world_recv(pair.world, pair.server, room, sizeof(room)), -EIO);
    assert_int_equal(world_send(pair.world, pair.server, "abc", 3), -EPIPE);
    assert_int_equal(world_send(pair.world, pair.server, "abc", 3), -EPIPE);
    assert_int_equal(world_fault_fired(pair.world, 1), 2);
    drop_pair(&pair);
}

static void short_counts_cut_what_is_sent_and_received(void **state)
{
    (void)state;
    struct pair pair;
    char room[8];
    const struct world_fault_rule rules[] = {
        {.call = WORLD_CALL_RECV, .nth = 1, .short_bytes = 2},
        {.call = WORLD_CALL_SEND, .nth = 2, .short_bytes = 1, .sticky = true},
    };
    make_pair(&pair);
    world_fault_begin(pair.world, rules, 2);
    assert_int_equal(world_send(pair.world, pair.client, "abcde", 5), 5);
    await(pair.world, pair.server, WORLD_READABLE);
    memset(room, '-', sizeof(room));
    assert_int_equal(world_recv(pair.world, pair.server, room, sizeof(room)), 2);
    assert_memory_equal(room, "ab------", sizeof(room));
    assert_int_equal(world_recv(pair.world, pair.server, room, sizeof(room)), 3);
    assert_memory_equal(room, "cde", 3);
    assert_int_equal(world_send(pair.world, pair.server, "vwxyz", 5), 5);
    assert_int_equal(world_send(pair.world, pair.server, "12345", 5), 1);
    assert_int_equal(world_send(pair.world, pair.server, "2345", 4), 1);
    await(pair.world, pair.client, WORLD_READABLE);
    assert_int_equal(world_recv(pair.world, pair.client, room, sizeof(room)), 7);
    assert_memory_equal(room, "vwxyz12", 7);
    assert_int_equal(world_fault_fired(pair.world, 0), 1);
    assert_int_equal(world_fault_fired(pair.world, 1), 2);
    drop_pair(&pair);
}

static void a_failed_accept_leaves_the_connection_in_the_queue(void **state)
{
    (void)state;
    struct pair pair;
    struct world_address peer;
    const struct world_fault_rule rule = {.call = WORLD_CALL_ACCEPT, .nth = 1, .error = EMFILE};
    make_listener(&pair);
    world_fault_begin(pair.world, &rule, 1);
    assert_int_equal(world_accept(pair.world, pair.listener, &peer), -EMFILE);
    pair.server = world_accept(pair.world, pair.listener, &peer);
    assert_true(pair.server >= 0);
    assert_int_equal(world_fault_fired(pair.world, 0), 1);
    drop_pair(&pair);
}

static void of_several_rules_for_one_call_only_the_first_fires(void **state)
{
    (void)state;
    struct pair pair;
    char room[8];
    const struct world_fault_rule rules[] = {
        {.call = WORLD_CALL_RECV, .nth = 2, .error = ECONNRESET},
        {.call = WORLD_CALL_RECV, .nth = 1, .error = EIO, .sticky = true},
        {.call = WORLD_CALL_RECV, .nth = 2, .error = ENOMEM},
    };
    make_pair(&pair);
    world_fault_begin(pair.world, rules, 3);
    assert_int_equal(world_recv(pair.world, pair.server, room, sizeof(room)), -EIO);
    assert_int_equal(world_recv(pair.world, pair.server, room, sizeof(room)), -ECONNRESET);
    assert_int_equal(world_recv(pair.world, pair.server, room, sizeof(room)), -EIO);
    assert_int_equal(world_fault_fired(pair.world, 0), 1);
    assert_int_equal(world_fault_fired(pair.world, 1), 2);
    assert_int_equal(world_fault_fired(pair.world, 2), 0);
    drop_pair(&pair);
}

static void beginning_again_counts_anew_and_no_rules_fail_nothing(void **state)
{
    (void)state;
    struct pair pair;
    char room[8];
    const struct world_fault_rule rule = {.call = WORLD_CALL_RECV, .nth = 2, .error = EIO};
    make_pair(&pair);
    world_fault_begin(pair.world, &rule, 1);
    assert_int_equal(world_recv(pair.world, pair.server, room, sizeof(room)), -EAGAIN);
    world_fault_begin(pair.world, &rule, 1);
    assert_int_equal(world_recv(pair.world, pair.server, room, sizeof(room)), -EAGAIN);
    assert_int_equal(world_recv(pair.world, pair.server, room, sizeof(room)), -EIO);
    world_fault_begin(pair.world, NULL, 0);
    assert_int_equal(world_recv(pair.world, pair.server, room, sizeof(room)), -EAGAIN);
    assert_int_equal(world_recv(pair.world, pair.server, room, sizeof(room)), -EAGAIN);
    drop_pair(&pair);
}

static void a_number_that_the_server_closed_is_not_its_own_any_more(void **state)
{
    (void)state;
    struct pair pair;
    char room[8];
    const struct world_fault_rule rule = {.call = WORLD_CALL_RECV, .nth = 1, .error = EIO};
    make_pair(&pair);
    int number = pair.server;
    world_close(pair.world, pair.server);
    pair.server = world_socket(pair.world, WORLD_TCP, WORLD_IPV4);
    assert_int_equal(pair.server, number);
    world_fault_begin(pair.world, &rule, 1);
    assert_int_not_equal(world_recv(pair.world, pair.server, room, sizeof(room)), -EIO);
    assert_int_equal(world_fault_fired(pair.world, 0), 0);
    drop_pair(&pair);
}

static void datagrams_fail_on_the_bound_socket_alone(void **state)
{
    (void)state;
    struct pair pair;
    char room[8];
    struct world_address peer;
    const struct world_fault_rule rules[] = {
        {.call = WORLD_CALL_RECVFROM, .nth = 1, .error = EINTR},
        {.call = WORLD_CALL_SENDTO, .nth = 1, .error = ENOBUFS},
    };
    make_listener(&pair);
    struct world_address any = world_loopback(WORLD_IPV4, 0);
    struct world_address bound;
    int server = world_socket(pair.world, WORLD_UDP, WORLD_IPV4);
    int client = world_socket(pair.world, WORLD_UDP, WORLD_IPV4);
    assert_int_equal(world_bind(pair.world, server, &any), 0);
    assert_int_equal(world_getsockname(pair.world, server, &bound), 0);
    world_fault_begin(pair.world, rules, 2);
    assert_int_equal(world_sendto(pair.world, client, "hi", 2, &bound), 2);
    await(pair.world, server, WORLD_READABLE);
    assert_int_equal(world_recvfrom(pair.world, server, room, sizeof(room), &peer), -EINTR);
    assert_int_equal(world_recvfrom(pair.world, server, room, sizeof(room), &peer), 2);
    assert_int_equal(world_sendto(pair.world, server, "ho", 2, &peer), -ENOBUFS);
    assert_int_equal(world_sendto(pair.world, server, "ho", 2, &peer), 2);
    await(pair.world, client, WORLD_READABLE);
    assert_int_equal(world_recvfrom(pair.world, client, room, sizeof(room), NULL), 2);
    world_close(pair.world, client);
    world_close(pair.world, server);
    drop_pair(&pair);
}

/* A world whose accept gives out a number that no table expects. */
static int far_accept(struct world *world, int socket, struct world_address *peer)
{
    (void)world;
    (void)socket;
    *peer = world_loopback(WORLD_IPV4, 1);
    return LARGE_SOCKET;
}

static ssize_t far_recv(struct world *world, int socket, void *data, size_t size)
{
    (void)world;
    (void)socket;
    (void)data;
    (void)size;
    return 0;
}

static void socket_numbers_may_be_large(void **state)
{
    (void)state;
    const struct world_ops ops = {.kind = WORLD_SIM, .accept = far_accept, .recv = far_recv};
    struct world far = {.ops = &ops};
    struct world_address peer;
    char room[8];
    const struct world_fault_rule rule = {.call = WORLD_CALL_RECV, .nth = 1, .error = EIO};
    struct world *world = world_fault_new(&far);
    assert_non_null(world);
    assert_int_equal(world->ops->kind, WORLD_SIM);
    world_fault_begin(world, &rule, 1);
    assert_int_equal(world_accept(world, 0, &peer), LARGE_SOCKET);
    assert_int_equal(world_recv(world, LARGE_SOCKET - 1, room, sizeof(room)), 0);
    assert_int_equal(world_recv(world, LARGE_SOCKET + 1, room, sizeof(room)), 0);
    assert_int_equal(world_recv(world, INT32_MAX, room, sizeof(room)), 0);
    assert_int_equal(world_recv(world, LARGE_SOCKET, room, sizeof(room)), -EIO);
    world_free(world);
}

static void errors_have_names_both_ways(void **state)
{
    (void)state;
    assert_int_equal(world_error_parse("ECONNRESET"), ECONNRESET);
    assert_int_equal(world_error_parse("EWOULDBLOCK"), EAGAIN);
    assert_int_equal(world_error_parse("EOPNOTSUPP"), EOPNOTSUPP);
    assert_int_equal(world_error_parse("ENOTSUP"), EOPNOTSUPP);
    assert_int_equal(world_error_parse("econnreset"), 0);
    assert_int_equal(world_error_parse("0"), 0);
    assert_int_equal(world_error_parse(""), 0);
    assert_string_equal(world_error_name(EAGAIN), "EAGAIN");
    assert_string_equal(world_error_name(0), "E?");
    assert_string_equal(world_error_name(-EAGAIN), "E?");
    assert_string_equal(world_error_name(4000), "E?");
    for (int error = 1; error < 134; error++) {
        const char *name = world_error_name(error);
        assert_true(strcmp(name, "E?") == 0 || world_error_parse(name) == error);
    }
    assert_string_equal(world_call_name(WORLD_CALL_SOCKET), "socket");
    assert_string_equal(world_call_name(WORLD_CALL_PASS), "pass");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_decorated_world_is_of_the_kind_of_the_inner_one),
        cmocka_unit_test(the_nth_receive_fails_once_and_loses_nothing),
        cmocka_unit_test(clients_are_left_alone_and_do_not_count),
        cmocka_unit_test(short_counts_cut_what_is_sent_and_received),
        cmocka_unit_test(a_failed_accept_leaves_the_connection_in_the_queue),
        cmocka_unit_test(of_several_rules_for_one_call_only_the_first_fires),
        cmocka_unit_test(beginning_again_counts_anew_and_no_rules_fail_nothing),
        cmocka_unit_test(a_number_that_the_server_closed_is_not_its_own_any_more),
        cmocka_unit_test(datagrams_fail_on_the_bound_socket_alone),
        cmocka_unit_test(socket_numbers_may_be_large),
        cmocka_unit_test(errors_have_names_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
