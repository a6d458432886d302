/* SPDX-License-Identifier: MIT */
/*
 * Clocks. The only place that reads real time.
 *
 * A `struct run_clock` is what the server's timers read. It is real (CLOCK_MONOTONIC) when serving;
 * in a scenario run it stands still until the runner advances it, so that idle time costs nothing
 * and load cannot make a timer fire early. Not thread-safe.
 */
#ifndef DRILL_CORE_CLOCK_H
#define DRILL_CORE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_NEVER_NS UINT64_MAX
#define CLOCK_MS       UINT64_C(1000000)
#define CLOCK_S        UINT64_C(1000000000)

struct run_clock {
    bool real;
    uint64_t now_ns; /* as of the last clock_now_ns when real */
};

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t clock_real_ns(void);

/* CLOCK_REALTIME in whole seconds since 1970, for the timings file only. */
int64_t clock_wall_seconds(void);

/* Reads the run clock. */
static inline uint64_t clock_now_ns(struct run_clock *clock)
{
    if (clock->real) {
        clock->now_ns = clock_real_ns();
    }
    return clock->now_ns;
}

/* Moves a standing clock forward; never back. */
static inline void clock_advance(struct run_clock *clock, uint64_t to_ns)
{
    if (!clock->real && to_ns > clock->now_ns) {
        clock->now_ns = to_ns;
    }
}

/* `now + delay`, CLOCK_NEVER_NS instead of wrapping round. */
static inline uint64_t clock_after(uint64_t now_ns, uint64_t delay_ns)
{
    return delay_ns > CLOCK_NEVER_NS - now_ns ? CLOCK_NEVER_NS : now_ns + delay_ns;
}

#endif
