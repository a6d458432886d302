/* SPDX-License-Identifier: MIT */
/* The life of a session, its timers and its calls into the plugin; the TCP half is
 * session_stream.c. */
#include "session.h"

#include <string.h>

#include "fence.h"
#include "session_stream.h"

static size_t session_id_bucket(const struct listener *listener, uint64_t id)
{
    return (size_t)(id % listener->options.sessions_max);
}

static void session_link(struct session *session)
{
    struct listener *listener = session->listener;
    session->next = listener->sessions;
    if (session->next) {
        session->next->previous = session;
    }
    listener->sessions = session;
    if (listener->id_heads) {
        uint32_t *head = &listener->id_heads[session_id_bucket(listener, session->id)];
        session->id_next = *head;
        *head = session->slot + 1;
    }
}

static void session_unlink(struct session *session)
{
    struct listener *listener = session->listener;
    if (session->previous) {
        session->previous->next = session->next;
    } else {
        listener->sessions = session->next;
    }
    if (session->next) {
        session->next->previous = session->previous;
    }
    if (listener->id_heads) {
        uint32_t *link = &listener->id_heads[session_id_bucket(listener, session->id)];
        while (*link != session->slot + 1) {
            struct session *other = session_pool_slot(listener->pool, *link - 1);
            link = &other->id_next;
        }
        *link = session->id_next;
    }
}

struct session *session_find(struct listener *listener, uint64_t id)
{
    if (!listener->id_heads) {
        return NULL;
    }
    uint32_t place = listener->id_heads[session_id_bucket(listener, id)];
    while (place != 0) {
        struct session *session = session_pool_slot(listener->pool, place - 1);
        if (session->id == id) {
            return session;
        }
        place = session->id_next;
    }
    return NULL;
}

static void session_expired(struct timer *timer, uint64_t now_ns);

struct session *session_new(struct listener *listener, int socket, const struct world_address *peer)
{
    uint32_t slot = 0;
    struct session *session = session_pool_take(listener->pool, &slot);
    ASSERT(session);
    *session = (struct session){
        .watch = {.ready = session_stream_ready, .socket = socket},
        .timer = {.expired = session_expired},
        .listener = listener,
        .id = ++listener->accepted_count,
        .idle_at_ns = CLOCK_NEVER_NS,
        .wake_at_ns = CLOCK_NEVER_NS,
        .peer = *peer,
        .slot = slot,
    };
    session_link(session);
    listener->session_count++;
    const struct server_observer *observer = &listener->server->observer;
    if (observer->accepted) {
        observer->accepted(observer->owner, session);
    }
    return session;
}

struct plugin_call session_call_begin(struct session *session, struct drill_buffer *out)
{
    struct listener *listener = session->listener;
    bool can_send = listener->options.transport == WORLD_TCP;
    listener->call_capacity = can_send ? listener->options.reply_bytes_max : 0;
    listener->calling = session;
    *out = (struct drill_buffer){.data = listener->reply, .capacity = listener->call_capacity};
    return plugin_call_make(&listener->plugin, session->id,
                            session_pool_state(listener->pool, session->slot));
}

void session_call_end(struct session *session)
{
    session->listener->calling = NULL;
}

/* How much of its buffer lies behind `in`. */
static size_t session_behind(const struct session *session, struct drill_bytes in)
{
    const struct listener *listener = session->listener;
    const uint8_t *begin = listener->receive;
    size_t size = listener->pool->shape.receive_bytes;
    if (session_plugin(session)->frame && listener->options.transport == WORLD_TCP) {
        begin = session_pool_input(listener->pool, session->slot);
        size = listener->pool->shape.input_bytes;
    }
    return size - (size_t)(in.data + in.size - begin);
}

void session_fence_raise(const struct session *session, struct drill_bytes in)
{
    if (fence_exists()) {
        fence_raise(in.data + in.size, session_behind(session, in));
    }
}

void session_fence_lower(const struct session *session, struct drill_bytes in)
{
    if (fence_exists()) {
        fence_lower(in.data + in.size, session_behind(session, in));
    }
}

void session_plugin_failed(struct session *session, struct plugin_fault fault)
{
    const struct server_observer *observer = &session->listener->server->observer;
    if (observer->plugin_failed) {
        observer->plugin_failed(observer->owner, session, fault);
    }
}

/* Which declared property an answer breaks that is well-formed. */
static struct plugin_fault answer_property(uint32_t properties, bool answers, size_t answered,
                                           size_t in_size)
{
    const char *sentence = NULL;
    if (properties & DRILL_LENGTH_PRESERVING && answered != in_size) {
        sentence = "declares LENGTH_PRESERVING but answered with another number of bytes";
    } else if (properties & DRILL_ONE_REPLY_PER_DATAGRAM && !answers) {
        sentence = "declares ONE_REPLY_PER_DATAGRAM but left a datagram unanswered";
    }
    return (struct plugin_fault){sentence ? PLUGIN_FAULT_PROPERTY : PLUGIN_FAULT_NONE, sentence};
}

