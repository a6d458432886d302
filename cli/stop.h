/* SPDX-License-Identifier: MIT */
/*
 * SIGINT and SIGTERM as a wish to stop.
 *
 * The first of them sets a flag and writes a byte to a pipe, and gives both signals their default
 * action back: the next one ends the process at once. State of the process; one thread.
 */
#ifndef DRILL_CLI_STOP_H
#define DRILL_CLI_STOP_H

#include <stdbool.h>

/* From now on the signals are caught. With `broken_pipe` a write to a closed pipe (SIGPIPE) is such
 * a wish too. Returns the end of the pipe that becomes readable, or -errno; it stays open. */
int stop_catch(bool broken_pipe);

/* Not 0 once the wish was heard; 2 when it came as SIGPIPE. */
const volatile int *stop_flag(void);

#endif
