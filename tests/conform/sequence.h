/* SPDX-License-Identifier: MIT */
/*
 * A sequence of world calls, the thing that is drawn, executed in two worlds, shrunk and printed.
 *
 * Sockets live in slots, written `a` to `x`; a slot is given once and never reused, so that "the
 * port of a" has one meaning throughout. A sequence is a plain value.
 */
#ifndef DRILL_CONFORM_SEQUENCE_H
#define DRILL_CONFORM_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "world.h"

#define SEQUENCE_SLOTS     24
#define SEQUENCE_CALLS_MAX 160
/* The largest number a call takes: a buffer, a payload or a count. */
#define SEQUENCE_NUMBER_MAX 200000
/* How many datagrams one `flood` sends at most. */
#define SEQUENCE_FLOOD_MAX 1000

enum sequence_op {
    OP_TCP4, /* slot = socket() */
    OP_TCP6,
    OP_UDP4,
    OP_UDP6,
    OP_BIND,     /* slot, target */
    OP_LISTEN,   /* slot, number: backlog */
    OP_ACCEPT,   /* slot = accept(target) */
    OP_CONNECT,  /* slot, target */
    OP_SEND,     /* slot, number: bytes */
    OP_SENDTO,   /* slot, target, number: bytes */
    OP_FLOOD,    /* slot, target, number: that many small datagrams */
    OP_FILL,     /* slot: sends until there is no room */
    OP_RECV,     /* slot, number: bytes */
    OP_RECVFROM, /* slot, number: bytes */
    OP_DRAIN,    /* slot: receives until there is nothing, the end or an error */
    OP_SHUT_RD,  /* slot */
    OP_SHUT_WR,
    OP_SHUT_RDWR,
    OP_CLOSE,
    OP_LINGER, /* slot, number: 1 makes close reset, 0 not */
    OP_SNDBUF, /* slot, number: bytes */
    OP_RCVBUF,
    OP_NAME, /* slot: getsockname */
    OP_PEER, /* slot: getpeername */
    OP_ERROR,
    OP_QUEUE,
    OP_DROPPED,
    OP_WATCH, /* slot, number: WORLD_READABLE | WORLD_WRITABLE */
    OP_WAIT,
    OP_COUNT
};

/* Which parts a call has, in the order in which they are written. */
#define TAKES_SLOT   1u
#define TAKES_TARGET 2u
#define TAKES_NUMBER 4u
#define MAKES_SLOT   8u  /* `slot` is new: "c=accept a" */
#define TAKES_EVENTS 16u /* the number is written as r, w, rw or none */

struct sequence_word {
    const char *name;
    unsigned takes;
};

/* By enum sequence_op. */
extern const struct sequence_word sequence_words[OP_COUNT];

/* Targets that are not slots. */
#define TARGET_NONE    (-1)
#define TARGET_FREE    (-2) /* bind: loopback, port 0 */
#define TARGET_ANY     (-3) /* bind: every address, port 0 */
#define TARGET_NOWHERE (-4) /* connect, sendto: a port on which nobody listens */

struct call {
    uint8_t op; /* enum sequence_op */
    int slot;
    int target;
    int32_t number;
};

struct sequence {
    int count;
    struct call calls[SEQUENCE_CALLS_MAX];
};

/* Longest text of one call and of a whole sequence. */
#define SEQUENCE_CALL_TEXT 48
#define SEQUENCE_TEXT      (SEQUENCE_CALLS_MAX * SEQUENCE_CALL_TEXT)

/* Appends when there is room. */
void sequence_add(struct sequence *sequence, enum sequence_op op, int slot, int target, int number);

/* "c=accept a". Returns `text`. */
const char *sequence_call_text(const struct call *call, char text[SEQUENCE_CALL_TEXT]);
/* "a=tcp4; bind a free; ...", which sequence_parse reads back. Returns `text`. */
const char *sequence_text(const struct sequence *sequence, char text[SEQUENCE_TEXT]);
/* Returns 0, or -EINVAL with the place in `*wrong`. */
int sequence_parse(const char *text, struct sequence *sequence, const char **wrong);

bool sequence_equal(const struct sequence *a, const struct sequence *b);

#endif
