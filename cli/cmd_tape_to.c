/* SPDX-License-Identifier: MIT */
/* sockdrill tape to-scenario. */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>

#include "command.h"
#include "output.h"
#include "plugin_path.h"
#include "tape_command.h"
#include "tape_convert.h"
#include "tape_open.h"

enum { TO_TARGET = 256, TO_PLUGIN_PATH };

struct to_settings {
    const char *file, *target, *out;
    struct arguments folders;
};

static const struct argp_option to_options[] = {
    {"output", 'o', "OUT", 0, "write to this file instead of standard output", 0},
    {"target", TO_TARGET, "TARGET", 0,
     "what a file without a header is for: tape-PLUGIN, stream-PLUGIN or datagram-PLUGIN; if not "
     "given, a folder of its path says so",
     0},
    {"plugin-path", TO_PLUGIN_PATH, "DIR", 0,
     "look for plugins in DIR first (a list with ':'; may be given more than once)", 0},
    {0},
};

static error_t to_parse(int key, char *argument, struct argp_state *state)
{
    struct to_settings *settings = state->input;
    switch (key) {
    case 'o':
        settings->out = argument;
        return 0;
    case TO_TARGET:
        settings->target = argument;
        return 0;
    case TO_PLUGIN_PATH:
        arguments_add(&settings->folders, argument);
        return 0;
    case ARGP_KEY_ARG:
        if (settings->file) {
            argp_error(state, "takes one file");
        }
        settings->file = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "name a tape");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
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

static int to_convert(const struct to_settings *settings, const struct tape_input *input,
                      struct plugin_catalog *catalog)
{
    struct scenario_plugins plugins = {.owner = catalog, .find = plugin_catalog_find};
    struct tape_plugin plugin;
    struct drill_error error = {0};
    struct bytes text;
    uint64_t seed = 1;
    int code = tape_open_plugin(input, catalog, &plugin);
    if (code != COMMAND_GOOD) {
        return code;
    }
    bytes_init(&text, TAPE_FILE_BYTES_MAX * 4);
    const char *path = settings->out ? settings->out : settings->file;
    int status = tape_to_scenario(&input->file, &plugin, &plugins, path, &text, &seed, &error);
    if (status == -EINVAL) {
        output_complain("%s: %s", settings->file, error.sentence);
        code = COMMAND_USAGE;
    } else if (status != 0) {
        output_no_memory();
    } else {
        code = tape_write(settings->out, text.data, text.size);
    }
    if (status == 0 && seed != 1) {
        output_complain("%s: a scenario cannot say that the seed was %" PRIu64
                        ": play it with --seed %" PRIu64,
                        settings->file, seed, seed);
    }
    bytes_fini(&text);
    return code;
}

int tape_command_to_scenario(int argc, char **argv)
{
    struct to_settings settings = {0};
    struct tape_input input;
    argp_parse(&to_argp, argc, argv, 0, NULL, &settings);
    int code = tape_open(settings.file, settings.target, &input);
    if (code == COMMAND_GOOD) {
        struct plugin_catalog *catalog = plugin_path_catalog(&settings.folders);
        code = to_convert(&settings, &input, catalog);
        plugin_catalog_free(catalog);
    }
    tape_open_fini(&input);
    arguments_fini(&settings.folders);
    return code;
}
