/* SPDX-License-Identifier: MIT */
/* Hands each call on, and lies about some. */
#include "liar.h"

#include <errno.h>
#include <string.h>

#define LARGE_BYTES 4096

static const char *const lie_names[LIE_COUNT] = {
    [LIE_NONE] = "none",         [LIE_THIRD_RECV] = "third-recv",
    [LIE_READABLE] = "readable", [LIE_WRITABLE] = "writable",
    [LIE_END] = "end",           [LIE_RESET] = "reset",
    [LIE_BYTE] = "byte",         [LIE_LOST] = "lost",
    [LIE_REFUSED] = "refused",   [LIE_PEER] = "peer",
    [LIE_EMPTY] = "empty",       [LIE_ROOM] = "room",
};

static struct liar *liar_of(struct world *world)
{
    return (struct liar *)world;
}

static struct world *inner_of(struct world *world)
{
    return liar_of(world)->inner;
}

static bool lies(struct world *world, enum lie lie)
{
    return liar_of(world)->lie == lie;
}

/* Whether this is the nth occasion of the lie in this sequence. */
static bool occasion(struct world *world, enum lie lie, unsigned nth)
{
    return lies(world, lie) && ++liar_of(world)->seen == nth;
}

static int liar_socket(struct world *world, enum world_transport transport,
                       enum world_family family)
{
    return world_socket(inner_of(world), transport, family);
}

static int liar_bind(struct world *world, int socket, const struct world_address *address)
{
    return world_bind(inner_of(world), socket, address);
}

static int liar_listen(struct world *world, int socket, int backlog)
{
    return world_listen(inner_of(world), socket, backlog);
}

static int liar_accept(struct world *world, int socket, struct world_address *peer)
{
    int accepted = world_accept(inner_of(world), socket, peer);
    if (accepted >= 0 && lies(world, LIE_PEER)) {
        peer->port ^= 1;
    }
    return accepted;
}

static int liar_connect(struct world *world, int socket, const struct world_address *address)
{
    return world_connect(inner_of(world), socket, address);
}

static ssize_t liar_recv(struct world *world, int socket, void *data, size_t size)
{
    if (lies(world, LIE_THIRD_RECV) && ++liar_of(world)->seen >= 3) {
        return -EAGAIN;
    }
    ssize_t received = world_recv(inner_of(world), socket, data, size);
    if (received == 0 && lies(world, LIE_END)) {
        return -EAGAIN;
    }
    if (received == -ECONNRESET && lies(world, LIE_RESET)) {
        return 0;
    }
    if (received > 0 && occasion(world, LIE_BYTE, 2)) {
        ((unsigned char *)data)[received - 1] ^= 1;
    }
    return received > LARGE_BYTES && lies(world, LIE_LOST) ? received - 1 : received;
}

static ssize_t liar_recvfrom(struct world *world, int socket, void *data, size_t size,
                             struct world_address *peer)
{
    ssize_t received = world_recvfrom(inner_of(world), socket, data, size, peer);
    return received == 0 && lies(world, LIE_EMPTY) ? -EAGAIN : received;
}

/* Hands on what a send returned. */
static ssize_t liar_sent(struct world *world, ssize_t sent)
{
    if (sent > 0 && lies(world, LIE_ROOM)) {
        liar_of(world)->seen++;
    }
    return sent;
}

static ssize_t liar_send(struct world *world, int socket, const void *data, size_t size)
{
    return liar_sent(world, world_send(inner_of(world), socket, data, size));
}

static ssize_t liar_sendto(struct world *world, int socket, const void *data, size_t size,
                           const struct world_address *peer)
{
    return liar_sent(world, world_sendto(inner_of(world), socket, data, size, peer));
}

static int liar_shutdown(struct world *world, int socket, enum world_shutdown how)
{
    return world_shutdown(inner_of(world), socket, how);
}

static int liar_close(struct world *world, int socket)
{
    return world_close(inner_of(world), socket);
}

static int liar_getsockname(struct world *world, int socket, struct world_address *address)
{
    return world_getsockname(inner_of(world), socket, address);
}

static int liar_getpeername(struct world *world, int socket, struct world_address *address)
{
    return world_getpeername(inner_of(world), socket, address);
}

static int liar_set(struct world *world, int socket, enum world_option option, int value)
{
    return world_set(inner_of(world), socket, option, value);
}

static int liar_ask(struct world *world, int socket, enum world_question question)
{
    int answer = world_ask(inner_of(world), socket, question);
    return answer == ECONNREFUSED && lies(world, LIE_REFUSED) ? 0 : answer;
}

static int liar_watch(struct world *world, int socket, uint32_t events, void *token)
{
    return world_watch(inner_of(world), socket, events, token);
}

/* What is told of a socket that is ready for `events`. */
static uint32_t liar_ready(struct world *world, uint32_t events)
{
    bool failed = (events & WORLD_FAILED) != 0;
    if ((events & WORLD_READABLE) && lies(world, LIE_READABLE) && ++liar_of(world)->seen >= 2) {
        events &= ~WORLD_READABLE;
    }
    if ((failed && lies(world, LIE_WRITABLE)) ||
        (!failed && lies(world, LIE_ROOM) && liar_of(world)->seen > 0)) {
        events &= ~WORLD_WRITABLE;
    }
    return events;
}

static int liar_wait(struct world *world, uint64_t deadline_ns, struct world_event *events,
                     int count)
{
    int ready = world_wait(inner_of(world), deadline_ns, events, count);
    for (int i = 0; i < ready; i++) {
        events[i].events = liar_ready(world, events[i].events);
    }
    return ready;
}

static uint64_t liar_now_ns(struct world *world)
{
    return world_now_ns(inner_of(world));
}

static uint64_t liar_pass(struct world *world, uint64_t span_ns)
{
    return world_pass(inner_of(world), span_ns);
}

static void liar_free(struct world *world)
{
    (void)world;
}

static const struct world_ops liar_ops = {
    .kind = WORLD_KERNEL,
    .socket = liar_socket,
    .bind = liar_bind,
    .listen = liar_listen,
    .accept = liar_accept,
    .connect = liar_connect,
    .recv = liar_recv,
    .recvfrom = liar_recvfrom,
    .send = liar_send,
    .sendto = liar_sendto,
    .shutdown = liar_shutdown,
    .close = liar_close,
    .getsockname = liar_getsockname,
    .getpeername = liar_getpeername,
    .set = liar_set,
    .ask = liar_ask,
    .watch = liar_watch,
    .wait = liar_wait,
    .now_ns = liar_now_ns,
    .pass = liar_pass,
    .free = liar_free,
};

void liar_init(struct liar *liar, struct world *inner, enum lie lie)
{
    *liar = (struct liar){.ops = liar_ops, .inner = inner, .lie = lie};
    liar->ops.kind = inner->ops->kind;
    liar->world.ops = &liar->ops;
}

void liar_reset(struct liar *liar)
{
    liar->seen = 0;
}

const char *lie_name(enum lie lie)
{
    return lie_names[lie];
}

enum lie lie_parse(const char *name)
{
    int lie = 0;
    while (lie < LIE_COUNT && strcmp(lie_names[lie], name) != 0) {
        lie++;
    }
    return (enum lie)lie;
}
