/* SPDX-License-Identifier: MIT */
/*
 * The events of a tape: how bytes fall into events, and an event's canonical bytes.
 *
 * Every byte string is a sequence of events. An event is an opcode byte, as many numbers as its
 * opcode has operands, and for some opcodes a length and so many bytes; what is missing at the end
 * of the data is 0. Nothing here knows what an event means to the story: that is tape.h. Mutators
 * and minimizers work on this layer: read events, drop, insert, split, join and reorder them, write
 * them back. docs/TAPE.md lists every opcode. Pure functions; only
 * tape_event_add allocates.
 */
#ifndef DRILL_FUZZ_TAPE_EVENT_H
#define DRILL_FUZZ_TAPE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An opcode byte, three numbers of 9 bytes, and the length of the payload. */
#define TAPE_EVENT_HEAD_BYTES_MAX ((size_t)38)
#define TAPE_OPERANDS_MAX         3

/* The order is the format: new ones only at the end of either half. Opcode bytes below
 * TAPE_RARE_BYTE stand for the frequent half, what lies above for the rare one, each modulo the
 * number of opcodes there, so that random bytes make dense plans. */
enum tape_opcode {
    /* What a peer does. The first operand is the client. */
    TAPE_CONNECT,    /* client */
    TAPE_SEND,       /* client; payload */
    TAPE_HALF_CLOSE, /* client */
    TAPE_CLOSE,      /* client */
    TAPE_RESET,      /* client */
    TAPE_PAUSE,      /* client */
    TAPE_RESUME,     /* client */
    TAPE_WAIT,       /* milliseconds */
    TAPE_COMPOSE,    /* client: a send whose payload is made of the parts that follow */

    /* What is added to the send (or expectation) that was begun last. */
    TAPE_BYTES,     /* payload */
    TAPE_FILL,      /* byte (0 to 127), size */
    TAPE_RANDOM,    /* size, seed */
    TAPE_CAPTURED,  /* capture */
    TAPE_CUT,       /* bytes after the cut before it (or the beginning), less 1 */
    TAPE_CUT_EVERY, /* one byte at a time */
    TAPE_UNSETTLED, /* "settle": false */

    /* Steps that hold steps; TAPE_END ends the innermost. */
    TAPE_REPEAT,   /* count */
    TAPE_TOGETHER, /* its first lane begins */
    TAPE_LANE,     /* the next lane of the innermost `together` begins */
    TAPE_ORDER,    /* seed of the innermost `together` */
    TAPE_END,

    /* What the server is told. */
    TAPE_SERVER,      /* enum plan_server_change, modulo 3 */
    TAPE_SET,         /* enum tape_setting, value: before the first step */
    TAPE_OPTION,      /* index in the plugin's table, value (zigzag; a boolean's lowest bit) */
    TAPE_OPTION_TEXT, /* index; payload */

    /* What no peer can cause: before the first step. */
    TAPE_FAULT,   /* twice the call (+ 1: sticky), nth, effect */
    TAPE_NETWORK, /* enum tape_network, value */

    /* The rare half: a fuzzer's plan (TAPE_EXPLORE) has none of these. */
    TAPE_OUTCOME,        /* of the last connect or send */
    TAPE_FILL_BACKLOG,   /* */
    TAPE_EXPECT,         /* client; payload */
    TAPE_EXPECT_COMPOSE, /* client, 0 exact or 1 prefix: parts follow */
    TAPE_EXPECT_SIZE,    /* client, size */
    TAPE_EXPECT_REGEX,   /* client; payload: the expression */
    TAPE_EXPECT_END,     /* client, PLAN_END_EOF | PLAN_END_RESET */
    TAPE_EXPECT_SILENCE, /* client, milliseconds */
    TAPE_WITHIN,         /* milliseconds: of the last expectation */
    TAPE_ANY,            /* size */
    TAPE_CAPTURE,        /* capture, size */
    TAPE_EXPECT_SERVER,  /* 1: alive; + 2: recv_sizes is there, even if none follow */
    TAPE_SEEN,           /* enum tape_seen, client, value: of the last expect_server */
    TAPE_UNROLLED,       /* count: a repeat that used its index; all its copies stand inside */
    TAPE_SEED,           /* the run's seed: before the first step */
    TAPE_WORLDS,         /* PLAN_KERNEL | PLAN_SIM: before the first step */
    TAPE_WHY             /* payload: expect_failure; before the first step */
};
#define TAPE_RARE         TAPE_OUTCOME
#define TAPE_OPCODE_COUNT (TAPE_WHY + 1)
#define TAPE_RARE_BYTE    224

