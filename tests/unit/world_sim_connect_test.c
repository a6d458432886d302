/* SPDX-License-Identifier: MIT */
/* How connections begin, on real and on simulated sockets alike. */
#include "world_fixture.h"

static void drill_backlog(struct world *world)
{
    static const int backlogs[] = {0, 1, 5, 128};
    for (size_t i = 0; i < sizeof(backlogs) / sizeof(backlogs[0]); i++) {
        struct world_address address;
        struct world_address peer;
        int clients[130];
        int count = backlogs[i] + 2;
        int listener = fixture_listener(world, backlogs[i], &address);
        for (int k = 0; k < count; k++) {
            clients[k] = fixture_client(world, &address);
            assert_int_equal(world_getpeername(world, clients[k], &peer),
                             k + 1 < count ? 0 : -ENOTCONN);
        }
        assert_int_equal(fixture_ready(world, clients[count - 1]), 0);
        assert_int_equal(world_connect(world, clients[count - 1], &address), -EALREADY);
        assert_int_equal(fixture_recv(world, clients[count - 1]), -EAGAIN);
        assert_int_equal(fixture_send(world, clients[count - 1], "x"), -EAGAIN);
        assert_int_equal(world_ask(world, listener, WORLD_ACCEPT_QUEUE), count - 1);
        assert_int_equal(world_ask(world, listener, WORLD_DROPPED), 1);
        for (int k = 0; k < count; k++) {
            world_close(world, clients[k]);
        }
        world_close(world, listener);
    }
}

static void one_more_than_the_backlog_connects(void **state)
{
    (void)state;
    fixture_in_both(drill_backlog);
}

static void drill_connect_twice(struct world *world)
{
    struct world_address address;
    int listener = fixture_listener(world, 5, &address);
    int client = fixture_client(world, &address);
    assert_int_equal(fixture_ready(world, client), FIXTURE_OUT);
    assert_int_equal(world_ask(world, client, WORLD_ERROR), 0);
    assert_int_equal(world_connect(world, client, &address), 0);
    assert_int_equal(world_connect(world, client, &address), -EISCONN);
    assert_int_equal(world_connect(world, listener, &address), -EISCONN);
    assert_int_equal(world_listen(world, client, 1), -EINVAL);
    assert_int_equal(world_bind(world, client, &address), -EINVAL);
    world_close(world, client);
    world_close(world, listener);
}

static void connect_tells_how_far_it_is(void **state)
{
    (void)state;
    fixture_in_both(drill_connect_twice);
}

static void drill_refused(struct world *world)
{
    struct world_address address;
    struct world_address peer;
    world_close(world, fixture_listener(world, 5, &address));
    int client = fixture_client(world, &address);
    assert_int_equal(fixture_ready(world, client), FIXTURE_IN | FIXTURE_OUT | FIXTURE_BAD);
    assert_int_equal(world_getpeername(world, client, &peer), -ENOTCONN);
    assert_int_equal(world_ask(world, client, WORLD_ERROR), ECONNREFUSED);
    assert_int_equal(fixture_recv(world, client), 0);
    assert_int_equal(fixture_send(world, client, "x"), -EPIPE);
    assert_int_equal(world_connect(world, client, &address), -ECONNABORTED);
    assert_int_equal(fixture_recv(world, client), -ENOTCONN);
    assert_int_equal(world_connect(world, client, &address), -EINPROGRESS);
    assert_int_equal(world_connect(world, client, &address), -ECONNREFUSED);
    int listener = fixture_socket(world, WORLD_TCP);
    assert_int_equal(world_bind(world, listener, &address), 0);
    assert_int_equal(world_listen(world, listener, 1), 0);
    assert_int_equal(world_connect(world, client, &address), -EINPROGRESS);
    assert_int_equal(world_connect(world, client, &address), 0);
    world_close(world, client);
    world_close(world, listener);
}

static void a_refused_socket_can_connect_anew(void **state)
{
    (void)state;
    fixture_in_both(drill_refused);
}

