/* SPDX-License-Identifier: MIT */
/*
 * One of the two worlds that play a sequence: which socket each slot is, its ports and streams, and
 * the execution of one call with its outcome in terms that do not depend on the world (slots in
 * place of sockets and ports).
 *
 * The world is borrowed. party_begin and party_end enclose a sequence.
 */
#ifndef DRILL_CONFORM_PARTY_H
#define DRILL_CONFORM_PARTY_H

#include "payload.h"
#include "sequence.h"

/* Whose port an address holds, besides a slot. */
#define WHO_NOBODY   (-1) /* port 0, or the call tells no address */
#define WHO_STRANGER (-2) /* none of the sequence's ports */

enum outcome_host { HOST_NONE, HOST_LOOPBACK, HOST_ANY, HOST_OTHER };

struct outcome {
    bool made;       /* false: there was no such socket (any more), nothing was called */
    bool wrong;      /* bytes that were not sent like this */
    bool slipped;    /* while levelling; see lockstep.h */
    uint8_t host;    /* enum outcome_host, of an address that the call told */
    int who;         /* whose port it held */
    int32_t status;  /* 0 or positive, or -errno; 0 for a new socket */
    uint64_t amount; /* of calls made of many: the bytes or datagrams that went through */
    uint8_t ready[SEQUENCE_SLOTS]; /* of `wait`: WORLD_READABLE | ... */
};

struct party_slot {
    int socket; /* -1: none */
    bool stream;
    bool bound; /* by `bind`; otherwise its port, if any, was chosen by another call */
    bool listening;
    bool broken; /* a reset was told, after which the stream may be incomplete */
    bool mute;   /* shut down for writing */
    bool deaf;   /* shut down for reading, so that 0 from a receive need not be the end */
    bool lent;   /* its port was asked for by number, so that it may be another slot's as well */
    enum world_family family;
    uint16_t port;        /* its latest one, also after close; 0: had none */
    uint16_t destination; /* the port of the latest connect */
    int peer;             /* the slot at the other end of the stream, or WHO_NOBODY */
    uint64_t sent;        /* bytes of this connection; datagrams since the beginning */
    uint64_t received;
};

struct party {
    struct world *world;
    struct party_slot slots[SEQUENCE_SLOTS];
    /* The world gave one port to two slots, or connected a socket to itself: what follows is
     * chance. */
    bool coincidence;
    uint8_t data[SEQUENCE_NUMBER_MAX]; /* the latest datagram received */
};

void party_begin(struct party *party, struct world *world);
/* Closes what is open, connections with a reset, so that no port has to wait. */
void party_end(struct party *party);
void party_call(struct party *party, const struct call *call, struct outcome *outcome);

/* For transfer.c. */
/* Notes which port the world gave to the slot. */
void party_learn(struct party *party, struct party_slot *slot);
/* Where a call on `slot` goes that names `target`. */
struct world_address party_target(const struct party *party, const struct party_slot *slot,
                                  int target);
void party_tell(const struct party *party, const struct party_slot *slot,
                const struct world_address *address, struct outcome *outcome);

/* "5", "EAGAIN", "a:rw b:f", ... Returns `text`. */
#define OUTCOME_TEXT 160
const char *outcome_text(const struct call *call, const struct outcome *outcome,
                         char text[OUTCOME_TEXT]);

#endif
