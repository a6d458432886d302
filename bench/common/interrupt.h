/* SPDX-License-Identifier: MIT */
/*
 * Ctrl-C and SIGTERM as a question that long work asks, so that it can stop its servers first.
 *
 * One flag for the process. Blocking calls are not restarted: they return EINTR and their caller
 * asks interrupt_seen().
 */
#ifndef BENCH_COMMON_INTERRUPT_H
#define BENCH_COMMON_INTERRUPT_H

#include <stdbool.h>

/* Call once, before anything is started. */
void interrupt_catch(void);

/* Whether SIGINT, SIGTERM or SIGHUP has arrived since. */
bool interrupt_seen(void);

#endif
