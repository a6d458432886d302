/* SPDX-License-Identifier: MIT */
/*
 * A scenario's client: the peer of the server, played step by step.
 *
 * Everything it does is one non-blocking call. It reads into a log that `expect` consumes, unless
 * it is paused. It is watched by the loop only after a call found nothing to do; most of the time
 * the runner knows from counting that there is something to read. In place, one connection after
 * another; its memory is reused. One thread.
 */
#ifndef DRILL_CORE_CLIENT_H
#define DRILL_CORE_CLIENT_H

#include "bytes.h"
#include "loop.h"
#include "plan.h"
#include "result.h"

#define CLIENT_LOG_BYTES_MAX ((size_t)1 << 30)

enum client_state {
    CLIENT_NONE,
    CLIENT_CONNECTING,
    CLIENT_REFUSED, /* nobody listens, or answered while the network tried */
    CLIENT_HUNG,    /* the accept queue is full */
    CLIENT_OPEN,
    CLIENT_CLOSED /* by itself: close or reset */
};

struct client {
    struct loop_watch watch;
    struct loop *loop;
    /* Called when the loop saw it ready and it acted. */
    void (*moved)(void *owner);
    void *owner;
    enum world_transport transport;
    enum client_state state;
    struct world_address local; /* getsockname; port 0 before connect */
    bool paused;
    bool half_close_due; /* once the queue is sent */
    bool finished;       /* FIN is on its way */
    bool stuck_once;     /* a send found no room, ever */
    bool dropped_unsent; /* payload was queued when the connection ended: how much went out is
                            unknown */
    bool log_full;       /* CLIENT_LOG_BYTES_MAX were received */
    bool send_stuck;     /* the last attempt to send found no room */
    bool broken;         /* EPIPE or ECONNRESET from send, or the error was asked for */
    uint32_t end;        /* PLAN_END_EOF, PLAN_END_RESET, or 0 */
    uint64_t sent;       /* bytes; UDP: datagrams; as accepted by send */
    uint64_t received;   /* likewise */
    uint64_t refusals;   /* UDP: ECONNREFUSED seen */
    struct bytes unsent; /* queued payload from unsent_at on; UDP: one datagram at most */
    size_t unsent_at;
    struct bytes log; /* received bytes from log_at on are not consumed */
    size_t log_at;
    struct bytes datagrams; /* UDP: a size_t per received datagram */
    size_t datagram_at;
    struct result_recorder sent_stream, received_stream;
};

/* 0 or -ENOMEM. client_init once; client_begin before each connection. */
int client_init(struct client *client, struct loop *loop, void (*moved)(void *owner), void *owner);
void client_fini(struct client *client);
void client_begin(struct client *client, enum world_transport transport);

/* Makes the socket. 0 or -errno. */
int client_open(struct client *client, enum world_family family);

/* Starts to connect it. 0 (the state tells how far it got), or -errno when the machine refuses;
 * then the socket is closed. */
int client_connect(struct client *client, const struct world_address *server);

/* Looks whether connecting, which may have hung, came to an end. */
void client_poll_connect(struct client *client);

/* Queues and sends as far as it goes. 0; -EPIPE or -ECONNRESET when this send failed; -ENOMEM. */
int client_send(struct client *client, const void *data, size_t size);

/* Sends more of the queue. 0 or the error that broke the connection. */
int client_push(struct client *client);

/* Receives what is there, unless paused. Whether anything was received or ended. */
bool client_receive(struct client *client);

/* Asks for the connection's error, so that `broken` or `refusals` tell. */
void client_ask_error(struct client *client);

/* Makes the loop call when something can be read, or with `writing` be written. 0 or -errno. */
int client_listen_for(struct client *client, bool writing);

void client_half_close(struct client *client); /* after what is queued */
void client_close(struct client *client);      /* drops what is queued */
void client_reset(struct client *client);      /* the same with RST */
void client_set_paused(struct client *client, bool paused);

/* What no expect has consumed: TCP all bytes, UDP the first datagram; whether there is any. */
bool client_unconsumed(const struct client *client, const uint8_t **data, size_t *size);
/* TCP: `size` bytes; UDP: the first datagram. */
void client_consume(struct client *client, size_t size);

static inline bool client_has_unsent(const struct client *client)
{
    return client->unsent_at < client->unsent.size;
}

#endif
