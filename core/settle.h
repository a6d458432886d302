/* SPDX-License-Identifier: MIT */
/*
 * When is a run settled? The definition of architecture.md, clause by clause, as a pure function of
 * one connection.
 *
 * A run is settled when every connection is. Loopback delivers synchronously and both ends are
 * ours, so this is counting: what one side's send accepted, the other side must have received. No
 * clock, no sockets, no memory.
 */
#ifndef DRILL_CORE_SETTLE_H
#define DRILL_CORE_SETTLE_H

#include <stdbool.h>
#include <stdint.h>

/* What a connection still waits for; the first clause that is not met. */
enum settle_wait {
    SETTLED,
    SETTLE_CONNECT,        /* the outcome of connect */
    SETTLE_ACCEPT,         /* the server may accept it and has not */
    SETTLE_SEND,           /* the client can send more of its payload */
    SETTLE_UPSTREAM,       /* the server has not received all that the client's send accepted */
    SETTLE_UPSTREAM_END,   /* the server has not seen the client's end */
    SETTLE_DRAIN,          /* the server can deliver more of its reply */
    SETTLE_DOWNSTREAM,     /* the client has not received all that the server's send accepted */
    SETTLE_DOWNSTREAM_END, /* the client has not seen the server's end */
    SETTLE_BREAK,          /* the client has not learned that what it sent met nobody */
    SETTLE_REFUSAL         /* UDP: the client has not learned that nobody listens */
};

/* One connection. Amounts are bytes over TCP, datagrams over UDP; lost datagrams count as received.
 */
struct settle_connection {
    bool datagrams;  /* UDP: there is no connect, accept or end to wait for */
    bool may_accept; /* the listener would take a connection now */
    bool listener_open;

    bool connecting;  /* connect was called and has no outcome */
    bool client_open; /* connected, and neither closed, reset nor failed at this end */
    bool client_paused;
    bool client_has_unsent;    /* payload is queued */
    bool client_send_stuck;    /* and the last attempt found no room */
    bool client_send_failed;   /* EPIPE or ECONNRESET: nothing more goes out */
    bool client_finished;      /* the sending side was shut down, or the client closed or reset */
    bool client_closed;        /* the client closed or reset */
    bool client_sent_to_ended; /* its send was accepted after the session had ended */
    bool client_broken;        /* and it knows: the connection was reset */
    bool client_saw_end;       /* EOF or an error from receive */
    uint64_t client_sent, client_received;
    uint64_t unheard, refusals; /* UDP: datagrams sent while nobody listened; ECONNREFUSED seen */

    bool accepted;
    bool session_open;    /* accepted and not ended */
    bool session_blocked; /* holds reply that the network did not take, or does not read for want of
                             room */
    bool session_finished; /* receive returned 0 */
    uint64_t session_sent, session_received;
};

/* What this connection waits for. */
enum settle_wait settle_wait_of(const struct settle_connection *connection);

/* A clause for a person: "the server to receive 5 of 10 bytes". */
const char *settle_wait_text(enum settle_wait wait);

#endif
