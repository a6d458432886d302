/* SPDX-License-Identifier: MIT */
/*
 * The bare epoll server: the least code that answers in upper case. Level-triggered, one receive
 * per readiness, the reply sent at once; what the socket does not take is kept, and that peer is
 * not read until it is gone.
 */
#include "common/upper.h"
#include "servers/listen.h"

#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS_MAX 256

struct session {
    int fd;
    size_t start, end; /* the unsent part of `reply` */
    uint8_t reply[UPPER_RECV_BYTES];
};

static int poller;

static void session_watch(struct session *session, uint32_t events, int operation)
{
    struct epoll_event event = {.events = events, .data.ptr = session};
    if (epoll_ctl(poller, operation, session->fd, &event) != 0) {
        err(EXIT_FAILURE, "epoll_ctl");
    }
}

static void session_accept(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        return;
    }
    struct session *session = malloc(sizeof(*session));
    if (session == NULL) {
        close(fd);
        return;
    }
    session->fd = fd;
    session->start = session->end = 0;
    session_watch(session, EPOLLIN, EPOLL_CTL_ADD);
}

static void session_end(struct session *session)
{
    close(session->fd);
    free(session);
}

/* Sends what is left; false when the peer is gone. */
static bool session_send(struct session *session)
{
    ssize_t sent = send(session->fd, session->reply + session->start, session->end - session->start,
                        MSG_NOSIGNAL);
    if (sent < 0) {
        return errno == EAGAIN || errno == EINTR;
    }
    session->start += (size_t)sent;
    return true;
}

static void session_flush(struct session *session)
{
    if (!session_send(session)) {
        session_end(session);
    } else if (session->start == session->end) {
        session_watch(session, EPOLLIN, EPOLL_CTL_MOD);
    }
}

static void session_answer(struct session *session)
{
    ssize_t got = recv(session->fd, session->reply, sizeof(session->reply), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got <= 0) {
        session_end(session);
        return;
    }
    upper_bytes(session->reply, session->reply, (size_t)got);
    session->start = 0;
    session->end = (size_t)got;
    if (!session_send(session)) {
        session_end(session);
    } else if (session->start < session->end) {
        session_watch(session, EPOLLOUT, EPOLL_CTL_MOD);
    }
}

int main(void)
{
    int listener = listen_loopback();
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0) {
        err(EXIT_FAILURE, "epoll_create1");
    }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event) != 0) {
        err(EXIT_FAILURE, "epoll_ctl");
    }
    listen_announce("epoll", listener);
    for (;;) {
        struct epoll_event events[EVENTS_MAX];
        int count = epoll_wait(poller, events, EVENTS_MAX, -1);
        for (int i = 0; i < count; i++) {
            struct session *session = events[i].data.ptr;
            if (session == NULL) {
                session_accept(listener);
            } else if (events[i].events & EPOLLOUT) {
                session_flush(session);
            } else {
                session_answer(session);
            }
        }
    }
}