/* TAPE_SET, in the order of plan_setting.h, and then those that are no plain numbers. */
enum tape_setting {
    TAPE_SET_RECV_BUFFER,
    TAPE_SET_BACKLOG,
    TAPE_SET_SESSIONS_MAX,
    TAPE_SET_SESSIONS_TOTAL,
    TAPE_SET_MESSAGES_PER_SESSION,
    TAPE_SET_SEND_BUFFER,
    TAPE_SET_REPLY_MAX,
    TAPE_SET_IDLE_TIMEOUT_MS,
    TAPE_SET_TRANSPORT, /* 0 TCP, 1 UDP */
    TAPE_SET_FAMILY     /* 0 IPv4, 1 IPv6 */
};
#define TAPE_SETTING_COUNT (TAPE_SET_FAMILY + 1)

enum tape_network { TAPE_LATENCY_MS, TAPE_LOSS, TAPE_DUPLICATE, TAPE_REORDER };
#define TAPE_NETWORK_COUNT (TAPE_REORDER + 1)

enum tape_seen {
    TAPE_SEEN_SESSIONS,  /* value */
    TAPE_SEEN_BYTES,     /* value */
    TAPE_SEEN_TRUNCATED, /* value */
    TAPE_SEEN_SIZE,      /* value: the next of recv_sizes */
    TAPE_SEEN_SESSION,   /* client: whom recv_sizes and bytes_received speak of */
    TAPE_SEEN_PEER,      /* client */
    TAPE_SEEN_END        /* client, value: enum session_end */
};
#define TAPE_SEEN_COUNT (TAPE_SEEN_END + 1)

struct bytes;

struct tape_event {
    size_t offset, size; /* where all of it stands in the data it was read from */
    enum tape_opcode opcode;
    uint64_t operands[TAPE_OPERANDS_MAX]; /* those that the opcode has not are 0 */
    const uint8_t *payload;               /* borrowed; NULL: the opcode has none */
    size_t payload_size;
};

/* The event at data[offset], `offset` < `size`. Returns where the next one begins: at least one
 * byte further, at most `size`. */
size_t tape_event_read(const uint8_t *data, size_t size, size_t offset, struct tape_event *event);

/* Writes the event's canonical bytes (offset and size are not looked at) when they fit into
 * `capacity`; returns their number in any case. `out` may be the place it was read from only where
 * the payload does not move forward. */
size_t tape_event_write(const struct tape_event *event, uint8_t *out, size_t capacity);

/* The same up to the payload: what stands before it, at most TAPE_EVENT_HEAD_BYTES_MAX. */
size_t tape_event_head(const struct tape_event *event, uint8_t out[TAPE_EVENT_HEAD_BYTES_MAX]);

/* Appends all of it: 0, -ENOMEM or -ENOSPC. */
int tape_event_add(struct bytes *out, const struct tape_event *event);

/* What an opcode carries. */
unsigned tape_opcode_operands(enum tape_opcode opcode);
bool tape_opcode_has_payload(enum tape_opcode opcode);
/* Whether the first operand (of TAPE_SEEN: the second) is a client. */
bool tape_opcode_has_client(enum tape_opcode opcode);
/* "connect", "send", "cut_every", ... */
const char *tape_opcode_name(enum tape_opcode opcode);

/* Whether no peer can cause it: a fault of the server's calls, or what the network does. */
static inline bool tape_event_is_injected(const struct tape_event *event)
{
    return event->opcode == TAPE_FAULT || event->opcode == TAPE_NETWORK;
}

/* A number as tapes write it: 0 to 240 in one byte, larger ones in two to nine. Writing returns how
 * many bytes it took; reading takes what is missing as 0 and returns where it ended. */
size_t tape_number_write(uint64_t number, uint8_t out[9]);
size_t tape_number_read(const uint8_t *data, size_t size, size_t offset, uint64_t *number);

/*
 * Clients are told by numbers: in one byte's reach, 0 to 95 are the scenario's own and 96 to 127
 * are backlog[0] to backlog[31]; above, even numbers go on with the first and odd ones with the
 * second kind. In a fuzzer's plan a number that is too large stands for a client for whom the event
 * makes sense.
 */
uint64_t tape_client_number(bool backlog, uint64_t index);
uint64_t tape_client_index(uint64_t number, bool *backlog);

#endif
