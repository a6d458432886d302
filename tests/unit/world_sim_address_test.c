/* SPDX-License-Identifier: MIT */
/* Addresses and ports, on real and on simulated sockets alike. */
#include "world_fixture.h"

static struct world_address at(const char *host, uint16_t port)
{
    struct world_address address;
    assert_int_equal(world_address_parse(host, &address), 0);
    address.port = port;
    return address;
}

static void drill_bind(struct world *world)
{
    struct world_address address;
    struct world_address six = world_loopback(WORLD_IPV6, 0);
    struct world_address four = world_loopback(WORLD_IPV4, 0);
    int bound = fixture_bound(world, WORLD_TCP, &address);
    assert_int_equal(world_bind(world, bound, &four), -EINVAL);
    int other = fixture_socket(world, WORLD_TCP);
    assert_int_equal(world_bind(world, other, &six), -EAFNOSUPPORT);
    assert_int_equal(world_connect(world, other, &six), -EAFNOSUPPORT);
    int third = world_socket(world, WORLD_TCP, WORLD_IPV6);
    assert_int_equal(world_bind(world, third, &four), -EINVAL);
    assert_int_equal(world_connect(world, third, &four), -EINVAL);
    assert_int_equal(world_bind(world, third, &six), 0);
    assert_int_equal(fixture_local(world, third).family, WORLD_IPV6);
    struct world_address unbound = fixture_local(world, other);
    assert_int_equal(unbound.port, 0);
    world_close(world, bound);
    world_close(world, other);
    world_close(world, third);
}

static void a_socket_is_bound_once_and_to_its_family(void **state)
{
    (void)state;
    fixture_in_both(drill_bind);
}

static void drill_tcp_ports(struct world *world)
{
    struct world_address address;
    int first = fixture_bound(world, WORLD_TCP, &address);
    int second = fixture_socket(world, WORLD_TCP);
    int third = fixture_socket(world, WORLD_TCP);
    assert_int_equal(world_bind(world, second, &address), 0);
    assert_int_equal(world_listen(world, first, 1), 0);
    assert_int_equal(world_listen(world, second, 1), -EADDRINUSE);
    assert_int_equal(world_bind(world, third, &address), -EADDRINUSE);
    struct world_address any = at("0.0.0.0:0", address.port);
    assert_int_equal(world_bind(world, third, &any), -EADDRINUSE);
    struct world_address elsewhere = at("127.0.0.2:0", address.port);
    assert_int_equal(world_bind(world, third, &elsewhere), 0);
    assert_int_equal(world_listen(world, third, 1), 0);
    int client = fixture_client(world, &address);
    struct world_address taken = fixture_local(world, client);
    int fourth = fixture_socket(world, WORLD_TCP);
    assert_int_equal(world_bind(world, fourth, &taken), -EADDRINUSE);
    assert_int_equal(world_ask(world, first, WORLD_ACCEPT_QUEUE), 1);
    assert_int_equal(world_ask(world, third, WORLD_ACCEPT_QUEUE), 0);
    int sockets[] = {first, second, third, fourth, client};
    for (size_t i = 0; i < 5; i++) {
        world_close(world, sockets[i]);
    }
}

static void tcp_shares_ports_but_not_with_a_listener(void **state)
{
    (void)state;
    fixture_in_both(drill_tcp_ports);
}

static void drill_same_connection(struct world *world)
{
    struct world_address address;
    struct world_address bound;
    int listener = fixture_listener(world, 5, &address);
    int first = fixture_bound(world, WORLD_TCP, &bound);
    int second = fixture_socket(world, WORLD_TCP);
    assert_int_equal(world_bind(world, second, &bound), 0);
    assert_int_equal(world_connect(world, first, &address), -EINPROGRESS);
    assert_int_equal(world_connect(world, second, &address), -EADDRNOTAVAIL);
    struct world_address peer;
    int server = world_accept(world, listener, &peer);
    assert_true(world_address_equal(&peer, &bound));
    world_close(world, server);
    world_close(world, first);
    world_close(world, second);
    world_close(world, listener);
}

static void the_same_connection_cannot_be_made_twice(void **state)
{
    (void)state;
    fixture_in_both(drill_same_connection);
}

static void drill_wildcard(struct world *world)
{
    int listener = fixture_socket(world, WORLD_TCP);
    assert_int_equal(world_listen(world, listener, 5), 0);
    struct world_address any = fixture_local(world, listener);
    struct world_address wanted = at("0.0.0.0:0", any.port);
    assert_true(any.port > 0 && world_address_equal(&any, &wanted));
    struct world_address fifth = at("127.0.0.5:0", any.port);
    struct world_address peer;
    int client = fixture_client(world, &fifth);
    int server = world_accept(world, listener, &peer);
    assert_true(server >= 0);
    struct world_address local = fixture_local(world, server);
    assert_true(world_address_equal(&local, &fifth));
    wanted = world_loopback(WORLD_IPV4, peer.port);
    assert_true(world_address_equal(&peer, &wanted));
    int second = fixture_client(world, &any);
    assert_int_equal(world_getpeername(world, second, &peer), 0);
    wanted = world_loopback(WORLD_IPV4, any.port);
    assert_true(world_address_equal(&peer, &wanted));
    world_close(world, client);
    world_close(world, second);
    world_close(world, server);
    world_close(world, listener);
}

