/* SPDX-License-Identifier: MIT */
/*
 * How what is loose in a lockstep is levelled. Belongs to lockstep.c.
 */
#ifndef DRILL_CONFORM_LEVEL_H
#define DRILL_CONFORM_LEVEL_H

#include "lockstep.h"

enum level_result {
    LEVEL_NONE,  /* the difference has nothing to do with anything loose */
    LEVEL_DONE,  /* it had, and the worlds agree again */
    LEVEL_STUCK, /* it had, and nothing can be done: nobody can read, or the kernel does not move */
    LEVEL_DIFFERS, /* the worlds disagree about what cannot be loose */
    LEVEL_AGAIN    /* levelled; the call has to be made again, for it changed nothing */
};

/* Judges two outcomes that differ. */
enum level_result level_settle(struct lockstep *lockstep, const struct call *call,
                               struct outcome *outcomes);

#endif
