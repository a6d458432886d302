/* SPDX-License-Identifier: MIT */
/*
 * A bounded set of deadlines, nearest first: a binary heap whose entries know their place.
 *
 * Each owner embeds a `struct timer`. Setting one does not allocate; room is made by
 * timers_reserve. One thread.
 */
#ifndef DRILL_CORE_TIMERS_H
#define DRILL_CORE_TIMERS_H

#include <stddef.h>
#include <stdint.h>

struct timer {
    uint64_t deadline_ns;
    void (*expired)(struct timer *timer, uint64_t now_ns);
    size_t place; /* 1-based index in the heap; 0: not set */
};

struct timers {
    struct timer **heap;
    size_t count;
    size_t capacity;  /* promised to owners */
    size_t allocated; /* entries that `heap` has memory for */
};

/* Makes room for `extra` more timers than before. 0 or -ENOMEM. */
int timers_reserve(struct timers *timers, size_t extra);
/* Takes back what timers_reserve promised; keeps the memory. */
void timers_release(struct timers *timers, size_t extra);
void timers_fini(struct timers *timers);

/* Sets or moves; CLOCK_NEVER_NS takes it out. */
void timers_set(struct timers *timers, struct timer *timer, uint64_t deadline_ns);

/* The nearest deadline, or CLOCK_NEVER_NS. */
uint64_t timers_next_ns(const struct timers *timers);

/* Takes out and calls every timer due at `now_ns`, nearest first. One that sets itself again for a
 * time that is due already waits for the next call, so that nobody is kept here for ever. Returns
 * how many were called. */
size_t timers_run(struct timers *timers, uint64_t now_ns);

#endif
