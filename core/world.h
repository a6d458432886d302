/* SPDX-License-Identifier: MIT */
/*
 * The seam between the harness and a network: real sockets (world_kernel.c) or a simulated network
 * (world_sim.h), and decorators that wrap either: world_fault.h, world_trace.h.
 *
 * Every call is non-blocking, carries the name and the contract of the POSIX call it stands for,
 * and returns a result that is 0 or positive, or -errno. Sockets are small non-negative integers;
 * -1 is no socket. Nothing above this header may know which world it lives in. The wrappers below
 * are the place for asserts. One world belongs to one thread. Sockets are closed by whoever opened
 * them.
 */
#ifndef DRILL_CORE_WORLD_H
#define DRILL_CORE_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "check.h"

enum world_kind { WORLD_KERNEL = 1, WORLD_SIM = 2 };
enum world_transport { WORLD_TCP, WORLD_UDP };
enum world_family { WORLD_IPV4, WORLD_IPV6 };

/* An Internet address and port; the IPv4 address is in the first four bytes, the rest are 0. */
struct world_address {
    enum world_family family;
    uint16_t port; /* host byte order */
    uint8_t ip[16];
};

enum world_shutdown { WORLD_SHUT_RD, WORLD_SHUT_WR, WORLD_SHUT_RDWR };

/* Options that can be set: socket(7), tcp(7). The value is an int. */
enum world_option {
    WORLD_SEND_BUFFER,    /* SO_SNDBUF, bytes asked for */
    WORLD_RECEIVE_BUFFER, /* SO_RCVBUF, bytes asked for */
    WORLD_RESET_ON_CLOSE, /* SO_LINGER with a time of 0: close sends RST */
    WORLD_NO_DELAY        /* TCP_NODELAY */
};

/* What can be asked about a socket. */
enum world_question {
    WORLD_ERROR,        /* SO_ERROR: the pending error as a positive errno, which this clears */
    WORLD_ACCEPT_QUEUE, /* TCP_INFO of a listener: connections that wait for accept */
    WORLD_DROPPED,      /* datagrams that arrived and were thrown away for lack of room */
    WORLD_UNDER_WAY     /* packets that the network still carries to this socket; loopback: 0 */
};

/* Readiness: epoll(7), level-triggered. */
#define WORLD_READABLE 1u
#define WORLD_WRITABLE 2u
#define WORLD_FAILED   4u /* an error or a hang-up is pending; always reported */

struct world_event {
    void *token;     /* as given to `watch` */
    uint32_t events; /* WORLD_READABLE | ... */
};

struct world;

struct world_ops {
    enum world_kind kind;

    /* socket(2): a new unbound socket, close-on-exec. */
    int (*socket)(struct world *world, enum world_transport transport, enum world_family family);
    /* bind(2). Port 0 takes a free one. */
    int (*bind)(struct world *world, int socket, const struct world_address *address);
    /* listen(2). May be called again to change the backlog. */
    int (*listen)(struct world *world, int socket, int backlog);
    /* accept(2): the new socket; `*peer` is the address accept returned. */
    int (*accept)(struct world *world, int socket, struct world_address *peer);
    /* connect(2): 0 or -EINPROGRESS; then the socket becomes writable and WORLD_ERROR tells the
     * outcome. */
    int (*connect)(struct world *world, int socket, const struct world_address *address);
    /* recv(2): bytes, or 0 at the end of the stream. */
    ssize_t (*recv)(struct world *world, int socket, void *data, size_t size);
    /* recvfrom(2) with MSG_TRUNC: the datagram's full length, which may exceed `size`. `peer` may
     * be NULL. */
    ssize_t (*recvfrom)(struct world *world, int socket, void *data, size_t size,
                        struct world_address *peer);
    /* send(2) with MSG_NOSIGNAL: the bytes taken, which may be fewer than `size`. */
    ssize_t (*send)(struct world *world, int socket, const void *data, size_t size);
    /* sendto(2). */
    ssize_t (*sendto)(struct world *world, int socket, const void *data, size_t size,
                      const struct world_address *peer);
    /* shutdown(2). */
    int (*shutdown)(struct world *world, int socket, enum world_shutdown how);
    /* close(2): the socket and its watch are gone whatever is returned. */
    int (*close)(struct world *world, int socket);
    /* getsockname(2), getpeername(2). */
    int (*getsockname)(struct world *world, int socket, struct world_address *address);
    int (*getpeername)(struct world *world, int socket, struct world_address *address);
    /* setsockopt(2), getsockopt(2). */
    int (*set)(struct world *world, int socket, enum world_option option, int value);
    int (*ask)(struct world *world, int socket, enum world_question question);
    /* Replaces the socket's interest; `events` 0 is silence (failures too). The token is handed
     * back by `wait`. */
    int (*watch)(struct world *world, int socket, uint32_t events, void *token);
    /* Waits until something is ready or the world's time reaches `deadline_ns` (0: do not wait;
     * UINT64_MAX: no deadline). Fills at most `count` events, returns how many, 0 at the deadline,
     * or -EINTR. */
    int (*wait)(struct world *world, uint64_t deadline_ns, struct world_event *events, int count);
    /* The world's own time: CLOCK_MONOTONIC for real sockets, virtual for simulated ones. */
    uint64_t (*now_ns)(struct world *world);
    /* Lets up to `span_ns` of the world's own time go by, but stops as soon as the network did
     * something by itself (a retried SYN, a late datagram). Returns how much went by. Real time
     * does not obey: there `span_ns` is returned at once. */
    uint64_t (*pass)(struct world *world, uint64_t span_ns);
    /* Frees the world; sockets were closed before. */
    void (*free)(struct world *world);
};

