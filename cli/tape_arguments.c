/* SPDX-License-Identifier: MIT */
#include "tape_arguments.h"

error_t tape_arguments_parse(int key, char *argument, struct argp_state *state,
                             struct tape_arguments *arguments)
{
    switch (key) {
    case TAPE_ARGUMENT_OUT:
        arguments->out = argument;
        return 0;
    case TAPE_ARGUMENT_TARGET:
        arguments->target = argument;
        return 0;
    case TAPE_ARGUMENT_PLUGIN_PATH:
        arguments_add(&arguments->folders, argument);
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->file) {
            argp_error(state, "takes one file");
        }
        arguments->file = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "name %s", arguments->wanted);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

void tape_arguments_fini(struct tape_arguments *arguments)
{
    arguments_fini(&arguments->folders);
}
