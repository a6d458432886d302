/* SPDX-License-Identifier: MIT */
/* Real sockets and epoll: each call of world.h is one system call with the errno negated. */
#include "world.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"

#define KERNEL_EVENTS_MAX 256

struct world_kernel {
    struct world world;
    int epoll;
    size_t socket_max; /* descriptors below this have a place in `watched` */
    uint8_t *watched;  /* per descriptor: whether epoll knows it */
};

union kernel_address {
    struct sockaddr any;
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;
};

static struct world_kernel *kernel_of(struct world *world)
{
    return (struct world_kernel *)world;
}

static int kernel_result(long result)
{
    return result < 0 ? -errno : (int)result;
}

static socklen_t kernel_address_from(const struct world_address *address, union kernel_address *raw)
{
    memset(raw, 0, sizeof(*raw));
    if (address->family == WORLD_IPV6) {
        raw->in6.sin6_family = AF_INET6;
        raw->in6.sin6_port = htons(address->port);
        memcpy(&raw->in6.sin6_addr, address->ip, 16);
        return sizeof(raw->in6);
    }
    raw->in4.sin_family = AF_INET;
    raw->in4.sin_port = htons(address->port);
    memcpy(&raw->in4.sin_addr, address->ip, 4);
    return sizeof(raw->in4);
}

static void kernel_address_to(const union kernel_address *raw, struct world_address *address)
{
    *address = (struct world_address){0};
    if (raw->any.sa_family == AF_INET6) {
        address->family = WORLD_IPV6;
        address->port = ntohs(raw->in6.sin6_port);
        memcpy(address->ip, &raw->in6.sin6_addr, 16);
    } else {
        address->family = WORLD_IPV4;
        address->port = ntohs(raw->in4.sin_port);
        memcpy(address->ip, &raw->in4.sin_addr, 4);
    }
}

/* A descriptor beyond the limit of world_kernel_new can only mean that the limit was raised since.
 */
static int kernel_admit(struct world_kernel *kernel, int socket)
{
    if (socket >= 0 && (size_t)socket >= kernel->socket_max) {
        close(socket);
        return -EMFILE;
    }
    return socket;
}

static int kernel_socket(struct world *world, enum world_transport transport,
                         enum world_family family)
{
    int type = transport == WORLD_TCP ? SOCK_STREAM : SOCK_DGRAM;
    int domain = family == WORLD_IPV6 ? AF_INET6 : AF_INET;
    int descriptor = socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return kernel_admit(kernel_of(world), kernel_result(descriptor));
}

static int kernel_bind(struct world *world, int socket, const struct world_address *address)
{
    (void)world;
    int on = 1;
    /* A server that is started again must not wait for the TIME_WAIT of its last connections:
     * socket(7). UDP would share the port with a live server, so it is left alone. */
    int type = 0;
    socklen_t size = sizeof(type);
    if (getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM &&
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0) {
        return -errno;
    }
    union kernel_address raw;
    socklen_t length = kernel_address_from(address, &raw);
    return kernel_result(bind(socket, &raw.any, length));
}

static int kernel_listen(struct world *world, int socket, int backlog)
{
    (void)world;
    return kernel_result(listen(socket, backlog));
}

static int kernel_accept(struct world *world, int socket, struct world_address *peer)
{
    union kernel_address raw = {0};
    socklen_t length = sizeof(raw);
    int accepted = accept4(socket, &raw.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted < 0) {
        return -errno;
    }
    kernel_address_to(&raw, peer);
    return kernel_admit(kernel_of(world), accepted);
}

static int kernel_connect(struct world *world, int socket, const struct world_address *address)
{
    (void)world;
    union kernel_address raw;
    socklen_t length = kernel_address_from(address, &raw);
    return kernel_result(connect(socket, &raw.any, length));
}

static ssize_t kernel_recv(struct world *world, int socket, void *data, size_t size)
{
    (void)world;
    ssize_t received = recv(socket, data, size, 0);
    return received < 0 ? -errno : received;
}

