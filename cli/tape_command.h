/* SPDX-License-Identifier: MIT */
/*
 * The subcommands of `sockdrill tape`, one function and one file each; they keep to the rules of
 * command.h. A new one needs a line here and one in the table of cmd_tape.c.
 */
#ifndef DRILL_CLI_TAPE_COMMAND_H
#define DRILL_CLI_TAPE_COMMAND_H

int tape_command_to_scenario(int argc, char **argv);
int tape_command_from_scenario(int argc, char **argv);
int tape_command_show(int argc, char **argv);
int tape_command_minimize(int argc, char **argv);
int tape_command_fingerprint(int argc, char **argv);

#endif
