/* SPDX-License-Identifier: MIT */
/*
 * What commands say on standard output and standard error.
 *
 * Results go to standard output, everything else to standard error, each message beginning with the
 * command's name. Output that could not be written is never taken for success: the process then
 * ends with COMMAND_MACHINE. One thread; state of the process.
 */
#ifndef DRILL_CLI_OUTPUT_H
#define DRILL_CLI_OUTPUT_H

#include "check.h"

/* Once, first thing in main: makes sure that descriptors 0 to 2 are taken, ignores SIGPIPE
 * and SIGXFSZ so that a closed pipe and a file that may not grow show as errors, and checks
 * standard output when the process exits. */
void output_init(void);

/* The name in front of messages; borrowed for the life of the process. */
void output_set_name(const char *name);

/* Prints one line on standard error; what is not printable is shown as \xNN. */
void output_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for an error value, with its place in front and without the command's name when the
 * place is a file's. */
void output_error(const struct drill_error *error);

/* Ends the process for want of memory. */
_Noreturn void output_no_memory(void);

/* Sends what was printed on its way: 0 or -errno. A failure is told when the process exits. */
int output_flush(void);

#endif
