/* SPDX-License-Identifier: MIT */
/*
 * A world that falsifies one kind of answer of another one: what the self-test plants, so that the
 * rig is seen to find it.
 *
 * The inner world is borrowed; freeing the liar leaves it alone.
 */
#ifndef DRILL_CONFORM_LIAR_H
#define DRILL_CONFORM_LIAR_H

#include "world.h"

enum lie {
    LIE_NONE,
    LIE_THIRD_RECV, /* from the third receive on there is nothing */
    LIE_READABLE,   /* the second wait that has something readable does not say so */
    LIE_WRITABLE,   /* a socket that failed is not writable */
    LIE_END,        /* the end of a stream is not told */
    LIE_RESET,      /* a reset looks like a clean end */
    LIE_BYTE,       /* a byte of the second receive is wrong */
    LIE_LOST,       /* the last byte of a large receive is lost */
    LIE_REFUSED,    /* nobody is ever refused */
    LIE_PEER,       /* accept tells another port */
    LIE_EMPTY,      /* an empty datagram does not arrive */
    LIE_ROOM,       /* once something was sent, no socket is writable that has not failed */
    LIE_COUNT
};

struct liar {
    struct world world; /* the lying one */
    struct world_ops ops;
    struct world *inner;
    enum lie lie;
    unsigned seen; /* how often there was an occasion in this sequence */
};

void liar_init(struct liar *liar, struct world *inner, enum lie lie);
/* At the beginning of each sequence, so that every replay meets the same lie. */
void liar_reset(struct liar *liar);

/* Its name for the command line. */
const char *lie_name(enum lie lie);
/* LIE_COUNT when there is no such. */
enum lie lie_parse(const char *name);

#endif
