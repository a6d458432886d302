/* SPDX-License-Identifier: MIT */
#include "session_stream.h"

#include <errno.h>
#include <string.h>

static uint8_t *stream_pending(const struct session *session)
{
    return session_pool_reply(session->listener->pool, session->slot);
}

static void stream_watch(struct session *session)
{
    struct server *server = session->listener->server;
    uint32_t events = session_has_pending(session) ? WORLD_WRITABLE : WORLD_READABLE;
    int status = loop_watch(server->loop, &session->watch, events);
    if (status != 0) {
        session_end(session, SESSION_BROKEN);
    }
}

static bool stream_can_wait(ssize_t error)
{
    return error == -EAGAIN || error == -EINTR || error == -ENOBUFS || error == -ENOMEM;
}

/* Sends as far as the world takes it: how many bytes, or the error that broke the connection. */
static ssize_t stream_send(struct session *session, const uint8_t *data, size_t size)
{
    const struct server *server = session->listener->server;
    ssize_t taken = world_send(server->loop->world, session->watch.socket, data, size);
    if (taken < 0) {
        return stream_can_wait(taken) ? 0 : taken;
    }
    if (taken > 0) {
        if (server->observer.sent) {
            server->observer.sent(server->observer.owner, session, (size_t)taken, NULL);
        }
        session_touch(session);
    }
    return taken;
}

static void stream_blocked(struct session *session)
{
    const struct server_observer *observer = &session->listener->server->observer;
    if (observer->blocked) {
        observer->blocked(observer->owner, session);
    }
}

/* Keeps what the world did not take in front of what was posted meanwhile. Both are bounded by
 * reply_bytes_max, and the slot has room for two of those. */
static void stream_keep(struct session *session, const uint8_t *data, size_t size)
{
    uint8_t *room = stream_pending(session);
    uint32_t posted = session->pending_end - session->pending_begin;
    ASSERT(size + posted <= 2 * (size_t)session->listener->options.reply_bytes_max);
    memmove(room + size, room + session->pending_begin, posted);
    memcpy(room, data, size);
    session->pending_begin = 0;
    session->pending_end = (uint32_t)size + posted;
}

/* Sends more of what is pending. Whether the session still lives. */
static bool stream_flush(struct session *session)
{
    const uint8_t *pending = stream_pending(session);
    ssize_t taken = stream_send(session, pending + session->pending_begin,
                                session->pending_end - session->pending_begin);
    if (taken < 0) {
        session_end(session, SESSION_BROKEN);
        return false;
    }
    session->pending_begin += (uint32_t)taken;
    if (session->pending_begin == session->pending_end) {
        session->pending_begin = session->pending_end = 0;
    }
    return true;
}

/* Sends an answer at once as far as the world takes it, and behind it what the same call posted to
 * its own session: nothing else can be pending here. Whether the session still lives. */
static bool stream_deliver(struct session *session, const uint8_t *data, size_t size)
{
    ssize_t taken = size > 0 ? stream_send(session, data, size) : 0;
    if (taken < 0) {
        session_end(session, SESSION_BROKEN);
        return false;
    }
    if ((size_t)taken < size) {
        stream_keep(session, data + taken, size - (size_t)taken);
    } else if (session_has_pending(session) && !stream_flush(session)) {
        return false;
    }
    if (session_has_pending(session)) {
        stream_blocked(session);
    }
    return true;
}

/* What a callback returned and wrote, without going on to further input. Whether the session still
 * lives. */
static bool stream_act(struct session *session, enum drill_status status,
                       const struct drill_buffer *out, size_t in_size)
{
    struct plugin_fault fault = session_answer_fault(session, status, out, in_size);
    if (fault.kind != PLUGIN_FAULT_NONE) {
        session_plugin_failed(session, fault);
        session_end(session, SESSION_FAILURE);
        return false;
    }
    if (status == DRILL_PROTOCOL_ERROR) {
        session_end(session, SESSION_PROTOCOL_ERROR);
        return false;
    }
    if (status == DRILL_CLOSE && session->closing == SESSION_OPEN) {
        session->closing = SESSION_PLUGIN;
    }
    return stream_deliver(session, out->data, status == DRILL_SILENT ? 0 : out->size);
}

