/* SPDX-License-Identifier: MIT */
/*
 * The libevent server, written with bufferevents as its manual shows: at most 1024 bytes per
 * receive, changed in place and moved to the output without a copy. libevent itself sends them when
 * the socket is next writable. A high-water mark on unsent output stops reading.
 */
#include "common/upper.h"
#include "servers/listen.h"

#include <err.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <signal.h>
#include <stdlib.h>

#define UNSENT_BYTES_MAX 65536

static void session_answer(struct bufferevent *session, void *argument)
{
    (void)argument;
    struct evbuffer *input = bufferevent_get_input(session);
    struct evbuffer *output = bufferevent_get_output(session);
    size_t size = evbuffer_get_length(input);
    unsigned char *bytes = evbuffer_pullup(input, (ev_ssize_t)size);
    if (bytes == NULL) {
        return;
    }
    upper_bytes(bytes, bytes, size);
    evbuffer_add_buffer(output, input);
    if (evbuffer_get_length(output) >= UNSENT_BYTES_MAX) {
        bufferevent_disable(session, EV_READ);
    }
}

/* Called when the output has been sent. */
static void session_flushed(struct bufferevent *session, void *argument)
{
    (void)argument;
    if (!(bufferevent_get_enabled(session) & EV_READ)) {
        bufferevent_enable(session, EV_READ);
    }
}

static void session_ended(struct bufferevent *session, short what, void *argument)
{
    (void)argument;
    if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) {
        bufferevent_free(session);
    }
}

static void session_accept(struct evconnlistener *listener, evutil_socket_t fd,
                           struct sockaddr *peer, int peer_size, void *argument)
{
    (void)peer;
    (void)peer_size;
    (void)argument;
    struct bufferevent *session =
        bufferevent_socket_new(evconnlistener_get_base(listener), fd, BEV_OPT_CLOSE_ON_FREE);
    if (session == NULL) {
        evutil_closesocket(fd);
        return;
    }
    bufferevent_set_max_single_read(session, UPPER_RECV_BYTES);
    bufferevent_setcb(session, session_answer, session_flushed, session_ended, NULL);
    bufferevent_enable(session, EV_READ | EV_WRITE);
}

/* With the change list libevent merges changes of interest between two waits: a few per cent. */
static struct event_base *base_new(void)
{
    struct event_config *config = event_config_new();
    if (config == NULL ||
        event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST) != 0) {
        return NULL;
    }
    struct event_base *base = event_base_new_with_config(config);
    event_config_free(config);
    return base;
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    int fd = listen_loopback();
    struct event_base *base = base_new();
    struct evconnlistener *listener =
        base == NULL ? NULL
                     : evconnlistener_new(base, session_accept, NULL,
                                          LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
    if (listener == NULL) {
        errx(EXIT_FAILURE, "libevent: cannot listen");
    }
    listen_announce("libevent", fd);
    return event_base_dispatch(base) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
