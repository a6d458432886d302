/* SPDX-License-Identifier: MIT */
/*
 * Two worlds and a lockstep over them: what plays one sequence from a clean start, and finds,
 * proves and shrinks a difference. One rig belongs to one process.
 */
#ifndef DRILL_CONFORM_RIG_H
#define DRILL_CONFORM_RIG_H

#include <stdio.h>

#include "liar.h"
#include "lockstep.h"

enum rig_kind { RIG_KERNEL, RIG_SIM };

struct rig {
    enum rig_kind kinds[2];
    struct world *worlds[2]; /* owned */
    struct liar liar;        /* round the second one */
    struct lockstep lockstep;
};

/* Returns 0 or -errno. */
int rig_open(struct rig *rig, enum rig_kind first, enum rig_kind second, enum lie lie);
void rig_close(struct rig *rig);

/* Plays one sequence. */
enum lockstep_end rig_play(struct rig *rig, const struct sequence *sequence);

/* Plays a sequence that differed once more, some times; true when it does again. */
bool rig_repeats(struct rig *rig, const struct sequence *sequence);
/* Shrinks a sequence that repeats. */
void rig_shrink(struct rig *rig, struct sequence *sequence);
/* Prints side by side what was just played and ended like that. */
void rig_tell(const struct rig *rig, const struct sequence *sequence, enum lockstep_end end,
              FILE *out);
/* Plays it and prints it. */
enum lockstep_end rig_show(struct rig *rig, const struct sequence *sequence, FILE *out);

#endif
