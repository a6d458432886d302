/* SPDX-License-Identifier: MIT */
/*
 * The scenarios that `bench run` gives to sockdrill. Single-threaded.
 */
#ifndef BENCH_RUN_SUITE_H
#define BENCH_RUN_SUITE_H

#include "common/failure.h"
#include "common/scratch.h"
#include "cycles/cycles.h"

#include <limits.h>

/* Writes the folder `name`: `files` scenarios, each with `cycles` cycles inside a `repeat` (1: the
 * bare steps). Its path is stored in `path`. */
int suite_write(const struct scratch *scratch, const char *name, unsigned files, unsigned cycles,
                enum cycle_end end, char path[PATH_MAX], struct failure *failure);

#endif
