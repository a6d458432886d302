/* SPDX-License-Identifier: MIT */
/*
 * Prints what `bench run` measured: a table per kind of end, then the goals beside the ratios.
 */
#ifndef BENCH_RUN_TABLE_H
#define BENCH_RUN_TABLE_H

#include "run/contest.h"

void table_print(const struct contest *contest);

#endif