static void drill_accept(struct world *world)
{
    struct world_address address;
    struct world_address peer;
    int listener = fixture_listener(world, 5, &address);
    int idle = fixture_socket(world, WORLD_TCP);
    assert_int_equal(world_accept(world, listener, &peer), -EAGAIN);
    assert_int_equal(world_accept(world, idle, &peer), -EINVAL);
    assert_int_equal(fixture_ready(world, listener), 0);
    int clients[3];
    for (int i = 0; i < 3; i++) {
        clients[i] = fixture_client(world, &address);
    }
    assert_int_equal(fixture_ready(world, listener), FIXTURE_IN);
    for (int i = 0; i < 3; i++) {
        struct world_address local = fixture_local(world, clients[i]);
        int server = world_accept(world, listener, &peer);
        assert_true(server >= 0);
        assert_true(world_address_equal(&peer, &local));
        local = fixture_local(world, server);
        assert_true(world_address_equal(&address, &local));
        assert_int_equal(world_getpeername(world, server, &peer), 0);
        world_close(world, server);
        world_close(world, clients[i]);
    }
    assert_int_equal(fixture_ready(world, listener), 0);
    world_close(world, idle);
    world_close(world, listener);
}

static void accept_hands_out_in_order_of_arrival(void **state)
{
    (void)state;
    fixture_in_both(drill_accept);
}

static void drill_listener_gone(struct world *world)
{
    struct world_address address;
    struct world_address peer;
    int listener = fixture_listener(world, 5, &address);
    int client = fixture_client(world, &address);
    world_close(world, listener);
    assert_int_equal(fixture_ready(world, client), FIXTURE_IN | FIXTURE_OUT | FIXTURE_BAD);
    assert_int_equal(world_getpeername(world, client, &peer), -ENOTCONN);
    assert_int_equal(fixture_recv(world, client), -ECONNRESET);
    assert_int_equal(fixture_recv(world, client), 0);
    world_close(world, client);
}

static void a_closed_listener_resets_those_who_wait(void **state)
{
    (void)state;
    fixture_in_both(drill_listener_gone);
}

static void drill_reset_before_accept(struct world *world)
{
    struct world_address address;
    struct world_address peer;
    int listener = fixture_listener(world, 5, &address);
    int client = fixture_client(world, &address);
    struct world_address local = fixture_local(world, client);
    assert_int_equal(world_set(world, client, WORLD_RESET_ON_CLOSE, 1), 0);
    world_close(world, client);
    int server = world_accept(world, listener, &peer);
    assert_true(server >= 0);
    assert_true(world_address_equal(&peer, &local));
    assert_int_equal(world_getpeername(world, server, &peer), -ENOTCONN);
    assert_int_equal(fixture_recv(world, server), -ECONNRESET);
    world_close(world, server);
    world_close(world, listener);
}

static void a_connection_reset_before_accept_is_accepted(void **state)
{
    (void)state;
    fixture_in_both(drill_reset_before_accept);
}

static void drill_listener_shutdown(struct world *world)
{
    struct world_address address;
    struct world_address peer;
    int listener = fixture_listener(world, 5, &address);
    assert_int_equal(world_shutdown(world, listener, WORLD_SHUT_WR), 0);
    int client = fixture_client(world, &address);
    assert_int_equal(world_ask(world, listener, WORLD_ACCEPT_QUEUE), 1);
    assert_int_equal(world_shutdown(world, listener, WORLD_SHUT_RD), 0);
    assert_int_equal(fixture_recv(world, client), -ECONNRESET);
    assert_int_equal(world_accept(world, listener, &peer), -EINVAL);
    assert_int_equal(world_listen(world, listener, 0), 0);
    assert_int_equal(world_listen(world, listener, 3), 0);
    world_close(world, client);
    world_close(world, listener);
}

static void a_listener_can_stop_and_listen_again(void **state)
{
    (void)state;
    fixture_in_both(drill_listener_shutdown);
}

static void drill_given_up(struct world *world)
{
    struct world_address address;
    int listener = fixture_listener(world, 0, &address);
    int first = fixture_client(world, &address);
    int hung = fixture_client(world, &address);
    assert_int_equal(world_shutdown(world, hung, WORLD_SHUT_WR), 0);
    assert_int_equal(fixture_ready(world, hung), FIXTURE_OUT | FIXTURE_BAD);
    assert_int_equal(fixture_recv(world, hung), -ECONNRESET);
    assert_int_equal(fixture_recv(world, hung), -ENOTCONN);
    assert_int_equal(world_shutdown(world, hung, WORLD_SHUT_WR), -ENOTCONN);
    world_close(world, hung);
    world_close(world, first);
    world_close(world, listener);
}

