/* SPDX-License-Identifier: MIT */
/* sockdrill tape to-scenario. */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>

#include "command.h"
#include "output.h"
#include "tape_arguments.h"
#include "tape_command.h"
#include "tape_convert.h"
#include "tape_open.h"

static const struct argp_option to_options[] = {
    {"output", TAPE_ARGUMENT_OUT, "OUT", 0, "write to this file instead of standard output", 0},
    TAPE_OPTION_TARGET,
    TAPE_OPTION_PLUGIN_PATH,
    {0},
};

static error_t to_parse(int key, char *argument, struct argp_state *state)
{
    return tape_arguments_parse(key, argument, state, state->input);
}

static const struct argp to_argp = {
    .options = to_options,
    .parser = to_parse,
    .args_doc = "FILE",
    .doc =
        "Writes the scenario that a tape file or a fuzz input stands for. A tape that was made of "
        "a scenario gives it back as it was spelled; what expects nothing gets an ending that "
        "asks whether the server is alive.",
};

static int to_convert(const struct tape_arguments *arguments, const struct tape_input *input,
                      struct plugin_catalog *catalog, const struct tape_plugin *plugin)
{
    struct scenario_plugins plugins = {.owner = catalog, .find = plugin_catalog_find};
    struct drill_error error = {0};
    struct bytes text;
    uint64_t seed = 1;
    int code = COMMAND_GOOD;
    bytes_init(&text, TAPE_FILE_BYTES_MAX * 4);
    const char *path = arguments->out ? arguments->out : arguments->file;
    int status = tape_to_scenario(&input->file, plugin, &plugins, path, &text, &seed, &error);
    if (status == -EINVAL) {
        output_complain("%s: %s", arguments->file, error.sentence);
        code = COMMAND_USAGE;
    } else if (status != 0) {
        output_no_memory();
    } else {
        code = tape_write(arguments->out, text.data, text.size);
    }
    if (status == 0 && seed != 1) {
        output_complain("%s: a scenario cannot say that the seed was %" PRIu64
                        ": play it with --seed %" PRIu64,
                        arguments->file, seed, seed);
    }
    bytes_fini(&text);
    return code;
}

int tape_command_to_scenario(int argc, char **argv)
{
    struct tape_arguments arguments = {.wanted = "a tape"};
    struct plugin_catalog *catalog;
    struct tape_plugin plugin;
    struct tape_input input;
    argp_parse(&to_argp, argc, argv, 0, NULL, &arguments);
    int code = tape_open_for_plugin(&arguments, &input, &catalog, &plugin);
    if (code == COMMAND_GOOD) {
        code = to_convert(&arguments, &input, catalog, &plugin);
    }
    plugin_catalog_free(catalog);
    tape_open_fini(&input);
    tape_arguments_fini(&arguments);
    return code;
}