static bool stream_transform(struct session *session, struct drill_bytes in)
{
    struct listener *listener = session->listener;
    struct drill_buffer out;
    struct plugin_call call = session_call_begin(session, &out);
    session_fence_raise(session, in);
    enum drill_status status = session_plugin(session)->transform(&call.public, in, &out);
    session_fence_lower(session, in);
    session_call_end(session);
    session->messages++;
    if (!stream_act(session, status, &out, in.size)) {
        return false;
    }
    if (session->messages >= listener->options.messages_per_session &&
        session->closing == SESSION_OPEN) {
        session->closing = SESSION_LIMIT;
    }
    return true;
}

/* The length of the first whole message of `in`, 0 for none. Ends the session when it can never
 * become one. */
static bool stream_frame(struct session *session, struct drill_bytes in, size_t *length)
{
    size_t message_max = session_plugin(session)->message_max;
    struct drill_buffer out;
    struct plugin_call call = session_call_begin(session, &out);
    session->listener->plugin.framing = true;
    session_fence_raise(session, in);
    *length = session_plugin(session)->frame(&call.public, in);
    session_fence_lower(session, in);
    session->listener->plugin.framing = false;
    session_call_end(session);
    if (*length == DRILL_FRAME_BAD) {
        session_end(session, SESSION_PROTOCOL_ERROR);
        return false;
    }
    if (*length > in.size) {
        session_plugin_failed(session,
                              session_failure("framed a message that is longer than its input"));
        session_end(session, SESSION_FAILURE);
        return false;
    }
    if (*length > message_max || (*length == 0 && in.size > message_max)) {
        session_end(session, SESSION_PROTOCOL_ERROR);
        return false;
    }
    return true;
}

static bool stream_wake_now(struct session *session)
{
    struct drill_buffer out;
    session->wake_due = false;
    struct plugin_call call = session_call_begin(session, &out);
    enum drill_status status = session_plugin(session)->wake(&call.public, &out);
    session_call_end(session);
    return stream_act(session, status, &out, SIZE_MAX);
}

/* Hands over whole messages that wait, and a wake that is due, until reply is pending or the
 * session closes. */
static bool stream_go_on(struct session *session)
{
    const struct listener *listener = session->listener;
    uint8_t *input = session_pool_input(listener->pool, session->slot);
    while (!session_has_pending(session) && session->closing == SESSION_OPEN) {
        size_t length = 0;
        if (session->wake_due) {
            if (!stream_wake_now(session)) {
                return false;
            }
            continue;
        }
        if (session->input_begin == session->input_end) {
            break;
        }
        struct drill_bytes in = {input + session->input_begin,
                                 session->input_end - session->input_begin};
        if (!stream_frame(session, in, &length)) {
            return false;
        }
        if (length == 0) {
            break;
        }
        in.size = length;
        session->input_begin += (uint32_t)length;
        if (!stream_transform(session, in)) {
            return false;
        }
    }
    if (session->input_begin == session->input_end) {
        session->input_begin = session->input_end = 0;
    }
    return true;
}

/* After anything happened: close if that is due, or else wait for what comes next. */
static bool stream_settle(struct session *session)
{
    if (!stream_go_on(session)) {
        return false;
    }
    if (session->closing != SESSION_OPEN && !session_has_pending(session)) {
        session_end(session, session->closing);
        return false;
    }
    stream_watch(session);
    return true;
}

bool session_stream_answer(struct session *session, enum drill_status status,
                           const struct drill_buffer *out, size_t in_size)
{
    return stream_act(session, status, out, in_size) && stream_settle(session);
}

void session_stream_wake(struct session *session)
{
    stream_settle(session);
}

