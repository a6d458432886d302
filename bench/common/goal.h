/* SPDX-License-Identifier: MIT */
/*
 * One goal beside the ratio that was measured: "met" or "missed" is information, never an exit
 * status, because clock time on a shared machine must not fail anything.
 */
#ifndef BENCH_COMMON_GOAL_H
#define BENCH_COMMON_GOAL_H

#include "common/spread.h"

enum goal_sense { GOAL_AT_MOST, GOAL_AT_LEAST };

/* Prints one line; the median of `ratio` decides. */
void goal_print(const char *what, const struct spread *ratio, enum goal_sense sense, double bound);

#endif
