/* SPDX-License-Identifier: MIT */
/*
 * Prints what `bench sim` measured: a table per shape, then the goals beside the figures.
 */
#ifndef BENCH_SIM_TABLE_H
#define BENCH_SIM_TABLE_H

#include "sim/contest.h"

void table_print(const struct contest *contest);

#endif
