/* SPDX-License-Identifier: MIT */
/*
 * A session: one accepted connection, or a UDP listener's whole life, between the world and the
 * plugin.
 *
 * It owns a bounded reply buffer; while that is not drained its peer is not read. Internal to the
 * server: server.c, listener.c and session*.c. A session is freed by session_end; functions here
 * that may end it return whether it lives.
 */
#ifndef DRILL_CORE_SESSION_H
#define DRILL_CORE_SESSION_H

#include "server.h"

struct session {
    struct loop_watch watch; /* TCP; a UDP session is driven by its listener's */
    struct timer timer; /* no later than idle_at_ns and wake_at_ns; looked at again when it fires */
    struct listener *listener;
    struct session *previous, *next; /* in its listener */
    uint64_t id;
    uint64_t idle_at_ns, wake_at_ns;     /* on the run clock; CLOCK_NEVER_NS: not asked for */
    struct world_address peer;           /* UDP: who gets the pending datagram */
    uint32_t pending_begin, pending_end; /* undelivered reply, in the slot's reply room */
    uint32_t input_begin,
        input_end; /* framed input not yet handed over, in the slot's input room */
    uint32_t slot, tag, messages;
    uint32_t id_next;         /* slot + 1 of the next session with the same id hash */
    enum session_end closing; /* why it ends once the reply is drained; SESSION_OPEN: it does not */
    bool opened;              /* the plugin's close is owed */
    bool wake_due;            /* the time came while reply was pending */
    bool has_datagram;        /* UDP: the pending reply is a datagram, which may be empty */
};

struct listener {
    struct server *server;
    struct listener *next;
    struct loop_watch watch;
    struct timer retry; /* after the machine ran out of descriptors */
    struct plugin_listener plugin;
    struct listener_options options;
    struct world_address address;
    struct session_pool *pool;
    struct session *sessions; /* a list, newest first */
    struct session *calling;  /* whose callback runs */
    size_t call_capacity;     /* of the answer buffer it was given */
    uint32_t *id_heads;       /* of plugins that may post: slot + 1 by id hash */
    uint8_t *receive;         /* the pool's, recv_buffer_bytes; not of plugins that frame */
    uint8_t *reply;           /* the pool's, reply_bytes_max */
    uint32_t session_count, accepted_count;
    bool accepting;
    bool starved; /* the machine had no descriptor or memory for one more */
};

/* How long to wait for a descriptor before accept is tried again. */
#define LISTENER_RETRY_NS (100 * CLOCK_MS)

/* Frees the memory of a listener that is not in use; NULL does nothing. */
void listener_drop(struct listener *listener);

/* A session in a free slot of `listener` with `socket` (-1: UDP); the caller made sure that there
 * is one. */
struct session *session_new(struct listener *listener, int socket,
                            const struct world_address *peer);

/* Lets the plugin greet and starts reading. */
void session_open(struct session *session);

/* Ends it now: the plugin's close, the observer, the socket, the slot. */
void session_end(struct session *session, enum session_end end);

/* Ends it as soon as its reply is drained; at once when there is none. Whether it still lives. */
bool session_close_after_reply(struct session *session, enum session_end end);

/* The session with `id`, of a listener whose plugin may post; NULL. */
struct session *session_find(struct listener *listener, uint64_t id);

/* Services of the plugin: plugin.h. */
void session_wake_at(struct session *session, uint64_t wake_ns);
enum drill_status session_post(struct session *session, struct drill_bytes bytes);

/* After something was received or delivered: silence is counted from now. */
void session_touch(struct session *session);

/* Reports a failure of the plugin. */
void session_plugin_failed(struct session *session, struct plugin_fault fault);

/* What is wrong with how the plugin answered. `in_size` is what `transform` was given; SIZE_MAX for
 * other callbacks. */
struct plugin_fault session_answer_fault(const struct session *session, enum drill_status status,
                                         const struct drill_buffer *out, size_t in_size);

/* A fault that breaks a rule rather than a declared property. */
static inline struct plugin_fault session_failure(const char *sentence)
{
    return (struct plugin_fault){PLUGIN_FAULT_FAILURE, sentence};
}

/* A context and an empty answer for one callback; the calls must be paired. */
struct plugin_call session_call_begin(struct session *session, struct drill_buffer *out);
void session_call_end(struct session *session);

/* Fences off what lies in the buffer behind the input that the plugin is about to be given
 * (fence.h), and opens it again. */
void session_fence_raise(const struct session *session, struct drill_bytes in);
void session_fence_lower(const struct session *session, struct drill_bytes in);

/* session_datagram.c: the UDP half. */
void session_datagram_ready(struct session *session, uint32_t events);
void session_datagram_wake(struct session *session);

static inline bool session_has_pending(const struct session *session)
{
    return session->pending_end > session->pending_begin || session->has_datagram;
}

static inline const struct drill_descriptor *session_plugin(const struct session *session)
{
    return &session->listener->plugin.plugin->descriptor;
}

#endif
