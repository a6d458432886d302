/* SPDX-License-Identifier: MIT */
/*
 * One run of one fuzz target by one engine, measured.
 *
 * A target's output goes to a log that a failure names. Single-threaded: the CPU time of children
 * is told apart by the order in which they end.
 */
#ifndef BENCH_FUZZ_ENGINE_H
#define BENCH_FUZZ_ENGINE_H

#include "common/failure.h"
#include "fuzz/corpus.h"

#include <stdbool.h>
#include <stddef.h>

/* What a run needs beside its target; strings are borrowed. */
struct engine_run {
    const struct corpus *corpus;
    size_t length;      /* bytes that an input has at most */
    const char *folder; /* for whatever the engine leaves; exists */
    const char *log;
};

/* CPU nanoseconds, user and system, of one exec: `runs` of them less those of a run that only
 * begins. The same seed each time, nothing written. */
int engine_libfuzzer(const char *target, const struct engine_run *run, unsigned runs,
                     double *exec_ns, struct failure *failure);

/* Where afl-fuzz is, as a shell finds it. */
bool engine_find_afl(char path[PATH_MAX]);

/* Executions per second and stability in percent, as fuzzer_stats has them after `seconds`. Fuzzer
 * and target share the first CPU. */
int engine_afl(const char *afl, const char *target, const struct engine_run *run, unsigned seconds,
               double *execs_per_s, double *stability, struct failure *failure);

#endif
