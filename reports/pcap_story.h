/* SPDX-License-Identifier: MIT */
/*
 * What a trace tells of sockets and connections when it is read as a whole: which socket an event
 * is about (numbers are used again), which client an accepted socket belongs to, its addresses, and
 * what became of each connect and when. pcap_flow.h makes packets of it.
 *
 * A trace may be cut short, lack events or be nonsense in a well-formed shape: then the story is
 * nonsense too, but every index in it is sound. Lifetime: borrows the trace. One thread.
 */
#ifndef DRILL_REPORTS_PCAP_STORY_H
#define DRILL_REPORTS_PCAP_STORY_H

#include "pcap_map.h"
#include "trace.h"

/* Sides of a connection; the other one is `!side`. */
#define PCAP_CLIENT 0
#define PCAP_SERVER 1

/* What became of a connect. */
enum pcap_outcome { PCAP_UNDECIDED, PCAP_ESTABLISHED, PCAP_REFUSED, PCAP_HUNG };

/* One socket from its making to its close. Indices are PCAP_NONE where there is nothing. */
struct pcap_socket {
    enum world_transport transport;
    struct world_address first; /* TCP: the first local address that it was known by */
    struct world_address local; /* the IP may be that of any interface; port 0: not known */
    struct world_address peer;  /* UDP: what it is connected to; port 0: nothing */
    uint32_t connection;        /* TCP: the one that it is an end of, at this point of the trace */
    uint32_t first_connection;  /* of those to this listener, oldest first */
    uint32_t last_connection;
    uint8_t side;   /* which end */
    bool listens;   /* at this point of the trace */
    bool inherited; /* older than the trace */
    bool counted;   /* UDP: among those that hear datagrams */
    bool resets_on_close;
};

struct pcap_side {
    uint32_t next; /* its next sequence number */
    uint64_t sent, received;
    bool finished, shut_for_reading, closed;
};

struct pcap_connection {
    struct world_address address[2]; /* of one family, with ports */
    enum pcap_outcome outcome;
    uint32_t listener;
    uint32_t next_of_listener;
    uint32_t older; /* connection from the same client address */
    bool known[2];  /* whether the trace has the socket of that side */
    bool accepted;
    bool looked, look_pending; /* the client was seen still connecting */
    bool ended;                /* the client gave up while nothing was decided */
    uint64_t begun_ns, look_ns, looked_ns, decided_ns;
    uint64_t ended_ns; /* hung: no SYN is sent after this */
    uint64_t last_ns;  /* of its last packet */
    bool open;         /* neither refused, hung nor reset */
    struct pcap_side side[2];
};

/* What an event is about. */
struct pcap_step {
    uint32_t socket;
    uint32_t made;       /* the socket that it returned */
    uint32_t connection; /* that it began, or accepted */
};

struct pcap_story {
    const struct trace_view *trace;
    struct pcap_step *steps; /* one for each event */
    struct pcap_socket *sockets;
    size_t socket_count, socket_room;
    struct pcap_connection *connections;
    size_t connection_count, connection_room;
    struct pcap_map map;
    uint8_t ports[65536 / 8]; /* which ones the trace mentions, a bit for each */
    uint32_t next_port;       /* where the search for one that it does not mention goes on */
};

/* 0 or -ENOMEM; pcap_story_fini is due in any case. */
int pcap_story_read(struct pcap_story *story, const struct trace_view *trace);
void pcap_story_fini(struct pcap_story *story);

/* Before another pass over the events: no socket has met its connection yet. */
void pcap_story_rewind(struct pcap_story *story);

/* Appends a connection; PCAP_NONE without memory. */
uint32_t pcap_story_connection(struct pcap_story *story, const struct world_address *client,
                               const struct world_address *server, uint64_t at_ns);
/* A port that the trace does not mention. */
uint16_t pcap_story_port(struct pcap_story *story);
/* Gives a client's address that is not known such a port and the loopback's IP. Both are of the
 * server's family then. */
void pcap_story_complete(struct pcap_story *story, struct world_address address[2]);

/* The second part of reading: finds out what became of each connect, and pairs it with what accept
 * returned. 0 or -ENOMEM. */
int pcap_outcome_find(struct pcap_story *story);

/* When the nth retry (from 1) of an unanswered SYN was due; UINT64_MAX where there is none. */
uint64_t pcap_outcome_retry_ns(const struct pcap_connection *connection, unsigned nth);

/* The address of an event without bytes that do not belong to its family. */
struct world_address pcap_address(const struct trace_event *event);
/* Loopback instead of any interface. */
struct world_address pcap_address_on_wire(const struct world_address *address);

#endif