static ssize_t kernel_recvfrom(struct world *world, int socket, void *data, size_t size,
                               struct world_address *peer)
{
    (void)world;
    union kernel_address raw = {0};
    socklen_t length = sizeof(raw);
    ssize_t received = recvfrom(socket, data, size, MSG_TRUNC, &raw.any, &length);
    if (received < 0) {
        return -errno;
    }
    if (peer) {
        kernel_address_to(&raw, peer);
    }
    return received;
}

static ssize_t kernel_send(struct world *world, int socket, const void *data, size_t size)
{
    (void)world;
    ssize_t sent = send(socket, data, size, MSG_NOSIGNAL);
    return sent < 0 ? -errno : sent;
}

static ssize_t kernel_sendto(struct world *world, int socket, const void *data, size_t size,
                             const struct world_address *peer)
{
    (void)world;
    union kernel_address raw;
    socklen_t length = kernel_address_from(peer, &raw);
    ssize_t sent = sendto(socket, data, size, MSG_NOSIGNAL, &raw.any, length);
    return sent < 0 ? -errno : sent;
}

static int kernel_shutdown(struct world *world, int socket, enum world_shutdown how)
{
    (void)world;
    switch (how) {
    case WORLD_SHUT_RD:
        return kernel_result(shutdown(socket, SHUT_RD));
    case WORLD_SHUT_WR:
        return kernel_result(shutdown(socket, SHUT_WR));
    case WORLD_SHUT_RDWR:
        return kernel_result(shutdown(socket, SHUT_RDWR));
    }
    return -EINVAL;
}

static int kernel_close(struct world *world, int socket)
{
    /* Closing the last descriptor of a socket takes it out of the epoll set: epoll(7). */
    kernel_of(world)->watched[socket] = 0;
    return kernel_result(close(socket));
}

static int kernel_getsockname(struct world *world, int socket, struct world_address *address)
{
    (void)world;
    union kernel_address raw = {0};
    socklen_t length = sizeof(raw);
    if (getsockname(socket, &raw.any, &length) != 0) {
        return -errno;
    }
    kernel_address_to(&raw, address);
    return 0;
}

static int kernel_getpeername(struct world *world, int socket, struct world_address *address)
{
    (void)world;
    union kernel_address raw = {0};
    socklen_t length = sizeof(raw);
    if (getpeername(socket, &raw.any, &length) != 0) {
        return -errno;
    }
    kernel_address_to(&raw, address);
    return 0;
}

static int kernel_set(struct world *world, int socket, enum world_option option, int value)
{
    (void)world;
    struct linger linger = {.l_onoff = value, .l_linger = 0};
    switch (option) {
    case WORLD_SEND_BUFFER:
        return kernel_result(setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &value, sizeof(value)));
    case WORLD_RECEIVE_BUFFER:
        return kernel_result(setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &value, sizeof(value)));
    case WORLD_RESET_ON_CLOSE:
        return kernel_result(setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
    case WORLD_NO_DELAY:
        return kernel_result(setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &value, sizeof(value)));
    }
    return -EINVAL;
}

static int kernel_ask(struct world *world, int socket, enum world_question question)
{
    (void)world;
    int error = 0;
    socklen_t size = sizeof(error);
    struct tcp_info info = {0};
    socklen_t info_size = sizeof(info);
    uint32_t memory[SK_MEMINFO_VARS] = {0};
    socklen_t memory_size = sizeof(memory);
    switch (question) {
    case WORLD_ERROR:
        return getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : -errno;
    case WORLD_ACCEPT_QUEUE:
        /* Of a listener, tcpi_unacked is the length of its accept queue: net/ipv4/tcp.c,
         * tcp_get_info. */
        return getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &info_size) == 0
                   ? (int)info.tcpi_unacked
                   : -errno;
    case WORLD_DROPPED:
        return getsockopt(socket, SOL_SOCKET, SO_MEMINFO, memory, &memory_size) == 0
                   ? (int)memory[SK_MEMINFO_DROPS]
                   : -errno;
    case WORLD_UNDER_WAY:
        return 0;
    }
    return -EINVAL;
}

