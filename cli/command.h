/* SPDX-License-Identifier: MIT */
/*
 * The commands of sockdrill, one function and one file each.
 *
 * A command gets its own argument vector; argv[0] is "sockdrill NAME", which is how it calls itself
 * in messages. It returns the exit code of the process, or exits by itself where argp found the
 * usage wrong. One thread.
 */
#ifndef DRILL_CLI_COMMAND_H
#define DRILL_CLI_COMMAND_H

/* What the process says to its caller; the same for every command. */
enum command_exit {
    COMMAND_GOOD = 0,    /* everything asked for was done and is well */
    COMMAND_FAILED = 1,  /* something failed or got worse */
    COMMAND_USAGE = 2,   /* bad usage or bad input: nothing was done */
    COMMAND_MACHINE = 3, /* the harness or the machine failed: no memory, no sockets, disk full */
};

int cmd_run(int argc, char **argv);
int cmd_serve(int argc, char **argv);
int cmd_talk(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_merge(int argc, char **argv);
int cmd_plugins(int argc, char **argv);
int cmd_tape(int argc, char **argv);
int cmd_fuzz_report(int argc, char **argv);

#endif