static void a_wildcard_listener_is_reached_by_every_local_address(void **state)
{
    (void)state;
    fixture_in_both(drill_wildcard);
}

static void drill_udp_ports(struct world *world)
{
    struct world_address address;
    int first = fixture_bound(world, WORLD_UDP, &address);
    int second = fixture_socket(world, WORLD_UDP);
    struct world_address any = at("0.0.0.0:0", address.port);
    struct world_address elsewhere = at("127.0.0.2:0", address.port);
    assert_int_equal(world_bind(world, second, &address), -EADDRINUSE);
    assert_int_equal(world_bind(world, second, &any), -EADDRINUSE);
    assert_int_equal(world_bind(world, second, &elsewhere), 0);
    int sender = fixture_socket(world, WORLD_UDP);
    assert_int_equal(world_sendto(world, sender, "x", 1, &elsewhere), 1);
    assert_int_equal(fixture_recv(world, first), -EAGAIN);
    assert_int_equal(fixture_recv(world, second), 'x');
    world_close(world, first);
    world_close(world, second);
    world_close(world, sender);
}

static void udp_shares_no_port(void **state)
{
    (void)state;
    fixture_in_both(drill_udp_ports);
}

static void drill_rebind(struct world *world)
{
    struct fixture_pair pair;
    struct world_address any = world_loopback(WORLD_IPV4, 0);
    fixture_pair_open(world, &pair);
    struct world_address before = fixture_local(world, pair.client);
    fixture_reset_by_server(world, &pair);
    struct world_address after = fixture_local(world, pair.client);
    assert_true(world_address_equal(&before, &after));
    assert_int_equal(world_bind(world, pair.client, &any), 0);
    assert_int_equal(world_connect(world, pair.client, &pair.address), -ECONNRESET);
    assert_int_equal(world_connect(world, pair.client, &pair.address), -EINPROGRESS);
    fixture_pair_close(world, &pair);
}

static void a_reset_socket_has_given_its_port_back(void **state)
{
    (void)state;
    fixture_in_both(drill_rebind);
}

/* Binds until no port is left; returns how many there were. The socket that got none is `*last`. */
static int take_all_ports(struct world *world, uint16_t *ports, int *last)
{
    struct world_address any = world_loopback(WORLD_IPV4, 0);
    for (int count = 0;; count++) {
        *last = fixture_socket(world, WORLD_UDP);
        int status = world_bind(world, *last, &any);
        if (status != 0) {
            assert_int_equal(status, -EADDRINUSE);
            return count;
        }
        ports[count] = fixture_local(world, *last).port;
    }
}

static void ports_run_out_as_an_error_and_come_back(void **state)
{
    (void)state;
    /* Of the ports from 32768 up, Wireshark knows 35. */
    enum { PORTS = 65536 - 1024, USUAL = 32768 - 35 };
    static uint16_t ports[2][65536];
    struct world *world = world_sim_new(NULL);
    for (int run = 0; run < 2; run++) {
        int last = -1;
        struct world_address address = at("127.0.0.1:0", 9);
        struct world_address any = at("127.0.0.1:0", 0);
        world_sim_reset(world, 1, NULL);
        assert_int_equal(take_all_ports(world, ports[run], &last), PORTS);
        assert_int_equal(world_connect(world, last, &address), -EAGAIN);
        for (int i = 0; i < USUAL; i++) {
            assert_in_range(ports[run][i], 32768, 65535);
            assert_int_not_equal(ports[run][i], 34980); /* EtherCAT */
            assert_int_not_equal(ports[run][i], 57000); /* IRC */
        }
        /* The nth socket of a new world has the number n. A usual port goes before a spare one. */
        world_close(world, USUAL);
        world_close(world, USUAL / 2);
        assert_int_equal(world_bind(world, last, &any), 0);
        assert_int_equal(fixture_local(world, last).port, ports[run][USUAL / 2]);
    }
    assert_memory_equal(ports[0], ports[1], sizeof(ports[0]));
    world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_socket_is_bound_once_and_to_its_family),
        cmocka_unit_test(tcp_shares_ports_but_not_with_a_listener),
        cmocka_unit_test(the_same_connection_cannot_be_made_twice),
        cmocka_unit_test(a_wildcard_listener_is_reached_by_every_local_address),
        cmocka_unit_test(udp_shares_no_port),
        cmocka_unit_test(a_reset_socket_has_given_its_port_back),
        cmocka_unit_test(ports_run_out_as_an_error_and_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
