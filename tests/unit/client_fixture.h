/* SPDX-License-Identifier: MIT */
/* A scenario's client and a bare socket of the same world: shared by the tests of the client. */
#ifndef DRILL_TESTS_CLIENT_FIXTURE_H
#define DRILL_TESTS_CLIENT_FIXTURE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client.h"
#include "clock.h"

#define TRIES_MAX 1000000

struct stage {
    struct world *world;
    struct loop loop;
    struct client client;
    struct world_address address;
    int listener, peer; /* TCP: what listens and what was accepted; UDP: `peer` is bound */
    int moves;
};

static inline void note_move(void *owner)
{
    ((struct stage *)owner)->moves++;
}

static inline void stage_init(struct stage *stage, enum world_transport transport)
{
    *stage = (struct stage){.world = world_kernel_new(), .listener = -1, .peer = -1};
    assert_non_null(stage->world);
    loop_init(&stage->loop, stage->world);
    assert_int_equal(client_init(&stage->client, &stage->loop, note_move, stage), 0);
    client_begin(&stage->client, transport);
    int socket = world_socket(stage->world, transport, WORLD_IPV4);
    struct world_address any = world_loopback(WORLD_IPV4, 0);
    assert_int_equal(world_bind(stage->world, socket, &any), 0);
    assert_int_equal(world_getsockname(stage->world, socket, &stage->address), 0);
    if (transport == WORLD_UDP) {
        stage->peer = socket;
    } else {
        assert_int_equal(world_listen(stage->world, socket, 5), 0);
        stage->listener = socket;
    }
}

static inline void stage_close(struct stage *stage, int *socket)
{
    if (*socket >= 0) {
        world_close(stage->world, *socket);
        *socket = -1;
    }
}

static inline void stage_fini(struct stage *stage)
{
    if (stage->client.watch.socket >= 0) {
        client_reset(&stage->client);
    }
    stage_close(stage, &stage->peer);
    stage_close(stage, &stage->listener);
    client_fini(&stage->client);
    world_free(stage->world);
}

static inline void stage_connect(struct stage *stage)
{
    struct world_address peer;
    assert_int_equal(client_open(&stage->client, stage->address.family), 0);
    assert_int_equal(client_connect(&stage->client, &stage->address), 0);
    for (int i = 0; i < TRIES_MAX && stage->client.state == CLIENT_CONNECTING; i++) {
        client_poll_connect(&stage->client);
    }
    assert_int_equal(stage->client.state, CLIENT_OPEN);
    for (int i = 0; i < TRIES_MAX && stage->listener >= 0 && stage->peer < 0; i++) {
        stage->peer = world_accept(stage->world, stage->listener, &peer);
    }
    assert_true(stage->peer >= 0);
    if (stage->listener >= 0) {
        assert_true(world_address_equal(&peer, &stage->client.local));
    }
}

static inline void stage_begin(struct stage *stage, enum world_transport transport)
{
    stage_init(stage, transport);
    stage_connect(stage);
}

/* Receives until `size` bytes or datagrams are there, or an end. */
static inline void receive_until(struct client *client, uint64_t size)
{
    for (int i = 0; i < TRIES_MAX && client->received < size && client->end == 0; i++) {
        client_receive(client);
    }
}

/* Sends more than the peer, which does not read, has room for. */
static inline void send_until_stuck(struct stage *stage)
{
    static uint8_t data[1 << 20];
    for (int i = 0; i < 64 && !stage->client.send_stuck; i++) {
        assert_int_equal(client_send(&stage->client, data, sizeof(data)), 0);
    }
    assert_true(stage->client.send_stuck);
    assert_true(client_has_unsent(&stage->client));
}

#endif
