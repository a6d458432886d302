/* SPDX-License-Identifier: MIT */
/*
 * What `bench fuzz` measures, and the figures of all rounds.
 *
 * A contest owns a temporary folder with its corpora from contest_open() to contest_close().
 * Single-threaded.
 */
#ifndef BENCH_FUZZ_CONTEST_H
#define BENCH_FUZZ_CONTEST_H

#include "common/failure.h"
#include "common/spread.h"
#include "fuzz/corpus.h"
#include "fuzz/entrant.h"

#include <limits.h>
#include <stdbool.h>

#define PHASES_MAX 24

/* Nanoseconds of one phase of an exec. */
struct phase {
    char name[64];
    struct spread ns;
};

struct contest {
    /* Set by the caller. */
    unsigned runs;          /* execs of one measurement with libFuzzer */
    unsigned runs_loopback; /* the same of entrants that call the kernel */
    unsigned phase_runs;
    unsigned afl_seconds;

    char folder[PATH_MAX / 4], log[PATH_MAX / 2];
    char afl[PATH_MAX];
    bool has_afl;
    struct corpus corpora[LENGTH_COUNT];
    struct spread exec_ns[BUILD_COUNT][LENGTH_COUNT][ENTRANT_COUNT]; /* libFuzzer, CPU time */
    struct spread afl_per_s[BUILD_COUNT][ENTRANT_COUNT];             /* inputs of LENGTH_256 */
    struct spread afl_stability[BUILD_COUNT][ENTRANT_COUNT];
    struct phase phases[PHASES_MAX];
    unsigned phase_count;
};

int contest_open(struct contest *contest, struct failure *failure);
/* `keep`: leaves the log, which a failure named. */
void contest_close(struct contest *contest, bool keep);

/* Whether AFL++ runs this entrant: ours and the empty one. */
bool contest_has_afl(enum entrant entrant);

/* Everybody once. */
int contest_round(struct contest *contest, struct failure *failure);

#endif
