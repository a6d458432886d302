/* SPDX-License-Identifier: MIT */
/* The UDP half of a session: one datagram in, at most one out. */
#include <errno.h>
#include <string.h>

#include "session.h"

static void datagram_watch(struct session *session)
{
    struct listener *listener = session->listener;
    uint32_t events = session->has_datagram ? WORLD_WRITABLE : WORLD_READABLE;
    loop_watch(listener->server->loop, &listener->watch, listener->accepting ? events : 0);
}

/* Sends the answer or, when the world has no room, keeps it: the next datagram is not read before
 * it is gone. What the network refuses otherwise is lost, as datagrams are. */
static void datagram_send(struct session *session, const uint8_t *data, size_t size)
{
    struct server *server = session->listener->server;
    ssize_t sent = world_sendto(server->loop->world, session->listener->watch.socket, data, size,
                                &session->peer);
    bool wait = sent == -EAGAIN || sent == -EINTR || sent == -ENOBUFS || sent == -ENOMEM;
    if (wait && !session->has_datagram) {
        memcpy(session_pool_reply(session->listener->pool, session->slot), data, size);
        session->pending_end = (uint32_t)size;
    }
    session->has_datagram = wait;
    if (!wait) {
        session->pending_end = 0;
    }
    if (sent >= 0 && server->observer.sent) {
        server->observer.sent(server->observer.owner, session, (size_t)sent, &session->peer);
    }
}

static void datagram_transform(struct session *session, struct drill_bytes in)
{
    struct drill_buffer out;
    struct plugin_call call = session_call_begin(session, &out);
    session->listener->call_capacity = out.capacity = session->listener->options.reply_bytes_max;
    session_fence_raise(session, in);
    enum drill_status status = session_plugin(session)->transform(&call.public, in, &out);
    session_fence_lower(session, in);
    session_call_end(session);
    struct plugin_fault fault = session_answer_fault(session, status, &out, in.size);
    if (fault.kind != PLUGIN_FAULT_NONE) {
        session_plugin_failed(session, fault);
    } else if (status == DRILL_OK || status == DRILL_CLOSE) {
        datagram_send(session, out.data, out.size);
    }
}

static void datagram_receive(struct session *session)
{
    struct listener *listener = session->listener;
    const struct server_observer *observer = &listener->server->observer;
    size_t room = listener->options.recv_buffer_bytes;
    ssize_t received = world_recvfrom(listener->server->loop->world, listener->watch.socket,
                                      listener->receive, room, &session->peer);
    if (received < 0) {
        /* An empty queue, a signal, or an error that an earlier answer met: the listener lives on.
         */
        return;
    }
    size_t full_size = (size_t)received;
    size_t size = full_size < room ? full_size : room;
    if (observer->received) {
        observer->received(observer->owner, session, listener->receive, size, full_size,
                           &session->peer);
    }
    datagram_transform(session, (struct drill_bytes){listener->receive, size});
}

void session_datagram_ready(struct session *session, uint32_t events)
{
    (void)events;
    if (session->has_datagram) {
        datagram_send(session, session_pool_reply(session->listener->pool, session->slot),
                      session->pending_end);
    } else {
        datagram_receive(session);
    }
    datagram_watch(session);
}

void session_datagram_wake(struct session *session)
{
    struct drill_buffer out;
    session->wake_due = false;
    struct plugin_call call = session_call_begin(session, &out);
    enum drill_status status = session_plugin(session)->wake(&call.public, &out);
    session_call_end(session);
    struct plugin_fault fault = session_answer_fault(session, status, &out, SIZE_MAX);
    if (fault.kind != PLUGIN_FAULT_NONE) {
        session_plugin_failed(session, fault);
    }
}
