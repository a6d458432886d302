/* SPDX-License-Identifier: MIT */
/*
 * What the files of the simulated world share: its state, and the seams between its parts.
 *
 * An endpoint is a slot in `sockets`, and its place there is its number; besides the sockets that
 * the caller holds these are connections that wait for accept, and orphans: closed sockets whose
 * connection is not over. Connected endpoints point to each other, so that nothing is ever
 * looked up per packet. What one sends is written at once into the `in` of the other, which counts
 * how much of it has arrived, is under way, or still waits in the sender's buffer. A packet is a
 * call of sim_packet: without latency it arrives before that returns. One world belongs to one
 * thread; all memory is that of world_sim.c's pools.
 */
#ifndef DRILL_CORE_WORLD_SIM_INTERNAL_H
#define DRILL_CORE_WORLD_SIM_INTERNAL_H

#include "prng.h"
#include "world_sim.h"

#define SIM_NONE        UINT32_MAX
#define SIM_TABLES      4 /* of ports: each transport and family has its own */
#define SIM_PORTS       65536
#define SIM_BACKLOG_MAX 4096       /* net.core.somaxconn */
#define SIM_BUFFER_MAX  (4u << 20) /* net.core.wmem_max, rmem_max */
#define SIM_SEND_MIN    4608u
#define SIM_RECEIVE_MIN 2304u
#define SIM_UDP_ROOM    212992u /* net.core.rmem_default */
#define SIM_SYN_RETRIES 10u
#define SIM_CONNECT_NS                                                                             \
    UINT64_C(1000) /* what a call of connect takes at least, of those that hang */
#define SIM_REORDER_NS UINT64_C(1000000) /* how long a datagram waits to be overtaken */

/* The two directions of a connection, as bits: what was shut down. */
#define SIM_SHUT_RD  1u
#define SIM_SHUT_WR  2u
#define SIM_SHUT_ALL 3u

/* RFC 9293; SIM_FREE: nobody's slot. UDP uses SIM_CLOSED, and SIM_ESTABLISHED once connected. */
enum sim_state {
    SIM_FREE,
    SIM_CLOSED,
    SIM_LISTEN,
    SIM_SYN_SENT,
    SIM_SYN_RECEIVED,
    SIM_ESTABLISHED,
    SIM_FIN_WAIT_1,
    SIM_FIN_WAIT_2,
    SIM_CLOSE_WAIT,
    SIM_CLOSING,
    SIM_LAST_ACK
};

/* What `connect` remembers of a TCP socket beside the state of its connection: the kernel's
 * SS_UNCONNECTED and so on. */
enum sim_link { SIM_UNCONNECTED, SIM_CONNECTING, SIM_CONNECTED, SIM_DISCONNECTING };

enum sim_fin { SIM_FIN_NONE, SIM_FIN_QUEUED, SIM_FIN_SENT };

/* Packets, and the two timers. */
enum sim_kind {
    SIM_SYN,
    SIM_SYN_ACK,
    SIM_ACK, /* the third packet of a connection */
    SIM_DATA,
    SIM_FIN,
    SIM_FIN_ACK,
    SIM_RST,
    SIM_DATAGRAM,
    SIM_UNREACHABLE,
    SIM_SYN_TIMER,
    SIM_OVERTAKE_TIMER
};

/* Bytes in order, in chunks of the pool. */
struct sim_bytes {
    uint32_t first, last; /* chunks; SIM_NONE when empty */
    uint32_t begin;       /* where the bytes of the first chunk begin */
    uint32_t end;         /* where those of the last one end */
    size_t size;
};

struct sim_datagram {
    struct world_address from, to;
    struct sim_bytes bytes;
    uint32_t next; /* in its queue, or in the free list */
    uint32_t cost; /* of the receiver's room: sim_datagram_cost */
    bool late;     /* to be overtaken by the next one */
};

/* An endpoint at the time of naming: the slot may be another's later. */
struct sim_end {
    uint64_t id;
    uint32_t at; /* SIM_NONE: nobody */
};

struct sim_event {
    uint64_t due_ns;
    uint64_t order; /* of events with the same rank: first come, first served */
    uint64_t rank;  /* drawn for each flow and instant */
    struct sim_end from, to;
    size_t size;       /* SIM_DATA: bytes */
    uint32_t datagram; /* SIM_DATAGRAM, SIM_UNREACHABLE */
    enum sim_kind kind;
};

