/* SPDX-License-Identifier: MIT */
/*
 * A world that always gives the same answers, each a thousand ns after the last: what decorators
 * are tried on. One test at a time: `told_ns` is its clock, set by the test.
 */
#ifndef DRILL_TESTS_TOLD_WORLD_H
#define DRILL_TESTS_TOLD_WORLD_H

#include <errno.h>
#include <string.h>

#include "world.h"

static uint64_t told_ns;

static int told_socket(struct world *world, enum world_transport transport,
                       enum world_family family)
{
    (void)world;
    (void)family;
    return transport == WORLD_TCP ? 3 : -EMFILE;
}

static int told_bind(struct world *world, int socket, const struct world_address *address)
{
    (void)world;
    (void)socket;
    return address->port > 0 ? 0 : -EACCES;
}

static int told_listen(struct world *world, int socket, int backlog)
{
    (void)world;
    (void)socket;
    (void)backlog;
    return 0;
}

static int told_accept(struct world *world, int socket, struct world_address *peer)
{
    (void)world;
    *peer = world_loopback(WORLD_IPV6, 32768);
    return socket == 3 ? 4 : -EAGAIN;
}

static ssize_t told_recv(struct world *world, int socket, void *data, size_t size)
{
    (void)world;
    (void)socket;
    size_t given = size < 5 ? size : 5;
    memcpy(data, "hello", given);
    return (ssize_t)given;
}

static ssize_t told_recvfrom(struct world *world, int socket, void *data, size_t size,
                             struct world_address *peer)
{
    (void)world;
    (void)socket;
    memcpy(data, "hello, all", size < 10 ? size : 10);
    if (peer) {
        *peer = world_loopback(WORLD_IPV4, 7);
    }
    return 10;
}

static ssize_t told_send(struct world *world, int socket, const void *data, size_t size)
{
    (void)world;
    (void)socket;
    (void)data;
    return size > 3 ? 3 : (ssize_t)size;
}

static ssize_t told_sendto(struct world *world, int socket, const void *data, size_t size,
                           const struct world_address *peer)
{
    (void)world;
    (void)socket;
    (void)data;
    return peer->port > 0 ? (ssize_t)size : -ECONNREFUSED;
}

static int told_shutdown(struct world *world, int socket, enum world_shutdown how)
{
    (void)world;
    (void)socket;
    return how == WORLD_SHUT_WR ? 0 : -ENOTCONN;
}

static int told_close(struct world *world, int socket)
{
    (void)world;
    (void)socket;
    return 0;
}

static int told_name(struct world *world, int socket, struct world_address *address)
{
    (void)world;
    *address = world_loopback(WORLD_IPV4, 9000);
    return socket == 3 ? 0 : -ENOTCONN;
}

static int told_set(struct world *world, int socket, enum world_option option, int value)
{
    (void)world;
    (void)socket;
    (void)option;
    return value < 0 ? -EINVAL : 0;
}

static int told_ask(struct world *world, int socket, enum world_question question)
{
    (void)world;
    (void)socket;
    return question == WORLD_ERROR ? ECONNRESET : 0;
}

static int told_watch(struct world *world, int socket, uint32_t events, void *token)
{
    (void)world;
    (void)socket;
    (void)events;
    (void)token;
    return 0;
}

static int told_wait(struct world *world, uint64_t deadline_ns, struct world_event *events,
                     int count)
{
    (void)world;
    (void)events;
    (void)count;
    return deadline_ns == 0 ? 0 : -EINTR;
}

static uint64_t told_now_ns(struct world *world)
{
    (void)world;
    return told_ns += 1000;
}

static uint64_t told_pass(struct world *world, uint64_t span_ns)
{
    (void)world;
    return span_ns;
}

static const struct world_ops told_ops = {
    .kind = WORLD_SIM,
    .socket = told_socket,
    .bind = told_bind,
    .listen = told_listen,
    .accept = told_accept,
    .connect = told_bind,
    .recv = told_recv,
    .recvfrom = told_recvfrom,
    .send = told_send,
    .sendto = told_sendto,
    .shutdown = told_shutdown,
    .close = told_close,
    .getsockname = told_name,
    .getpeername = told_name,
    .set = told_set,
    .ask = told_ask,
    .watch = told_watch,
    .wait = told_wait,
    .now_ns = told_now_ns,
    .pass = told_pass,
};
static struct world told = {.ops = &told_ops};

#endif
