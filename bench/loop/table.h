/* SPDX-License-Identifier: MIT */
/*
 * Prints what the bench measured: a table per load, then the goals with the ratios beside them.
 *
 * Every ratio is formed within a round, where both servers met the same machine, and shown as
 * median (min..max) over the rounds.
 */
#ifndef BENCH_LOOP_TABLE_H
#define BENCH_LOOP_TABLE_H

#include "loop/contender.h"

void table_print(const struct contender contenders[CONTENDER_COUNT]);

#endif