struct sim_socket {
    uint64_t id; /* of its connection; renewed whenever packets under way no longer concern it */
    uint8_t state, link, transport, family;
    uint8_t shutdown, fin;
    bool open;                               /* the caller holds its number */
    bool orphan;                             /* was closed, still delivers */
    bool done;                               /* the peer's FIN has arrived */
    bool reuse, port_locked, address_locked; /* SO_REUSEADDR; chosen by the caller */
    bool reset_on_close;
    int error; /* pending, positive */

    uint16_t port; /* held in the port table; 0: none. `local.port` may still tell an older one */
    uint32_t port_next, port_previous;     /* sockets that hold the same port */
    uint32_t listen_next, listen_previous; /* listeners on the same port */
    struct world_address local, peer;

    uint32_t send_room, receive_room;
    uint32_t dropped;
    uint32_t timer; /* its place in the event heap; SIM_NONE: none */

    uint32_t interest, events; /* as watched; as `wait` would tell */
    uint32_t ready;            /* its place among the ready ones; SIM_NONE: none */
    void *token;

    /* TCP */
    uint32_t connection; /* the endpoint at the other end; SIM_NONE: none, or gone */
    uint32_t retries;    /* of the SYN */
    uint64_t syn_ns;     /* when the first one was sent, if it hangs */
    struct sim_bytes in; /* what the peer sent, in order: arrived, under way, waiting */
    size_t readable, flight;
    struct sim_end listener; /* that a connection waits at; its id is a `listen_id` */
    uint32_t next;           /* in its listener's accept queue, or in the free list */

    /* A listener */
    uint64_t listen_id;
    uint32_t backlog, queue_length, queue_first, queue_last;
    uint32_t young; /* connections whose handshake is under way */

    /* UDP */
    uint32_t inbox_first, inbox_last, inbox_length;
    uint32_t inbox_cost, inbox_owed; /* taken from receive_room; read, but not given back yet */
    uint32_t inbox_old;              /* datagrams in front that were there when reading began */
    uint32_t held;                   /* the late datagram; SIM_NONE: none */
};

/* A pool hands out what came back last, else what was never used. */
struct sim_pool {
    uint32_t free, used, max; /* `used`: all from here on are untouched */
};

/* world_sim_mark.c: what to come back to. */
#define SIM_MARKED_MAX 4u
struct sim_mark {
    uint32_t used;
    struct sim_socket sockets[SIM_MARKED_MAX];
    struct prng prng;
    uint64_t serial, now_ns;
    uint32_t ports_held[SIM_TABLES];
    uint16_t next_port[SIM_TABLES], next_spare[SIM_TABLES];
};

struct sim {
    struct world world;
    size_t mapped_bytes;
    uint32_t send_room, receive_room; /* of a TCP socket that did not ask */
    uint32_t open_sockets;
    bool exhausted;         /* a pool was, since the last reset */
    uint64_t hung_ns;       /* when the last connect hung, */
    uint64_t hung_connects; /* and how many did at that instant */

    struct world_sim_network network;
    struct prng prng;
    uint64_t flow_seed, serial, now_ns;

    struct sim_pool socket_pool, chunk_pool, datagram_pool;
    struct sim_socket *sockets;
    struct sim_datagram *datagrams;
    uint8_t *chunks;
    uint32_t *chunk_next;
    uint32_t chunk_bytes;

    struct sim_event *heap;
    uint32_t heap_count, heap_soft, heap_max; /* `soft`: beyond it only what cannot fail */

    uint32_t *ready;
    uint32_t ready_count, ready_fresh; /* the first ones were not told in this round */

    uint32_t *bound[SIM_TABLES], *listening[SIM_TABLES];    /* per port: a socket's number + 1 */
    uint32_t ports_held[SIM_TABLES];                        /* of those that are chosen first */
    uint16_t next_port[SIM_TABLES], next_spare[SIM_TABLES]; /* where the search goes on */

    struct sim_mark mark;
};

static inline struct sim *sim_of(struct world *world)
{
    return (struct sim *)world;
}

static inline uint32_t sim_number(const struct sim *sim, const struct sim_socket *s)
{
    return (uint32_t)(s - sim->sockets);
}

/* The socket that the caller means; NULL is -EBADF. */
static inline struct sim_socket *sim_get(struct sim *sim, int number)
{
    if (number < 0 || (uint32_t)number >= sim->socket_pool.used || !sim->sockets[number].open) {
        return NULL;
    }
    return &sim->sockets[number];
}

