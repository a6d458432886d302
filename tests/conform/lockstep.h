/* SPDX-License-Identifier: MIT */
/*
 * Plays a sequence in two worlds, one call here, the same call there, and compares the outcomes.
 *
 * Everything is compared, except what a kernel decides as it likes: how many bytes fit when buffers
 * are nearly full, and so how many of them can be read so far. A stream with so much under way is
 * `loose`. When the worlds differ about a loose stream it is levelled: its receiver reads
 * everything in both worlds, and in each of them exactly what was accepted must arrive, in order.
 * A loose stream that cannot be levelled cuts the sequence short. Room that a kernel still holds
 * back at a small buffer when everything was read is passed over. Datagram queues that may have
 * overflowed are treated alike: what was read and what was dropped must add up.
 *
 * Real sockets may be late (a busy machine moves deliveries to another thread). A world of the
 * kernel that seems to be behind is asked again for a while before that is called a difference.
 */
#ifndef DRILL_CONFORM_LOCKSTEP_H
#define DRILL_CONFORM_LOCKSTEP_H

#include "party.h"
#include "sequence.h"

enum lockstep_end {
    LOCKSTEP_SAME,
    LOCKSTEP_DIFFERS,
    LOCKSTEP_CUT,        /* a loose stream could not be levelled */
    LOCKSTEP_COINCIDENCE /* a port came up twice */
};

struct lockstep_counts {
    uint64_t calls;
    uint64_t levelled;
    uint64_t waits;
    uint64_t held; /* waits in which a kernel held back room to the end */
};

struct lockstep {
    struct world *worlds[2]; /* borrowed; what is right is told by the first */
    const char *names[2];
    uint64_t patience_ns; /* how long a late kernel may take */
    struct lockstep_counts counts;
    /* Of the latest sequence. */
    int calls; /* how many were made; the last one is the one that differs, if any does */
    struct outcome outcomes[SEQUENCE_CALLS_MAX][2];

    /* Private to lockstep.c, loose.c and level.c. */
    struct party parties[2];
    bool small; /* somebody asked for a small buffer: little is enough to be loose */
    bool loose[SEQUENCE_SLOTS];      /* by sender of a stream, by receiver of datagrams */
    uint64_t queued[SEQUENCE_SLOTS]; /* at most so many datagrams wait at the slot */
    uint64_t queued_bytes[SEQUENCE_SLOTS];
    uint64_t dropped[SEQUENCE_SLOTS][2]; /* as of the latest levelling */
};

enum lockstep_end lockstep_run(struct lockstep *lockstep, const struct sequence *sequence);

#endif
