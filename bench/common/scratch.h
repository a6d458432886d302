/* SPDX-License-Identifier: MIT */
/*
 * A folder of a bench's own below TMPDIR.
 *
 * scratch_new() makes it, scratch_remove() deletes it with everything in it. Single-threaded.
 */
#ifndef BENCH_COMMON_SCRATCH_H
#define BENCH_COMMON_SCRATCH_H

#include "common/failure.h"

#include <limits.h>

struct scratch {
    char folder[PATH_MAX / 4]; /* leaves room for the names below it */
};

int scratch_new(struct scratch *scratch, struct failure *failure);

/* Nothing where there is no folder. */
void scratch_remove(const struct scratch *scratch);

#endif