static inline struct sim_end sim_end_of(const struct sim *sim, const struct sim_socket *s)
{
    return (struct sim_end){.id = s->id, .at = sim_number(sim, s)};
}

static inline struct sim_socket *sim_at(struct sim *sim, struct sim_end end)
{
    if (end.at == SIM_NONE || sim->sockets[end.at].id != end.id) {
        return NULL;
    }
    return &sim->sockets[end.at];
}

/* The endpoint at the other end; NULL: gone. */
static inline struct sim_socket *sim_peer(struct sim *sim, const struct sim_socket *s)
{
    return s->connection == SIM_NONE ? NULL : &sim->sockets[s->connection];
}

static inline struct sim_end sim_peer_end(struct sim *sim, const struct sim_socket *s)
{
    struct sim_socket *peer = sim_peer(sim, s);
    return peer ? sim_end_of(sim, peer) : (struct sim_end){.at = SIM_NONE};
}

/* Bytes that the sender still holds in its buffer for `s`. */
static inline size_t sim_waiting(const struct sim_socket *s)
{
    return s->in.size - s->readable - s->flight;
}

/* Bytes that may still be sent to `s`. */
static inline size_t sim_window(const struct sim_socket *s)
{
    size_t taken = s->readable + s->flight;
    return taken < s->receive_room ? s->receive_room - taken : 0;
}

static inline bool sim_address_is_any(const struct world_address *address)
{
    static const uint8_t any[16];
    /* The first byte decides nearly always, and at once. */
    return address->ip[0] == 0 && __builtin_memcmp(address->ip, any, sizeof(any)) == 0;
}

/* -error, which is then no longer pending; 0 without one. */
static inline int sim_take_error(struct sim_socket *s)
{
    int error = s->error;
    s->error = 0;
    return -error;
}

/* world_sim_pool.c: slots and bytes. */
/* The number of a slot, SIM_NONE when the pool is exhausted. */
uint32_t sim_socket_take(struct sim *sim, enum world_transport transport, enum world_family family);
/* Forgets everything about the endpoint; its peer, if any, is left alone with nobody. */
void sim_socket_release(struct sim *sim, struct sim_socket *s);
uint32_t sim_datagram_take(struct sim *sim);
void sim_datagram_release(struct sim *sim, uint32_t datagram);
void sim_bytes_init(struct sim_bytes *bytes);
/* Appends; the bytes taken, fewer than `size` when the pool is exhausted. */
size_t sim_bytes_put(struct sim *sim, struct sim_bytes *bytes, const void *data, size_t size);
/* Removes `size` bytes from the front, into `data` unless that is NULL. */
void sim_bytes_take(struct sim *sim, struct sim_bytes *bytes, void *data, size_t size);
/* Keeps the first `size` bytes. */
void sim_bytes_cut(struct sim *sim, struct sim_bytes *bytes, size_t size);

/* world_sim_port.c: addresses and ports. */
int sim_bind(struct world *world, int socket, const struct world_address *address);
int sim_getsockname(struct world *world, int socket, struct world_address *address);
int sim_getpeername(struct world *world, int socket, struct world_address *address);
bool sim_address_is_local(const struct world_address *address);
/* The loopback address in place of the wildcard. */
void sim_address_resolve(struct world_address *address);
/* Holds a free port that the simulator chooses; false: there is none. */
bool sim_port_choose(struct sim *sim, struct sim_socket *s);
void sim_port_hold(struct sim *sim, struct sim_socket *s, uint16_t port);
void sim_port_release(struct sim *sim, struct sim_socket *s);
/* Whether another socket on its port forbids `s` to be bound there. */
bool sim_port_conflicts(struct sim *sim, const struct sim_socket *s, uint16_t port);
/* Whether another socket already is this connection from s's port to `peer`. */
bool sim_port_connected(struct sim *sim, const struct sim_socket *s,
                        const struct world_address *peer);
void sim_port_listen(struct sim *sim, struct sim_socket *s);
void sim_port_unlisten(struct sim *sim, struct sim_socket *s);
struct sim_socket *sim_listener_at(struct sim *sim, const struct world_address *address);
/* The UDP socket that a datagram from `from` to `to` is for, or NULL. */
struct sim_socket *sim_inbox_at(struct sim *sim, const struct world_address *to,
                                const struct world_address *from);

