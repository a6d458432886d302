/* SPDX-License-Identifier: MIT */
/*
 * A word of warning when other programs are running: ratios of CPU time bear that, throughputs do
 * not.
 */
#ifndef BENCH_COMMON_BUSY_H
#define BENCH_COMMON_BUSY_H

/* Prints one line if the load average of the last minute is above a half; call before any load. */
void busy_warn(void);

#endif
