/* SPDX-License-Identifier: MIT */
/* sockdrill check: everything that `run` checks before it runs anything. */
#include <argp.h>
#include <stdio.h>

#include "arguments.h"
#include "command.h"
#include "suite_open.h"

enum { CHECK_PLUGIN_PATH = 256 };

struct check_settings {
    struct arguments paths, folders;
};

static const struct argp_option check_options[] = {
    {"plugin-path", CHECK_PLUGIN_PATH, "DIR", 0,
     "look for plugins in DIR first (a list with ':'; may be given more than once)", 0},
    {0},
};

static error_t check_parse(int key, char *argument, struct argp_state *state)
{
    struct check_settings *settings = state->input;
    switch (key) {
    case CHECK_PLUGIN_PATH:
        arguments_add(&settings->folders, argument);
        return 0;
    case ARGP_KEY_ARG:
        arguments_add(&settings->paths, argument);
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "name a scenario file or a folder of them");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp check_argp = {
    .options = check_options,
    .parser = check_parse,
    .args_doc = "PATH...",
    .doc = "Checks scenario files, or all in a folder, without running anything. "
           "Prints the first fault of each file with its place; exits 0 when there is none "
           "and 2 otherwise.",
};

int cmd_check(int argc, char **argv)
{
    struct check_settings settings = {0};
    argp_parse(&check_argp, argc, argv, 0, NULL, &settings);
    struct suite suite;
    int code = suite_open(&settings.paths, &settings.folders, &suite);
    if (code == COMMAND_GOOD) {
        printf("%zu scenario%s ok\n", suite.plan_count, suite.plan_count == 1 ? "" : "s");
    }
    suite_free(&suite);
    arguments_fini(&settings.paths);
    arguments_fini(&settings.folders);
    return code;
}