struct plugin_fault session_answer_fault(const struct session *session, enum drill_status status,
                                         const struct drill_buffer *out, size_t in_size)
{
    static const struct plugin_fault none = {0};
    const struct listener *listener = session->listener;
    bool answers = status == DRILL_OK || status == DRILL_CLOSE;
    if (out->data != listener->reply || out->capacity != listener->call_capacity) {
        return session_failure("replaced the buffer that it was given to answer in");
    }
    if (out->overflow != 0 || out->size > out->capacity) {
        return session_failure("wrote more than reply_max bytes in one call");
    }
    switch (status) {
    case DRILL_OK:
    case DRILL_CLOSE:
    case DRILL_SILENT:
        break;
    case DRILL_PROTOCOL_ERROR:
        return none;
    case DRILL_INTERNAL_ERROR:
        return session_failure("reported an internal error");
    }
    if ((unsigned)status > DRILL_INTERNAL_ERROR) {
        return session_failure("returned a status that the ABI does not know");
    }
    return in_size == SIZE_MAX ? none
                               : answer_property(listener->plugin.properties, answers,
                                                 answers ? out->size : 0, in_size);
}

/* The timer may be early, never late: an idle time that moved on is only noticed when the old one
 * expires. */
static void session_arm(struct session *session)
{
    uint64_t deadline_ns =
        session->idle_at_ns < session->wake_at_ns ? session->idle_at_ns : session->wake_at_ns;
    if (deadline_ns != CLOCK_NEVER_NS &&
        (session->timer.place == 0 || deadline_ns < session->timer.deadline_ns)) {
        timers_set(&session->listener->server->timers, &session->timer, deadline_ns);
    }
}

void session_touch(struct session *session)
{
    const struct listener *listener = session->listener;
    if (listener->options.idle_timeout_ns > 0) {
        session->idle_at_ns =
            clock_after(clock_now_ns(listener->server->clock), listener->options.idle_timeout_ns);
        session_arm(session);
    }
}

void session_wake_at(struct session *session, uint64_t wake_ns)
{
    session->wake_at_ns = wake_ns;
    session->wake_due = false;
    session_arm(session);
}

static void session_expired(struct timer *timer, uint64_t now_ns)
{
    struct session *session =
        (struct session *)(void *)((char *)timer - offsetof(struct session, timer));
    if (now_ns >= session->idle_at_ns) {
        session_end(session, SESSION_IDLE);
        return;
    }
    if (now_ns >= session->wake_at_ns) {
        session->wake_at_ns = CLOCK_NEVER_NS;
        session->wake_due = true;
    }
    session_arm(session);
    if (session->wake_due) {
        if (session->listener->options.transport == WORLD_UDP) {
            session_datagram_wake(session);
        } else {
            session_stream_wake(session);
        }
    }
}

void session_open(struct session *session)
{
    const struct drill_descriptor *plugin = session_plugin(session);
    struct drill_buffer out;
    enum drill_status status = DRILL_SILENT;
    session_touch(session);
    struct plugin_call call = session_call_begin(session, &out);
    if (plugin->open) {
        status = plugin->open(&call.public, &out);
    }
    session_call_end(session);
    session->opened = status == DRILL_OK || status == DRILL_SILENT || status == DRILL_CLOSE;
    if (session->listener->options.transport == WORLD_TCP) {
        session_stream_answer(session, status, &out, SIZE_MAX);
    } else {
        struct plugin_fault fault = session_answer_fault(session, status, &out, SIZE_MAX);
        if (status == DRILL_PROTOCOL_ERROR) {
            fault = session_failure("refused to open the one session of a UDP listener");
        }
        if (fault.kind != PLUGIN_FAULT_NONE) {
            session_plugin_failed(session, fault);
        }
    }
}

void session_end(struct session *session, enum session_end end)
{
    struct listener *listener = session->listener;
    struct server *server = listener->server;
    const struct drill_descriptor *plugin = session_plugin(session);
    if (session->opened && plugin->close) {
        struct drill_buffer out;
        struct plugin_call call = session_call_begin(session, &out);
        plugin->close(&call.public);
        session_call_end(session);
    }
    timers_set(&server->timers, &session->timer, CLOCK_NEVER_NS);
    if (session->watch.socket >= 0) {
        world_close(server->loop->world, loop_forget(server->loop, &session->watch));
    }
    session_unlink(session);
    if (server->observer.ended) {
        server->observer.ended(server->observer.owner, session, end);
    }
    session_pool_give(listener->pool, session->slot);
    listener->session_count--;
    /* A place, and a descriptor, became free. */
    listener->starved = false;
    listener_set_accepting(listener, listener->accepting);
}

bool session_close_after_reply(struct session *session, enum session_end end)
{
    if (session_has_pending(session)) {
        if (session->closing == SESSION_OPEN) {
            session->closing = end;
        }
        return true;
    }
    session_end(session, end);
    return false;
}

struct listener *session_listener(const struct session *session)
{
    return session->listener;
}

uint64_t session_id(const struct session *session)
{
    return session->id;
}

const struct world_address *session_peer(const struct session *session)
{
    return &session->peer;
}

int session_socket(const struct session *session)
{
    return session->watch.socket >= 0 ? session->watch.socket : session->listener->watch.socket;
}

bool session_is_blocked(const struct session *session)
{
    return session_has_pending(session);
}

void session_set_tag(struct session *session, uint32_t tag)
{
    session->tag = tag;
}

uint32_t session_tag(const struct session *session)
{
    return session->tag;
}
