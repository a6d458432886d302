/* SPDX-License-Identifier: MIT */
/*
 * The scenarios that `bench sim` plays, as a user would write them.
 *
 * Constants; any thread.
 */
#ifndef BENCH_SIM_SHAPE_H
#define BENCH_SIM_SHAPE_H

#include <stdbool.h>

enum shape {
    SHAPE_HELLO,      /* connect, 5 bytes, close: the cycle of cycles.h */
    SHAPE_MESSAGES,   /* ten messages of 64 bytes */
    SHAPE_EXCEED,     /* more than the receive buffer of 1024 bytes takes at once */
    SHAPE_HALF_CLOSE, /* the answer comes after the client's FIN */
    SHAPE_HUNG,       /* a connect that hangs and completes at its first retry: simulated only */
    SHAPE_COUNT
};

extern const char *const shape_names[SHAPE_COUNT];
extern const char *const shape_scenarios[SHAPE_COUNT]; /* JSON */

/* Whether real sockets can tell the same story: the kernel's retries take their time. */
bool shape_is_real(enum shape shape);

#endif