static void stream_finished(struct session *session)
{
    const struct server_observer *observer = &session->listener->server->observer;
    const struct drill_descriptor *plugin = session_plugin(session);
    if (observer->finished) {
        observer->finished(observer->owner, session);
    }
    if (plugin->eof) {
        const uint8_t *input = session_pool_input(session->listener->pool, session->slot);
        struct drill_bytes rest = {0};
        if (session->input_end > session->input_begin) {
            rest = (struct drill_bytes){input + session->input_begin,
                                        session->input_end - session->input_begin};
        }
        struct drill_buffer out;
        struct plugin_call call = session_call_begin(session, &out);
        enum drill_status status = plugin->eof(&call.public, rest, &out);
        session_call_end(session);
        session->closing = SESSION_EOF;
        session->input_begin = session->input_end = 0;
        session_stream_answer(session, status, &out, SIZE_MAX);
    } else {
        session->closing = SESSION_EOF;
        stream_settle(session);
    }
}

/* Where the next receive goes: the listener's buffer, or behind the incomplete message of a plugin
 * that frames. */
static uint8_t *stream_receive_room(struct session *session)
{
    struct listener *listener = session->listener;
    if (!session_plugin(session)->frame) {
        return listener->receive;
    }
    uint8_t *input = session_pool_input(listener->pool, session->slot);
    if (session->input_begin > 0) {
        uint32_t rest = session->input_end - session->input_begin;
        memmove(input, input + session->input_begin, rest);
        session->input_begin = 0;
        session->input_end = rest;
    }
    return input + session->input_end;
}

static void stream_receive(struct session *session)
{
    struct server *server = session->listener->server;
    uint8_t *room = stream_receive_room(session);
    ssize_t received = world_recv(server->loop->world, session->watch.socket, room,
                                  session->listener->options.recv_buffer_bytes);
    if (received < 0) {
        if (!stream_can_wait(received)) {
            session_end(session, SESSION_RESET);
        }
        return;
    }
    if (received == 0) {
        stream_finished(session);
        return;
    }
    size_t size = (size_t)received;
    if (server->observer.received) {
        server->observer.received(server->observer.owner, session, room, size, size, NULL);
    }
    session_touch(session);
    if (session_plugin(session)->frame) {
        session->input_end += (uint32_t)size;
    } else if (!stream_transform(session, (struct drill_bytes){room, size})) {
        return;
    }
    stream_settle(session);
}

static void stream_drain(struct session *session)
{
    if (stream_flush(session) && !session_has_pending(session)) {
        stream_settle(session);
    }
}

void session_stream_ready(struct loop_watch *watch, uint32_t events)
{
    struct session *session = (struct session *)(void *)watch;
    (void)events;
    if (session_has_pending(session)) {
        stream_drain(session);
    } else {
        stream_receive(session);
    }
}

/* How much of a post the world takes at once. A post that finds the connection broken is kept: its
 * session cannot be ended from inside another one's callback, and the loop will find it soon. */
static size_t post_sent(struct session *session, struct drill_bytes bytes)
{
    bool waits = session->listener->calling == session || session_has_pending(session);
    ssize_t taken = waits || bytes.size == 0 ? 0 : stream_send(session, bytes.data, bytes.size);
    return taken < 0 ? 0 : (size_t)taken;
}

enum drill_status session_post(struct session *session, struct drill_bytes bytes)
{
    uint32_t pending = session->pending_end - session->pending_begin;
    size_t room = session->listener->options.reply_bytes_max;
    if (session->closing != SESSION_OPEN || bytes.size > room || pending > room - bytes.size) {
        return DRILL_SILENT;
    }
    size_t sent = post_sent(session, bytes);
    if (sent == bytes.size) {
        return DRILL_OK;
    }
    uint8_t *data = stream_pending(session);
    memmove(data, data + session->pending_begin, pending);
    memcpy(data + pending, bytes.data + sent, bytes.size - sent);
    session->pending_begin = 0;
    session->pending_end = pending + (uint32_t)(bytes.size - sent);
    if (session->listener->calling != session) {
        stream_blocked(session);
        /* Another interest in a socket that is watched already takes no memory: it cannot fail. */
        (void)loop_watch(session->listener->server->loop, &session->watch, WORLD_WRITABLE);
    }
    return DRILL_OK;
}
