/* SPDX-License-Identifier: MIT */
#include "settle.h"

#include "check.h"

/* A connection that may not be accepted now stands still: its client's payload waits in the kernel
 * or in the queue. */
static enum settle_wait settle_unaccepted(const struct settle_connection *connection)
{
    if (connection->client_has_unsent && !connection->client_send_stuck &&
        !connection->client_send_failed) {
        return SETTLE_SEND;
    }
    if (!connection->listener_open && connection->client_open && !connection->client_paused &&
        !connection->client_saw_end) {
        /* The listener took the waiting connection with it: the client gets a reset. */
        return SETTLE_DOWNSTREAM_END;
    }
    return SETTLED;
}

static enum settle_wait settle_upstream(const struct settle_connection *connection)
{
    bool reads = connection->session_open && !connection->session_blocked;
    bool stuck = connection->client_send_stuck && !reads;
    if (connection->client_open && connection->client_has_unsent &&
        !connection->client_send_failed && !stuck) {
        return SETTLE_SEND;
    }
    if (reads && !connection->session_finished && !connection->client_closed &&
        connection->session_received < connection->client_sent) {
        return SETTLE_UPSTREAM;
    }
    /* A client that closed ends its session, even one that holds reply: sending that reply fails.
     */
    if (connection->session_open && connection->client_closed) {
        return SETTLE_UPSTREAM_END;
    }
    if (reads && connection->client_finished && !connection->session_finished) {
        return SETTLE_UPSTREAM_END;
    }
    return SETTLED;
}

static enum settle_wait settle_downstream(const struct settle_connection *connection)
{
    bool reads = connection->client_open && !connection->client_paused;
    if (connection->client_open && connection->client_sent_to_ended && !connection->client_broken) {
        return SETTLE_BREAK;
    }
    if (!reads || connection->client_saw_end) {
        return SETTLED;
    }
    if (connection->client_received < connection->session_sent) {
        return SETTLE_DOWNSTREAM;
    }
    if (connection->session_open && connection->session_blocked) {
        return SETTLE_DRAIN;
    }
    if (!connection->session_open) {
        return SETTLE_DOWNSTREAM_END;
    }
    return SETTLED;
}

static enum settle_wait settle_datagrams(const struct settle_connection *connection)
{
    /* A datagram that found no room waits for the machine, never for its peer. */
    if (connection->client_has_unsent) {
        return SETTLE_SEND;
    }
    if (connection->client_open && connection->refusals < connection->unheard) {
        return SETTLE_REFUSAL;
    }
    if (connection->listener_open && connection->may_accept &&
        connection->session_received < connection->client_sent - connection->unheard) {
        return SETTLE_UPSTREAM;
    }
    if (!connection->client_open || connection->client_paused) {
        return SETTLED;
    }
    if (connection->client_received < connection->session_sent) {
        return SETTLE_DOWNSTREAM;
    }
    return connection->session_blocked ? SETTLE_DRAIN : SETTLED;
}

enum settle_wait settle_wait_of(const struct settle_connection *connection)
{
    if (connection->datagrams) {
        return settle_datagrams(connection);
    }
    if (connection->connecting) {
        return SETTLE_CONNECT;
    }
    if (!connection->accepted) {
        if (connection->may_accept && (connection->client_open || connection->client_closed)) {
            return SETTLE_ACCEPT;
        }
        return settle_unaccepted(connection);
    }
    enum settle_wait wait = settle_upstream(connection);
    return wait == SETTLED ? settle_downstream(connection) : wait;
}

const char *settle_wait_text(enum settle_wait wait)
{
    switch (wait) {
    case SETTLED:
        return "nothing";
    case SETTLE_CONNECT:
        return "the outcome of connect";
    case SETTLE_ACCEPT:
        return "the server to accept it";
    case SETTLE_SEND:
        return "the rest of a payload to be sent";
    case SETTLE_UPSTREAM:
        return "the server to receive what the client sent";
    case SETTLE_UPSTREAM_END:
        return "the server to see the client's end";
    case SETTLE_DRAIN:
        return "the server to deliver the rest of its reply";
    case SETTLE_DOWNSTREAM:
        return "the client to receive what the server sent";
    case SETTLE_DOWNSTREAM_END:
        return "the client to see the server's end";
    case SETTLE_BREAK:
        return "the client to learn that its bytes met nobody";
    case SETTLE_REFUSAL:
        return "the client to learn that nobody listens";
    }
    ASSERT(false);
    return "";
}
