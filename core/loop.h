/* SPDX-License-Identifier: MIT */
/*
 * Waits on a world and calls whoever is ready.
 *
 * Each socket that wants to hear of readiness owns a `struct loop_watch`. Readiness is
 * level-triggered. A watch may be forgotten at any time, also from inside a call for another one:
 * it is never called after that. One thread; in place.
 */
#ifndef DRILL_CORE_LOOP_H
#define DRILL_CORE_LOOP_H

#include "world.h"

#define LOOP_EVENTS_MAX 128

struct loop_watch {
    void (*ready)(struct loop_watch *watch, uint32_t events);
    int socket;      /* -1: none */
    uint32_t events; /* the interest as the world knows it */
};

struct loop {
    struct world *world;
    struct world_event events[LOOP_EVENTS_MAX];
    int ready, next; /* events[next..ready) are still to be dispatched */
};

void loop_init(struct loop *loop, struct world *world);

/* Changes the interest; costs nothing when it is the same. 0 or -errno. */
int loop_watch(struct loop *loop, struct loop_watch *watch, uint32_t events);

/* Before its socket is closed: the watch is not called any more and has no socket. Returns the
 * socket. */
int loop_forget(struct loop *loop, struct loop_watch *watch);

/* Waits until `deadline_ns` of the world's time (0: not at all) and dispatches once. Returns how
 * many were called, 0 at the deadline, or -errno (-EINTR when a signal came). */
int loop_turn(struct loop *loop, uint64_t deadline_ns);

#endif
