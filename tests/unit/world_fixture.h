/* SPDX-License-Identifier: MIT */
/*
 * For tests that run the same body on real and on simulated sockets: worlds, connected pairs,
 * readiness now. Nothing here waits: loopback delivers before a call returns, in both worlds.
 */
#ifndef DRILL_TESTS_WORLD_FIXTURE_H
#define DRILL_TESTS_WORLD_FIXTURE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "world.h"
#include "world_sim.h"

#define FIXTURE_IN  WORLD_READABLE
#define FIXTURE_OUT WORLD_WRITABLE
#define FIXTURE_BAD WORLD_FAILED

struct fixture_pair {
    int listener, client, server;
    struct world_address address; /* of the listener */
};

static inline void fixture_in_both(void (*body)(struct world *world))
{
    struct world *worlds[] = {world_kernel_new(), world_sim_new(NULL)};
    for (size_t i = 0; i < 2; i++) {
        assert_non_null(worlds[i]);
        body(worlds[i]);
        world_free(worlds[i]);
    }
}

static inline int fixture_socket(struct world *world, enum world_transport transport)
{
    int socket = world_socket(world, transport, WORLD_IPV4);
    assert_true(socket >= 0);
    return socket;
}

static inline struct world_address fixture_local(struct world *world, int socket)
{
    struct world_address address;
    assert_int_equal(world_getsockname(world, socket, &address), 0);
    return address;
}

/* A socket that is bound to a free port of 127.0.0.1. */
static inline int fixture_bound(struct world *world, enum world_transport transport,
                                struct world_address *address)
{
    struct world_address any = world_loopback(WORLD_IPV4, 0);
    int socket = fixture_socket(world, transport);
    assert_int_equal(world_bind(world, socket, &any), 0);
    *address = fixture_local(world, socket);
    return socket;
}

static inline int fixture_listener(struct world *world, int backlog, struct world_address *address)
{
    int socket = fixture_bound(world, WORLD_TCP, address);
    assert_int_equal(world_listen(world, socket, backlog), 0);
    return socket;
}

static inline int fixture_client(struct world *world, const struct world_address *address)
{
    int socket = fixture_socket(world, WORLD_TCP);
    assert_int_equal(world_connect(world, socket, address), -EINPROGRESS);
    return socket;
}

static inline void fixture_pair_open(struct world *world, struct fixture_pair *pair)
{
    struct world_address peer;
    pair->listener = fixture_listener(world, 5, &pair->address);
    pair->client = fixture_client(world, &pair->address);
    pair->server = world_accept(world, pair->listener, &peer);
    assert_true(pair->server >= 0);
}

static inline void fixture_pair_close(struct world *world, const struct fixture_pair *pair)
{
    world_close(world, pair->client);
    world_close(world, pair->server);
    world_close(world, pair->listener);
}

/* What a socket is ready for right now. */
static inline uint32_t fixture_ready(struct world *world, int socket)
{
    struct world_event event = {0};
    assert_int_equal(world_watch(world, socket, FIXTURE_IN | FIXTURE_OUT, &event), 0);
    int count = world_wait(world, 0, &event, 1);
    assert_int_equal(world_watch(world, socket, 0, NULL), 0);
    return count == 1 ? event.events : 0;
}

/* -errno, 0 at the end of the stream, or the one byte that was received. */
static inline int fixture_recv(struct world *world, int socket)
{
    char byte = 0;
    ssize_t received = world_recv(world, socket, &byte, 1);
    return received == 1 ? byte : (int)received;
}

static inline int fixture_send(struct world *world, int socket, const char *text)
{
    return (int)world_send(world, socket, text, strlen(text));
}

/* The client's end after the server closed without having read what was sent: a reset. */
static inline void fixture_reset_by_server(struct world *world, struct fixture_pair *pair)
{
    assert_int_equal(world_set(world, pair->server, WORLD_RESET_ON_CLOSE, 1), 0);
    assert_int_equal(world_close(world, pair->server), 0);
    pair->server = fixture_socket(world, WORLD_TCP);
}

#endif
