/* SPDX-License-Identifier: MIT */
/*
 * Prints what `bench fuzz` measured: tables per build, engine and length, the phases of an exec,
 * then the goals beside the figures.
 */
#ifndef BENCH_FUZZ_TABLE_H
#define BENCH_FUZZ_TABLE_H

#include "fuzz/contest.h"

void table_print(const struct contest *contest);

#endif