/* world_sim_connect.c: how connections begin. */
int sim_listen(struct world *world, int socket, int backlog);
int sim_accept(struct world *world, int socket, struct world_address *peer);
int sim_connect(struct world *world, int socket, const struct world_address *address);
void sim_syn_arrives(struct sim *sim, struct sim_socket *client);
void sim_syn_ack_arrives(struct sim *sim, struct sim_socket *client, struct sim_socket *child);
void sim_ack_arrives(struct sim *sim, struct sim_socket *child);
void sim_syn_timer(struct sim *sim, struct sim_socket *client);
/* A connection that nobody accepted yet loses its place. */
void sim_child_leaves(struct sim *sim, struct sim_socket *child);
/* Resets the connections that wait for accept. */
void sim_listen_stop(struct sim *sim, struct sim_socket *s);

/* world_sim_stream.c: bytes of connections. */
ssize_t sim_tcp_send(struct sim *sim, struct sim_socket *s, const void *data, size_t size);
/* `data` NULL: the bytes are thrown away. */
ssize_t sim_tcp_recv(struct sim *sim, struct sim_socket *s, void *data, size_t size);
void sim_data_arrives(struct sim *sim, const struct sim_event *packet);
/* Sends the FIN that waits, once everything before it is sent. */
void sim_fin_try(struct sim *sim, struct sim_socket *s);

/* world_sim_end.c: how connections end. */
int sim_shutdown(struct world *world, int socket, enum world_shutdown how);
int sim_close(struct world *world, int socket);
void sim_fin_arrives(struct sim *sim, const struct sim_event *packet);
void sim_fin_ack_arrives(struct sim *sim, struct sim_socket *s);
void sim_rst_arrives(struct sim *sim, struct sim_socket *s);
/* The connection is over, with `error` pending unless it is 0. */
void sim_over(struct sim *sim, struct sim_socket *s, int error);
/* Resets it if there is something to reset, and makes it a socket that can connect again. */
void sim_disconnect(struct sim *sim, struct sim_socket *s);
/* Sends a RST unless the connection has not begun or is over. */
void sim_abort(struct sim *sim, struct sim_socket *s);
/* Shuts down what an accepted connection inherited as shut down. */
void sim_send_fin(struct sim *sim, struct sim_socket *s);

/* world_sim_datagram.c: UDP. */
int sim_udp_connect(struct sim *sim, struct sim_socket *s, const struct world_address *address);
ssize_t sim_udp_send(struct sim *sim, struct sim_socket *s, const void *data, size_t size,
                     const struct world_address *to);
/* The datagram's full length. */
ssize_t sim_udp_recv(struct sim *sim, struct sim_socket *s, void *data, size_t size,
                     struct world_address *peer);
void sim_datagram_arrives(struct sim *sim, uint32_t number);
void sim_unreachable_arrives(struct sim *sim, uint32_t number);
void sim_overtake_timer(struct sim *sim, struct sim_socket *s);

/* world_sim_event.c: packets under way, and the clock. */
/* Lets a packet arrive: now, or after the latency. What one endpoint sends keeps its order. */
void sim_packet(struct sim *sim, enum sim_kind kind, struct sim_end from, struct sim_end to,
                size_t size);
void sim_packet_datagram(struct sim *sim, enum sim_kind kind, uint32_t datagram);
/* How many packets will arrive at `s`, the datagram that waits there to be overtaken included. */
uint32_t sim_packets_to(struct sim *sim, const struct sim_socket *s);
/* Whether packets that may fail with -ENOBUFS still have room. */
bool sim_packet_room(const struct sim *sim);
void sim_timer_set(struct sim *sim, struct sim_socket *s, enum sim_kind kind, uint64_t due_ns);
void sim_timer_cancel(struct sim *sim, struct sim_socket *s);
uint64_t sim_now_ns(struct world *world);
uint64_t sim_pass(struct world *world, uint64_t span_ns);
/* Executes what is due. Returns whether there was anything. */
bool sim_run_due(struct sim *sim);

/* world_sim_ready.c: readiness. */
int sim_watch(struct world *world, int socket, uint32_t events, void *token);
int sim_wait(struct world *world, uint64_t deadline_ns, struct world_event *events, int count);
/* To be called after everything that may change what `s` is ready for. Most sockets that change are
 * clients whose readiness nobody asks for. */
void sim_ready_update(struct sim *sim, struct sim_socket *s);
static inline void sim_refresh(struct sim *sim, struct sim_socket *s)
{
    if (s->interest != 0) {
        sim_ready_update(sim, s);
    }
}
void sim_unwatch(struct sim *sim, struct sim_socket *s);

#endif
