/* SPDX-License-Identifier: MIT */
/*
 * Makes a sequence that differs as short and as plain as it gets, by playing ever smaller ones.
 */
#ifndef DRILL_CONFORM_SHRINK_H
#define DRILL_CONFORM_SHRINK_H

#include "lockstep.h"

/* `play` plays a sequence in the lockstep from a clean start. `sequence` still differs afterwards.
 */
void shrink(struct lockstep *lockstep, struct sequence *sequence,
            enum lockstep_end (*play)(void *context, const struct sequence *sequence),
            void *context);

#endif
