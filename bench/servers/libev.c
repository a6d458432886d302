/* SPDX-License-Identifier: MIT */
/*
 * The libev server: one watcher per session, one receive per readiness, the reply sent at once;
 * what the socket does not take is kept, and the watcher waits for room instead of input.
 */
#include "common/upper.h"
#include "servers/listen.h"

#include <err.h>
#include <errno.h>
#include <ev.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct session {
    ev_io watcher;     /* first, so that a watcher is its session */
    size_t start, end; /* the unsent part of `reply` */
    uint8_t reply[UPPER_RECV_BYTES];
};

static void session_end(struct ev_loop *loop, struct session *session)
{
    ev_io_stop(loop, &session->watcher);
    close(session->watcher.fd);
    free(session);
}

static void session_watch(struct ev_loop *loop, struct session *session, int events)
{
    ev_io_stop(loop, &session->watcher);
    ev_io_modify(&session->watcher, events);
    ev_io_start(loop, &session->watcher);
}

/* Sends what is left; false when the peer is gone. */
static bool session_send(struct session *session)
{
    ssize_t sent = send(session->watcher.fd, session->reply + session->start,
                        session->end - session->start, MSG_NOSIGNAL);
    if (sent < 0) {
        return errno == EAGAIN || errno == EINTR;
    }
    session->start += (size_t)sent;
    return true;
}

static void session_flush(struct ev_loop *loop, struct session *session)
{
    if (!session_send(session)) {
        session_end(loop, session);
    } else if (session->start == session->end) {
        session_watch(loop, session, EV_READ);
    }
}

static void session_answer(struct ev_loop *loop, struct session *session)
{
    ssize_t got = recv(session->watcher.fd, session->reply, sizeof(session->reply), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got <= 0) {
        session_end(loop, session);
        return;
    }
    upper_bytes(session->reply, session->reply, (size_t)got);
    session->start = 0;
    session->end = (size_t)got;
    if (!session_send(session)) {
        session_end(loop, session);
    } else if (session->start < session->end) {
        session_watch(loop, session, EV_WRITE);
    }
}

static void session_ready(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct session *session = (struct session *)watcher;
    if (events & EV_WRITE) {
        session_flush(loop, session);
    } else {
        session_answer(loop, session);
    }
}

static void session_accept(struct ev_loop *loop, ev_io *listener, int events)
{
    (void)events;
    int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        return;
    }
    struct session *session = calloc(1, sizeof(*session));
    if (session == NULL) {
        close(fd);
        return;
    }
    ev_io_init(&session->watcher, session_ready, fd, EV_READ);
    ev_io_start(loop, &session->watcher);
}

int main(void)
{
    int fd = listen_loopback();
    struct ev_loop *loop = ev_default_loop(EVBACKEND_EPOLL);
    if (loop == NULL) {
        errx(EXIT_FAILURE, "libev: no epoll loop");
    }
    ev_io listener;
    ev_io_init(&listener, session_accept, fd, EV_READ);
    ev_io_start(loop, &listener);
    listen_announce("libev", fd);
    ev_run(loop, 0);
    return EXIT_SUCCESS;
}