static void a_hung_connect_can_be_given_up(void **state)
{
    (void)state;
    fixture_in_both(drill_given_up);
}

static void drill_wrong_calls(struct world *world)
{
    struct world_address address;
    struct world_address peer;
    struct world_address far_off;
    int udp = fixture_bound(world, WORLD_UDP, &address);
    int tcp = fixture_socket(world, WORLD_TCP);
    assert_int_equal(world_listen(world, udp, 1), -EOPNOTSUPP);
    assert_int_equal(world_accept(world, udp, &peer), -EOPNOTSUPP);
    assert_int_equal(world_ask(world, udp, WORLD_ACCEPT_QUEUE), -EOPNOTSUPP);
    assert_int_equal(world_set(world, udp, WORLD_NO_DELAY, 1), -ENOPROTOOPT);
    assert_int_equal(world_set(world, tcp, WORLD_NO_DELAY, 1), 0);
    assert_int_equal(fixture_ready(world, tcp), FIXTURE_OUT | FIXTURE_BAD);
    assert_int_equal(fixture_recv(world, tcp), -ENOTCONN);
    assert_int_equal(fixture_send(world, tcp, "x"), -EPIPE);
    assert_int_equal(world_shutdown(world, tcp, WORLD_SHUT_WR), -ENOTCONN);
    assert_int_equal(world_getpeername(world, tcp, &peer), -ENOTCONN);
    assert_int_equal(world_address_parse("10.99.99.99:1", &far_off), 0);
    assert_int_equal(world_bind(world, tcp, &far_off), -EADDRNOTAVAIL);
    world_close(world, udp);
    world_close(world, tcp);
}

static void calls_on_the_wrong_socket_are_refused(void **state)
{
    (void)state;
    fixture_in_both(drill_wrong_calls);
}

static void a_number_that_is_no_socket_is_ebadf(void **state)
{
    (void)state;
    struct world *world = world_sim_new(NULL);
    struct world_address address = world_loopback(WORLD_IPV4, 0);
    char byte = 0;
    int closed = fixture_socket(world, WORLD_TCP);
    world_close(world, closed);
    const int numbers[] = {closed, 5, 1 << 30};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        int socket = numbers[i];
        assert_int_equal(world_bind(world, socket, &address), -EBADF);
        assert_int_equal(world_listen(world, socket, 1), -EBADF);
        assert_int_equal(world_accept(world, socket, &address), -EBADF);
        assert_int_equal(world_connect(world, socket, &address), -EBADF);
        assert_int_equal(world_recv(world, socket, &byte, 1), -EBADF);
        assert_int_equal(world_recvfrom(world, socket, &byte, 1, NULL), -EBADF);
        assert_int_equal(world_send(world, socket, "x", 1), -EBADF);
        assert_int_equal(world_sendto(world, socket, "x", 1, &address), -EBADF);
        assert_int_equal(world_shutdown(world, socket, WORLD_SHUT_WR), -EBADF);
        assert_int_equal(world_close(world, socket), -EBADF);
        assert_int_equal(world_getsockname(world, socket, &address), -EBADF);
        assert_int_equal(world_getpeername(world, socket, &address), -EBADF);
        assert_int_equal(world_set(world, socket, WORLD_NO_DELAY, 1), -EBADF);
        assert_int_equal(world_ask(world, socket, WORLD_ERROR), -EBADF);
        assert_int_equal(world_watch(world, socket, WORLD_READABLE, NULL), -EBADF);
    }
    world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_more_than_the_backlog_connects),
        cmocka_unit_test(connect_tells_how_far_it_is),
        cmocka_unit_test(a_refused_socket_can_connect_anew),
        cmocka_unit_test(accept_hands_out_in_order_of_arrival),
        cmocka_unit_test(a_closed_listener_resets_those_who_wait),
        cmocka_unit_test(a_connection_reset_before_accept_is_accepted),
        cmocka_unit_test(a_listener_can_stop_and_listen_again),
        cmocka_unit_test(a_hung_connect_can_be_given_up),
        cmocka_unit_test(calls_on_the_wrong_socket_are_refused),
        cmocka_unit_test(a_number_that_is_no_socket_is_ebadf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
