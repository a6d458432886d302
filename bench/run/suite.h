/* SPDX-License-Identifier: MIT */
/*
 * The scenarios that `bench run` gives to sockdrill, in a folder of their own below TMPDIR.
 *
 * suite_new() makes the folder, suite_remove() deletes it with everything in it. Single-threaded.
 */
#ifndef BENCH_RUN_SUITE_H
#define BENCH_RUN_SUITE_H

#include "common/failure.h"
#include "cycles/cycles.h"

#include <limits.h>

struct suite {
    char folder[PATH_MAX / 4]; /* leaves room for the names below it */
};

int suite_new(struct suite *suite, struct failure *failure);
void suite_remove(const struct suite *suite);

/* Writes the folder `name`: `files` scenarios, each with `cycles` cycles inside a `repeat` (1: the
 * bare steps). Its path is stored in `path`. */
int suite_write(const struct suite *suite, const char *name, unsigned files, unsigned cycles,
                enum cycle_end end, char path[PATH_MAX], struct failure *failure);

#endif
