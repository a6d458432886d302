/* SPDX-License-Identifier: MIT */
/*
 * The options and arguments that subcommands of `sockdrill tape` share.
 *
 * A subcommand's table of options names those that it takes, and its parser hands on what it does
 * not know itself. One thread; the strings are those of argv.
 */
#ifndef DRILL_CLI_TAPE_ARGUMENTS_H
#define DRILL_CLI_TAPE_ARGUMENTS_H

#include <argp.h>
#include <stddef.h>

#include "arguments.h"

enum tape_argument_key {
    TAPE_ARGUMENT_OUT = 'o',
    TAPE_ARGUMENT_TARGET = 256,
    TAPE_ARGUMENT_PLUGIN_PATH,
    TAPE_ARGUMENT_OWN /* from here on the keys are the subcommand's */
};

/* Lines of a table of options. */
#define TAPE_OPTION_TARGET                                                                         \
    {                                                                                              \
        "target", TAPE_ARGUMENT_TARGET, "TARGET", 0,                                               \
            "what a file without a header is for: tape-PLUGIN, stream-PLUGIN or datagram-PLUGIN; " \
            "if not given, a folder of its path says so",                                          \
            0                                                                                      \
    }
#define TAPE_OPTION_PLUGIN_PATH                                                                    \
    {                                                                                              \
        "plugin-path", TAPE_ARGUMENT_PLUGIN_PATH, "DIR", 0,                                        \
            "look for plugins in DIR first (a list with ':'; may be given more than once)", 0      \
    }

struct tape_arguments {
    const char *wanted; /* what the file is, for who names none: "a tape" */
    const char *file, *target, *out;
    struct arguments folders;
};

/* Takes one of the keys above, or the file: as an argp_parser_t returns. */
error_t tape_arguments_parse(int key, char *argument, struct argp_state *state,
                             struct tape_arguments *arguments);
void tape_arguments_fini(struct tape_arguments *arguments);

#endif
