/* SPDX-License-Identifier: MIT */
/*
 * The two results of a plan that runs in both worlds, and what becomes of them.
 *
 * Results that tell the same story become one. Of two that differ the runs are made again, with
 * traces: the second answer says what is the matter, unless the worlds agree then. Nothing here
 * forks, waits or signals. One thread.
 */
#ifndef DRILL_CORE_ISOLATE_PAIR_H
#define DRILL_CORE_ISOLATE_PAIR_H

#include <stdbool.h>

#include "plan.h"
#include "result.h"

/* All 0 at first. */
struct isolate_pair {
    struct result *sim, *kernel; /* owned; NULL: not there yet */
    struct result *first;    /* owned; what the first runs made together, if they are made again */
    enum plan_world decided; /* whose result stands whatever the other says; 0: nobody's */
};

void isolate_pair_fini(struct isolate_pair *pair);

/* Takes the result of one world, which was not there, and what it owns. 0 or -ENOMEM. */
int isolate_pair_put(struct isolate_pair *pair, struct result *result);
bool isolate_pair_whole(const struct isolate_pair *pair);
/* The runs of this pair are those that were made again. */
bool isolate_pair_again(const struct isolate_pair *pair);

/* The result of this world is an error that is not about the story: of the machine, or because the
 * plugin keeps state. It stands, and nothing is compared. */
void isolate_pair_decide(struct isolate_pair *pair, enum plan_world world);

enum isolate_pair_state {
    ISOLATE_PAIR_ONE,  /* `result` is made */
    ISOLATE_PAIR_AGAIN /* the pair is empty and waits for the second runs */
};
/* Makes one result of a whole pair. `keep_traces`: it carries those of its runs. An enum
 * isolate_pair_state or -ENOMEM. */
int isolate_pair_join(struct isolate_pair *pair, const struct plan *plan, bool keep_traces,
                      struct result *result);

#endif
