/* SPDX-License-Identifier: MIT */
/*
 * A sequence while it is drawn: chance, what its sockets have probably become, and the numbers that
 * calls take. What a socket has become is only guessed: the drawing does not know how the calls
 * will end. Lives as long as one draw_sequence.
 */
#ifndef DRILL_CONFORM_DRAWING_H
#define DRILL_CONFORM_DRAWING_H

#include "prng.h"
#include "sequence.h"

enum guess_state { GUESS_NONE, GUESS_FRESH, GUESS_LISTENER, GUESS_LINK, GUESS_DATAGRAM };

struct guess {
    enum guess_state state;
    bool six;
    int home; /* of a client that waits to be accepted: its listener; else TARGET_NONE */
    int peer; /* the other end of the stream, or TARGET_NONE */
};

struct drawing {
    struct prng prng;
    struct sequence *sequence;
    int slots;
    struct guess guesses[SEQUENCE_SLOTS];
    bool watchful; /* every socket is watched, and asked about after nearly every call */
    bool small;    /* buffers are small */
    bool bulk;     /* payloads may be large */
};

/* Something to do and how likely it is. */
struct choice {
    int what;
    unsigned weight;
};

int drawing_below(struct drawing *drawing, unsigned bound);
bool drawing_chance(struct drawing *drawing, unsigned percent);
/* The `what` of one of the choices. */
int drawing_pick(struct drawing *drawing, const struct choice *choices, size_t count);

/* Adds a call, and often a question about what is ready after it. */
void drawing_emit(struct drawing *drawing, int op, int slot, int target, int number);

/* A new slot, or TARGET_NONE when all are given. */
int drawing_slot(struct drawing *drawing, enum guess_state state, bool six);
/* A random slot that is guessed to be in the state, or in any when that is GUESS_NONE; TARGET_NONE
 * when there is none. */
int drawing_some(struct drawing *drawing, enum guess_state state);

int drawing_send_size(struct drawing *drawing);
int drawing_receive_size(struct drawing *drawing);
int drawing_datagram_size(struct drawing *drawing);
int drawing_backlog(struct drawing *drawing);
int drawing_buffer(struct drawing *drawing);

#endif