struct world {
    const struct world_ops *ops;
};

/* Real sockets and epoll. NULL with errno set when the machine refuses. */
struct world *world_kernel_new(void);

/* 127.0.0.1 or ::1. */
struct world_address world_loopback(enum world_family family, uint16_t port);
bool world_address_equal(const struct world_address *a, const struct world_address *b);

/* Longest text of an address: "[ffff:...:ffff]:65535" and its terminator. */
#define WORLD_ADDRESS_TEXT 64
/* "127.0.0.1:9000" or "[::1]:9000". Returns `text`. */
const char *world_address_text(const struct world_address *address, char text[WORLD_ADDRESS_TEXT]);
/* Reads what world_address_text writes; an empty host means IPv4 loopback. Returns 0 or -EINVAL. */
int world_address_parse(const char *text, struct world_address *address);

static inline int world_socket(struct world *world, enum world_transport transport,
                               enum world_family family)
{
    return world->ops->socket(world, transport, family);
}

static inline int world_bind(struct world *world, int socket, const struct world_address *address)
{
    ASSERT(socket >= 0);
    return world->ops->bind(world, socket, address);
}

static inline int world_listen(struct world *world, int socket, int backlog)
{
    ASSERT(socket >= 0);
    ASSERT(backlog >= 0);
    return world->ops->listen(world, socket, backlog);
}

static inline int world_accept(struct world *world, int socket, struct world_address *peer)
{
    ASSERT(socket >= 0);
    return world->ops->accept(world, socket, peer);
}

static inline int world_connect(struct world *world, int socket,
                                const struct world_address *address)
{
    ASSERT(socket >= 0);
    return world->ops->connect(world, socket, address);
}

static inline ssize_t world_recv(struct world *world, int socket, void *data, size_t size)
{
    ASSERT(socket >= 0);
    ASSERT(size > 0);
    ssize_t received = world->ops->recv(world, socket, data, size);
    ASSERT(received <= (ssize_t)size);
    return received;
}

static inline ssize_t world_recvfrom(struct world *world, int socket, void *data, size_t size,
                                     struct world_address *peer)
{
    ASSERT(socket >= 0);
    ASSERT(size > 0);
    return world->ops->recvfrom(world, socket, data, size, peer);
}

static inline ssize_t world_send(struct world *world, int socket, const void *data, size_t size)
{
    ASSERT(socket >= 0);
    ssize_t sent = world->ops->send(world, socket, data, size);
    ASSERT(sent <= (ssize_t)size);
    return sent;
}

static inline ssize_t world_sendto(struct world *world, int socket, const void *data, size_t size,
                                   const struct world_address *peer)
{
    ASSERT(socket >= 0);
    return world->ops->sendto(world, socket, data, size, peer);
}

static inline int world_shutdown(struct world *world, int socket, enum world_shutdown how)
{
    ASSERT(socket >= 0);
    return world->ops->shutdown(world, socket, how);
}

static inline int world_close(struct world *world, int socket)
{
    ASSERT(socket >= 0);
    return world->ops->close(world, socket);
}

static inline int world_getsockname(struct world *world, int socket, struct world_address *address)
{
    ASSERT(socket >= 0);
    return world->ops->getsockname(world, socket, address);
}

static inline int world_getpeername(struct world *world, int socket, struct world_address *address)
{
    ASSERT(socket >= 0);
    return world->ops->getpeername(world, socket, address);
}

static inline int world_set(struct world *world, int socket, enum world_option option, int value)
{
    ASSERT(socket >= 0);
    return world->ops->set(world, socket, option, value);
}

static inline int world_ask(struct world *world, int socket, enum world_question question)
{
    ASSERT(socket >= 0);
    return world->ops->ask(world, socket, question);
}

static inline int world_watch(struct world *world, int socket, uint32_t events, void *token)
{
    ASSERT(socket >= 0);
    return world->ops->watch(world, socket, events, token);
}

static inline int world_wait(struct world *world, uint64_t deadline_ns, struct world_event *events,
                             int count)
{
    ASSERT(count > 0);
    int ready = world->ops->wait(world, deadline_ns, events, count);
    ASSERT(ready <= count);
    return ready;
}

static inline uint64_t world_now_ns(struct world *world)
{
    return world->ops->now_ns(world);
}

static inline uint64_t world_pass(struct world *world, uint64_t span_ns)
{
    uint64_t passed_ns = world->ops->pass(world, span_ns);
    ASSERT(passed_ns <= span_ns);
    return passed_ns;
}

static inline void world_free(struct world *world)
{
    if (world) {
        world->ops->free(world);
    }
}

#endif
