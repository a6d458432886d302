/* SPDX-License-Identifier: MIT */
#include "cycles/cycles.h"

#include "common/interrupt.h"
#include "common/process.h"
#include "cycles/peer.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS_MAX 8

/* Which socket an event is about. */
enum role { ROLE_LISTENER, ROLE_CLIENT, ROLE_SESSION, ROLE_COUNT };

struct cycle {
    int poller;
    int sockets[ROLE_COUNT]; /* -1: not open */
    enum cycle_end end;
    struct sockaddr_in address;
    bool asked; /* the client is connected and has sent its request */
    bool over;  /* the server saw the end */
};

static int cycle_watch(struct cycle *cycle, enum role role, uint32_t events, int operation,
                       struct failure *failure)
{
    struct epoll_event event = {.events = events, .data.u32 = role};
    if (epoll_ctl(cycle->poller, operation, cycle->sockets[role], &event) != 0) {
        return failure_errno(failure, "epoll_ctl");
    }
    return 0;
}

static int cycle_connect(struct cycle *cycle, struct failure *failure)
{
    int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (client < 0) {
        return failure_errno(failure, "socket");
    }
    cycle->sockets[ROLE_CLIENT] = client;
    cycle->asked = cycle->over = false;
    if (connect(client, (struct sockaddr *)&cycle->address, sizeof(cycle->address)) != 0 &&
        errno != EINPROGRESS) {
        return failure_errno(failure, "connect");
    }
    return cycle_watch(cycle, ROLE_CLIENT, EPOLLOUT, EPOLL_CTL_ADD, failure);
}

static int cycle_accept(struct cycle *cycle, struct failure *failure)
{
    int session = accept4(cycle->sockets[ROLE_LISTENER], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (session < 0) {
        return failure_errno(failure, "accept");
    }
    cycle->sockets[ROLE_SESSION] = session;
    return cycle_watch(cycle, ROLE_SESSION, EPOLLIN, EPOLL_CTL_ADD, failure);
}

static int cycle_client(struct cycle *cycle, struct failure *failure)
{
    int client = cycle->sockets[ROLE_CLIENT];
    if (cycle->asked) {
        int result = peer_check(client, failure);
        peer_end(client, cycle->end);
        cycle->sockets[ROLE_CLIENT] = -1;
        return result;
    }
    int error = 0;
    socklen_t size = sizeof(error);
    getsockopt(client, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) {
        errno = error;
        return failure_errno(failure, "connect");
    }
    cycle->asked = true;
    int result = peer_ask(client, failure);
    return result == 0 ? cycle_watch(cycle, ROLE_CLIENT, EPOLLIN, EPOLL_CTL_MOD, failure) : result;
}

static int cycle_session(struct cycle *cycle, struct failure *failure)
{
    int result = peer_serve(cycle->sockets[ROLE_SESSION], failure);
    if (result == 0 && cycle->sockets[ROLE_CLIENT] >= 0) {
        return failure_set(failure, -EPROTO, "the server saw an end that was not sent");
    }
    if (result == 0) {
        close(cycle->sockets[ROLE_SESSION]);
        cycle->sockets[ROLE_SESSION] = -1;
        cycle->over = true;
    }
    return result < 0 ? result : 0;
}

static int cycle_event(struct cycle *cycle, enum role role, struct failure *failure)
{
    switch (role) {
    case ROLE_LISTENER:
        return cycle_accept(cycle, failure);
    case ROLE_CLIENT:
        return cycle_client(cycle, failure);
    case ROLE_SESSION:
        return cycle_session(cycle, failure);
    case ROLE_COUNT:
        break;
    }
    return failure_set(failure, -EINVAL, "an event of no socket");
}

static int cycle_play(struct cycle *cycle, struct failure *failure)
{
    int result = cycle_connect(cycle, failure);
    while (result == 0 && !cycle->over) {
        struct epoll_event events[EVENTS_MAX];
        int count = epoll_wait(cycle->poller, events, EVENTS_MAX, -1);
        if (interrupt_seen()) {
            return failure_set(failure, -EINTR, "interrupted");
        }
        for (int i = 0; i < count && result == 0; i++) {
            result = cycle_event(cycle, (enum role)events[i].data.u32, failure);
        }
    }
    return result;
}

static int cycle_open(struct cycle *cycle, struct failure *failure)
{
    cycle->poller = epoll_create1(EPOLL_CLOEXEC);
    if (cycle->poller < 0) {
        return failure_errno(failure, "epoll_create1");
    }
    int listener = peer_listen(SOCK_NONBLOCK | SOCK_CLOEXEC, &cycle->address, failure);
    if (listener < 0) {
        return listener;
    }
    cycle->sockets[ROLE_LISTENER] = listener;
    return cycle_watch(cycle, ROLE_LISTENER, EPOLLIN, EPOLL_CTL_ADD, failure);
}

static void cycle_close(struct cycle *cycle)
{
    for (int role = 0; role < ROLE_COUNT; role++) {
        if (cycle->sockets[role] >= 0) {
            close(cycle->sockets[role]);
        }
    }
    if (cycle->poller >= 0) {
        close(cycle->poller);
    }
}

int cycles_epoll(unsigned count, enum cycle_end end, uint64_t *elapsed_ns, struct failure *failure)
{
    struct cycle cycle = {.poller = -1, .sockets = {-1, -1, -1}, .end = end};
    int result = cycle_open(&cycle, failure);
    uint64_t start_ns = process_now_ns();
    for (unsigned i = 0; i < count && result == 0; i++) {
        result = cycle_play(&cycle, failure);
    }
    *elapsed_ns = process_now_ns() - start_ns;
    cycle_close(&cycle);
    return result;
}
