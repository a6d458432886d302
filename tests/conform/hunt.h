/* SPDX-License-Identifier: MIT */
/*
 * Draws and plays sequences until there were enough or a difference is found; several processes
 * share the work. Findings and progress are printed.
 */
#ifndef DRILL_CONFORM_HUNT_H
#define DRILL_CONFORM_HUNT_H

#include "rig.h"

#define HUNT_WORKERS_MAX 64

struct hunt_options {
    enum rig_kind kinds[2];
    enum lie lie;
    uint64_t seed;
    uint64_t first;     /* number of the first sequence */
    uint64_t sequences; /* how many; 0: no bound */
    uint64_t seconds;   /* how long; 0: no bound */
    unsigned workers;
    unsigned findings_max; /* each worker stops after so many different ones */
    bool host_network;     /* stay in the network of the machine; see network.h */
    bool progress;         /* a line every few seconds */
    bool show_cut;         /* print the sequences that were cut short as well */
};

struct hunt_totals {
    uint64_t sequences;
    uint64_t calls;
    uint64_t differences;
    uint64_t unrepeatable; /* differences that did not show again */
    uint64_t levelled;
    uint64_t cut;
    uint64_t coincidences;
    uint64_t waits;
    uint64_t held; /* waits without the room that the kernel held back */
};

/* Sequence number `index` of a seed. */
void hunt_draw(uint64_t seed, uint64_t index, struct sequence *sequence);

/* Plays until the first difference that repeats, at most `sequences`; prints nothing. True with the
 * sequence when there was one. */
bool hunt_first(struct rig *rig, uint64_t seed, uint64_t sequences, struct sequence *found);

/* Returns 0 with the sums of all workers, or -errno. A worker that died counts as a difference. */
int hunt_run(const struct hunt_options *options, struct hunt_totals *totals);

void hunt_print(const struct hunt_totals *totals, FILE *out);

#endif
