/* SPDX-License-Identifier: MIT */
#include "loop/load.h"

#include "common/interrupt.h"
#include "common/upper.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* A prime period: consecutive messages of a connection differ, so that a stale or a doubled reply
 * cannot pass for the right one. */
#define PATTERN_PERIOD 4093
#define PATTERN_BYTES  (PATTERN_PERIOD + LOAD_CHUNK_BYTES_MAX)

#define EVENTS_MAX    256
#define REPLY_WAIT_MS 5000
#define NS_PER_SECOND UINT64_C(1000000000)

struct connection {
    int fd;
    uint64_t sent;     /* bytes, also the position in the pattern */
    uint64_t received; /* bytes answered and checked */
};

struct load {
    const struct load_plan *plan;
    int poller;
    bool sending;
    uint64_t unanswered; /* bytes over all connections */
    uint64_t answered;   /* bytes over all connections */
    unsigned connected;
    struct connection *connections;
    uint8_t asked[PATTERN_BYTES];
    uint8_t expected[PATTERN_BYTES];
    uint8_t reply[LOAD_CHUNK_BYTES_MAX];
};

/* All byte values occur, letters most often. */
static void load_make_pattern(struct load *load)
{
    for (size_t i = 0; i < PATTERN_BYTES; i++) {
        size_t place = i % PATTERN_PERIOD;
        load->asked[i] = (uint8_t)(place % 5 == 4 ? place / 5 : 'a' + place * 7 % 26);
    }
    upper_bytes(load->expected, load->asked, PATTERN_BYTES);
}

/* Sends chunks while the window has room. What the socket refuses waits for the next reply: a full
 * socket means that there is one to come. */
static int load_send(struct load *load, struct connection *connection, struct failure *failure)
{
    const struct load_plan *plan = load->plan;
    while (connection->sent - connection->received + plan->chunk_bytes <= plan->window_bytes) {
        const uint8_t *from = load->asked + connection->sent % PATTERN_PERIOD;
        ssize_t sent = send(connection->fd, from, plan->chunk_bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EAGAIN) {
            return 0;
        }
        if (sent < 0) {
            return failure_errno(failure, "sending to the server");
        }
        connection->sent += (uint64_t)sent;
        load->unanswered += (uint64_t)sent;
    }
    return 0;
}

static int load_receive(struct load *load, struct connection *connection, struct failure *failure)
{
    ssize_t got = recv(connection->fd, load->reply, sizeof(load->reply), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return 0;
    }
    if (got < 0) {
        return failure_errno(failure, "receiving from the server");
    }
    if (got == 0) {
        return failure_set(failure, -ECONNRESET, "the server closed a connection under load");
    }
    const uint8_t *right = load->expected + connection->received % PATTERN_PERIOD;
    if ((uint64_t)got > connection->sent - connection->received ||
        memcmp(load->reply, right, (size_t)got) != 0) {
        return failure_set(failure, -EBADMSG, "the server answered with wrong bytes");
    }
    connection->received += (uint64_t)got;
    load->answered += (uint64_t)got;
    load->unanswered -= (uint64_t)got;
    return load->sending ? load_send(load, connection, failure) : 0;
}

/* One turn: waits for replies, checks them and sends what they make room for. */
static int load_turn(struct load *load, struct failure *failure)
{
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(load->poller, events, EVENTS_MAX, REPLY_WAIT_MS);
    if (interrupt_seen()) {
        return failure_set(failure, -EINTR, "interrupted");
    }
    if (count == 0) {
        return failure_set(failure, -ETIMEDOUT, "no reply came for %d s", REPLY_WAIT_MS / 1000);
    }
    for (int i = 0; i < count; i++) {
        int result = load_receive(load, events[i].data.ptr, failure);
        if (result != 0) {
            return result;
        }
    }
    return 0;
}

static int load_drain(struct load *load, struct failure *failure)
{
    int result = 0;
    load->sending = false;
    while (result == 0 && load->unanswered > 0) {
        result = load_turn(load, failure);
    }
    return result;
}

/* Keeps every connection busy until the deadline, then waits for all that is still out. */
static int load_pump(struct load *load, uint64_t for_ns, struct failure *failure)
{
    int result = 0;
    uint64_t deadline_ns = process_now_ns() + for_ns;
    load->sending = true;
    for (unsigned i = 0; i < load->connected && result == 0; i++) {
        result = load_send(load, &load->connections[i], failure);
    }
    while (result == 0 && process_now_ns() < deadline_ns) {
        result = load_turn(load, failure);
    }
    return result == 0 ? load_drain(load, failure) : result;
}

/* Opens one connection and checks a first chunk on it: the server has accepted it for certain
 * before the next one knocks, so no backlog can fill. */
static int load_connect(struct load *load, uint16_t port, struct failure *failure)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct connection *connection = &load->connections[load->connected];
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return failure_errno(failure, "cannot open connection %u", load->connected + 1);
    }
    *connection = (struct connection){.fd = fd};
    load->connected++;
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        return failure_errno(failure, "cannot connect number %u", load->connected);
    }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    struct linger abort_on_close = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort_on_close, sizeof(abort_on_close));
    int result = load_send(load, connection, failure);
    if (result == 0 && epoll_ctl(load->poller, EPOLL_CTL_ADD, fd, &event) != 0) {
        result = failure_errno(failure, "cannot watch connection %u", load->connected);
    }
    return result == 0 ? load_drain(load, failure) : result;
}

static uint64_t load_own_cpu_ns(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (uint64_t)used.tv_sec * NS_PER_SECOND + (uint64_t)used.tv_nsec;
}

static int load_measure(struct load *load, const struct process *server,
                        struct load_figures *figures, struct failure *failure)
{
    uint64_t answered = load->answered;
    uint64_t server_ns = process_cpu_ns(server);
    uint64_t client_ns = load_own_cpu_ns();
    uint64_t start_ns = process_now_ns();
    int result = load_pump(load, load->plan->measure_ns, failure);
    figures->elapsed_ns = process_now_ns() - start_ns;
    figures->client_cpu_ns = load_own_cpu_ns() - client_ns;
    figures->server_cpu_ns = process_cpu_ns(server) - server_ns;
    figures->bytes = load->answered - answered;
    return result;
}

static int load_session(struct load *load, const struct process *server, uint16_t port,
                        struct load_figures *figures, struct failure *failure)
{
    int result = 0;
    for (unsigned i = 0; i < load->plan->connections && result == 0; i++) {
        result = load_connect(load, port, failure);
    }
    if (result == 0) {
        result = load_pump(load, load->plan->warm_ns, failure);
    }
    return result == 0 ? load_measure(load, server, figures, failure) : result;
}

int load_run(const struct load_plan *plan, const struct process *server, uint16_t port,
             struct load_figures *figures, struct failure *failure)
{
    struct load *load = calloc(1, sizeof(*load));
    struct connection *connections = calloc(plan->connections, sizeof(*connections));
    int poller = epoll_create1(EPOLL_CLOEXEC);
    int result;
    if (load == NULL || connections == NULL || poller < 0) {
        result = failure_errno(failure, "cannot set up the load client");
    } else {
        load->plan = plan;
        load->poller = poller;
        load->connections = connections;
        load_make_pattern(load);
        result = load_session(load, server, port, figures, failure);
        for (unsigned i = 0; i < load->connected; i++) {
            close(connections[i].fd);
        }
    }
    if (poller >= 0) {
        close(poller);
    }
    free(connections);
    free(load);
    return result;
}
