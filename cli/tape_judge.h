/* SPDX-License-Identifier: MIT */
/*
 * Says what tapes and plans show: runs them in worker processes, where they may crash, and gives
 * what went wrong its fingerprint.
 *
 * Tapes are played as a fuzzer's plans: simulated, with nothing expected of peers. One thread;
 * state of the process (workers).
 */
#ifndef DRILL_CLI_TAPE_JUDGE_H
#define DRILL_CLI_TAPE_JUDGE_H

#include "fingerprint.h"
#include "minimize.h"
#include "tape.h"

struct tape_judge {
    struct tape *tapes[MINIMIZE_BATCH]; /* owned */
    uint64_t timeout_ms;
    char wanted[FINGERPRINT_BYTES]; /* "": any finding shows */
    bool kernel;                    /* it has to show on real sockets, too */
    struct drill_error error;       /* why the machine failed */
};

/* What one run came to. */
struct tape_finding {
    char fingerprint[FINGERPRINT_BYTES]; /* "": there is none */
    enum verdict verdict;
    enum result_oracle oracle;
    uint32_t source;    /* the step that failed; PLAN_NONE: none */
    char sentence[512]; /* "" when there is nothing to say */
};

/* Ends the process when there is no memory. */
void tape_judge_init(struct tape_judge *judge, const struct tape_plugin *plugin,
                     uint64_t timeout_ms);
void tape_judge_fini(struct tape_judge *judge);

/* A struct minimize_judge's `first`: which tape is the first that shows what is wanted. -EINTR when
 * the user interrupted; else -errno with `error`. */
int tape_judge_first(void *owner, const struct bytes *tapes, size_t count);

/* Plays one tape, or one plan in one world or both (where they part, the sentence says): 0, -EINTR,
 * or -errno with `error`. */
int tape_judge_tape(struct tape_judge *judge, const void *data, size_t size,
                    struct tape_finding *finding);
int tape_judge_plan(struct tape_judge *judge, struct plan *plan, enum plan_world world,
                    struct tape_finding *finding);

#endif