static int kernel_watch(struct world *world, int socket, uint32_t events, void *token)
{
    struct world_kernel *kernel = kernel_of(world);
    struct epoll_event event = {.data.ptr = token};
    event.events = (events & WORLD_READABLE ? (uint32_t)EPOLLIN : 0) |
                   (events & WORLD_WRITABLE ? (uint32_t)EPOLLOUT : 0);
    int operation = kernel->watched[socket] ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (events == 0) {
        if (!kernel->watched[socket]) {
            return 0;
        }
        operation = EPOLL_CTL_DEL;
    }
    int status = kernel_result(epoll_ctl(kernel->epoll, operation, socket, &event));
    if (status == 0) {
        kernel->watched[socket] = events != 0;
    }
    return status;
}

static int kernel_timeout_ms(uint64_t deadline_ns)
{
    if (deadline_ns == 0) {
        return 0;
    }
    if (deadline_ns == CLOCK_NEVER_NS) {
        return -1;
    }
    uint64_t now_ns = clock_real_ns();
    if (deadline_ns <= now_ns) {
        return 0;
    }
    uint64_t ms = (deadline_ns - now_ns + CLOCK_MS - 1) / CLOCK_MS;
    return ms > 3600000 ? 3600000 : (int)ms;
}

static int kernel_wait(struct world *world, uint64_t deadline_ns, struct world_event *events,
                       int count)
{
    struct epoll_event raw[KERNEL_EVENTS_MAX];
    int most = count < KERNEL_EVENTS_MAX ? count : KERNEL_EVENTS_MAX;
    int ready = epoll_wait(kernel_of(world)->epoll, raw, most, kernel_timeout_ms(deadline_ns));
    if (ready < 0) {
        return -errno;
    }
    for (int i = 0; i < ready; i++) {
        uint32_t bits = raw[i].events;
        events[i].token = raw[i].data.ptr;
        events[i].events = (bits & EPOLLIN ? WORLD_READABLE : 0) |
                           (bits & EPOLLOUT ? WORLD_WRITABLE : 0) |
                           (bits & (EPOLLERR | EPOLLHUP) ? WORLD_FAILED : 0);
    }
    return ready;
}

static uint64_t kernel_now_ns(struct world *world)
{
    (void)world;
    return clock_real_ns();
}

static uint64_t kernel_pass(struct world *world, uint64_t span_ns)
{
    (void)world;
    return span_ns;
}

static void kernel_free(struct world *world)
{
    struct world_kernel *kernel = kernel_of(world);
    close(kernel->epoll);
    free(kernel->watched);
    free(kernel);
}

static const struct world_ops kernel_ops = {
    .kind = WORLD_KERNEL,
    .socket = kernel_socket,
    .bind = kernel_bind,
    .listen = kernel_listen,
    .accept = kernel_accept,
    .connect = kernel_connect,
    .recv = kernel_recv,
    .recvfrom = kernel_recvfrom,
    .send = kernel_send,
    .sendto = kernel_sendto,
    .shutdown = kernel_shutdown,
    .close = kernel_close,
    .getsockname = kernel_getsockname,
    .getpeername = kernel_getpeername,
    .set = kernel_set,
    .ask = kernel_ask,
    .watch = kernel_watch,
    .wait = kernel_wait,
    .now_ns = kernel_now_ns,
    .pass = kernel_pass,
    .free = kernel_free,
};

struct world *world_kernel_new(void)
{
    struct rlimit limit;
    struct world_kernel *kernel = calloc(1, sizeof(*kernel));
    if (!kernel) {
        return NULL;
    }
    kernel->world.ops = &kernel_ops;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max == RLIM_INFINITY) {
        limit.rlim_max = 1 << 20;
    }
    kernel->socket_max = (size_t)limit.rlim_max;
    kernel->watched = calloc(kernel->socket_max, sizeof(*kernel->watched));
    kernel->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!kernel->watched || kernel->epoll < 0) {
        int error = kernel->watched ? errno : ENOMEM;
        if (kernel->epoll >= 0) {
            close(kernel->epoll);
        }
        free(kernel->watched);
        free(kernel);
        errno = error;
        return NULL;
    }
    return &kernel->world;
}
