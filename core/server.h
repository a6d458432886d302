/* SPDX-License-Identifier: MIT */
/*
 * The server: any number of listeners, each with its own plugin, in one loop.
 *
 * The same code serves real peers and plays scenarios; it cannot tell which world it lives in.
 * Memory is taken when a listener is made: nothing is allocated when connections come or bytes
 * arrive. The loop, its world and its clock are borrowed and may be shared with others (a
 * scenario's clients). One thread.
 */
#ifndef DRILL_CORE_SERVER_H
#define DRILL_CORE_SERVER_H

#include "check.h"
#include "clock.h"
#include "loop.h"
#include "plugin_host.h"
#include "session_end.h"
#include "session_pool.h"
#include "timers.h"

#define LISTENER_UNLIMITED UINT32_MAX

struct session;
struct listener;

/* What a plugin did wrong in one call. */
struct plugin_fault {
    enum {
        PLUGIN_FAULT_NONE,
        PLUGIN_FAULT_FAILURE, /* it failed, or broke the rules of its callbacks */
        PLUGIN_FAULT_PROPERTY /* it broke a property that it declares */
    } kind;
    const char *sentence; /* what comes behind "the plugin X"; NULL for none */
};

/* Who watches what the server does; every function may be NULL. Called in the order of events. */
struct server_observer {
    void *owner;
    /* A session was accepted (its peer is known); `session_tag` may be set. For UDP once, when the
     * listener starts. */
    void (*accepted)(void *owner, struct session *session);
    /* One receive call returned `size` bytes; a datagram was `full_size` bytes long; `peer` sent it
     * (UDP). */
    void (*received)(void *owner, struct session *session, const void *data, size_t size,
                     size_t full_size, const struct world_address *peer);
    /* Receive returned 0: the peer shut down its sending side. */
    void (*finished)(void *owner, struct session *session);
    /* The world took `size` bytes of reply, or one datagram to `peer` (UDP). */
    void (*sent)(void *owner, struct session *session, size_t size,
                 const struct world_address *peer);
    /* The world did not take all of an answer: the session holds the rest and does not read. */
    void (*blocked)(void *owner, struct session *session);
    /* The session is over; its socket is closed and the session is gone when this returns. */
    void (*ended)(void *owner, struct session *session, enum session_end end);
    /* The plugin failed in this session (NULL: outside any). */
    void (*plugin_failed)(void *owner, struct session *session, struct plugin_fault fault);
    /* The plugin logged a line. */
    void (*logged)(void *owner, struct listener *listener, uint64_t session, const char *message);
};

/* What a listener is made from; sizes in bytes. */
struct listener_options {
    const struct plugin *plugin;      /* borrowed for the listener's life */
    const struct drill_value *values; /* one per option of the plugin; copied */
    uint64_t seed;                    /* of the plugin's random service */
    enum world_transport transport;
    struct world_address address; /* port 0: any free one */
    uint32_t recv_buffer_bytes;
    uint32_t backlog;
    uint32_t sessions_max;
    uint32_t sessions_total;       /* LISTENER_UNLIMITED: no limit */
    uint32_t messages_per_session; /* LISTENER_UNLIMITED: no limit */
    uint64_t idle_timeout_ns;      /* 0: none */
    uint32_t send_buffer_bytes;    /* 0: the system's */
    uint32_t reply_bytes_max;
    int socket; /* a bound socket that already listens with the same backlog, taken over on success;
                   -1: make one */
};

struct server {
    struct loop *loop;
    struct run_clock *clock;
    struct server_observer observer;
    struct timers timers;
    struct listener *listeners; /* a list, newest first */
    struct listener *spare;     /* the last one that was freed, for the next one; NULL: none */
    struct session_pool
        *spare_pool; /* of the last listener: the next one of the same shape takes it over */
};

void server_init(struct server *server, struct loop *loop, struct run_clock *clock,
                 struct server_observer observer);

/* Ends every session as `stopped`, closes every listener, frees. */
void server_fini(struct server *server);

/* Starts a listener. 0, or -errno with a sentence; then nothing is left. */
int server_listen(struct server *server, const struct listener_options *options,
                  struct listener **listener, struct drill_error *error);

/* Runs the timers that are due on the run clock; how many. */
size_t server_run_timers(struct server *server);

/* When the next timer is due on the run clock; CLOCK_NEVER_NS: never. */
uint64_t server_next_timer_ns(const struct server *server);

/* No new connections or datagrams; sessions end as `stopped` as soon as their reply is drained. */
void server_drain(struct server *server);

/* Sessions that are open or not yet drained, and listeners that still listen. 0: nothing left to
 * serve. */
size_t server_activity(const struct server *server);

/* Stops or starts accepting; connections wait in the backlog meanwhile. UDP: stops or starts
 * receiving. */
void listener_set_accepting(struct listener *listener, bool accepting);

/* As after server_listen, with another `seed`, for a listener whose TCP sessions are all gone: what
 * its plugin held is freed, the plugin is configured anew, sessions are counted from 1. The socket
 * and its address stay. `*leaked` is the number of allocations that were freed. 0, or -EINVAL with
 * a sentence: then only listener_free may follow. */
int listener_renew(struct listener *listener, uint64_t seed, size_t *leaked,
                   struct drill_error *error);

/* Closes the listening socket; sessions live on. UDP: its one session ends as `stopped`. */
void listener_stop(struct listener *listener);

/* Ends what is left of its sessions as `stopped` and frees it. A listening TCP socket is handed
 * back in `*socket`, unless `socket` is NULL; -1 when it was closed before. Returns the number of
 * allocations the plugin leaked. */
size_t listener_free(struct listener *listener, int *socket);

bool listener_is_open(const struct listener *listener); /* the socket listens */
bool listener_is_accepting(
    const struct listener *listener); /* and a connection would be accepted now */
struct world_address listener_address(const struct listener *listener);
/* The socket, for questions to the world; -1 when it is closed. */
int listener_socket(const struct listener *listener);
struct plugin_listener *listener_plugin(struct listener *listener);

/* What observers may ask of a session. */
struct listener *session_listener(const struct session *session);
uint64_t session_id(const struct session *session);
const struct world_address *session_peer(const struct session *session); /* as accept returned it */
int session_socket(const struct session *session);
bool session_is_blocked(
    const struct session *session); /* it holds reply that the world did not take */
void session_set_tag(struct session *session, uint32_t tag);
uint32_t session_tag(const struct session *session);

#endif
