/* SPDX-License-Identifier: MIT */
/* sockdrill tape from-scenario. */
#include <argp.h>
#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "output.h"
#include "plugin_path.h"
#include "suite_open.h"
#include "tape_arguments.h"
#include "tape_command.h"
#include "tape_convert.h"
#include "tape_open.h"

#define FROM_NAME_BYTES_MAX ((size_t)1 << 16)

enum { FROM_BARE = TAPE_ARGUMENT_OWN, FROM_FILTER };

struct from_settings {
    struct tape_arguments shared;
    const char *filter;
    bool bare;
};

static const struct argp_option from_options[] = {
    {"output", TAPE_ARGUMENT_OUT, "OUT", 0,
     "write to this file instead of standard output, or to this folder one file for each member of "
     "the matrix",
     0},
    {"bare", FROM_BARE, NULL, 0, "write the events alone, as fuzz targets take them", 0},
    {"filter", FROM_FILTER, "GLOB", 0, "only the member of the matrix with this id", 0},
    TAPE_OPTION_PLUGIN_PATH,
    {0},
};

static error_t from_parse(int key, char *argument, struct argp_state *state)
{
    struct from_settings *settings = state->input;
    switch (key) {
    case FROM_BARE:
        settings->bare = true;
        return 0;
    case FROM_FILTER:
        settings->filter = argument;
        return 0;
    default:
        return tape_arguments_parse(key, argument, state, &settings->shared);
    }
}

static const struct argp from_argp = {
    .options = from_options,
    .parser = from_parse,
    .args_doc = "FILE",
    .doc = "Writes the tape of a scenario: its events, and beside them how the scenario spelled "
           "them, so that `sockdrill tape to-scenario` gives it back.",
};

static bool from_wanted(const struct from_settings *settings, const struct plan *plan)
{
    return !settings->filter || strcmp(settings->filter, plan->id) == 0 ||
           fnmatch(settings->filter, plan->id, 0) == 0;
}

static bool from_is_folder(const char *out)
{
    struct stat status;
    size_t size = out ? strlen(out) : 0;
    return size > 0 &&
           (out[size - 1] == '/' || (stat(out, &status) == 0 && S_ISDIR(status.st_mode)));
}

/* OUT/ID.tape; what a file's name cannot hold is escaped. */
static void from_name(const char *out, const char *id, struct bytes *name)
{
    int status = bytes_add_format(name, "%s/", out);
    for (const char *c = id; *c && status == 0; c++) {
        status = bytes_add_format(name, *c == '/' || *c == '%' ? "%%%02x" : "%c", *c);
    }
    if (status != 0 || bytes_add_format(name, ".tape") != 0) {
        output_no_memory();
    }
}

static int from_write(const struct from_settings *settings, const struct plan *plan,
                      struct plugin_catalog *catalog)
{
    const struct plugin_info *info = NULL;
    struct drill_error error = {0};
    struct bytes tape, name;
    /* The path is the one that the loader has found: no folder to start from. */
    if (plugin_catalog_find(catalog, plan->server.plugin_path, "/", &info, &error) != 0) {
        output_complain("%s: %s", settings->shared.file, error.sentence);
        return COMMAND_USAGE;
    }
    struct tape_plugin plugin = tape_plugin_of_info(info);
    bytes_init(&tape, TAPE_FILE_BYTES_MAX);
    bytes_init(&name, FROM_NAME_BYTES_MAX);
    int code = COMMAND_GOOD;
    int status = tape_from_plan(plan, &plugin, settings->bare, &tape);
    if (status == -ENOSPC) {
        output_complain("%s: the tape would be larger than %zu MiB", settings->shared.file,
                        TAPE_FILE_BYTES_MAX >> 20);
        code = COMMAND_USAGE;
    } else if (status != 0) {
        output_no_memory();
    } else if (from_is_folder(settings->shared.out)) {
        from_name(settings->shared.out, plan->id, &name);
        const char *path = bytes_string(&name);
        code = path ? tape_write(path, tape.data, tape.size) : COMMAND_MACHINE;
    } else {
        code = tape_write(settings->shared.out, tape.data, tape.size);
    }
    bytes_fini(&tape);
    bytes_fini(&name);
    return code;
}

static int from_all(const struct from_settings *settings, const struct suite *suite,
                    struct plugin_catalog *catalog)
{
    size_t wanted = 0;
    for (size_t i = 0; i < suite->plan_count; i++) {
        wanted += from_wanted(settings, suite->plans[i]);
    }
    if (wanted == 0) {
        output_complain("%s: no scenario in it is called '%s'", settings->shared.file,
                        settings->filter);
        return COMMAND_USAGE;
    }
    if (wanted > 1 && !from_is_folder(settings->shared.out)) {
        output_complain(
            "%s: it holds %zu scenarios, such as '%s': choose one with --filter, or name "
            "a folder with -o FOLDER/",
            settings->shared.file, wanted, suite->plans[0]->id);
        return COMMAND_USAGE;
    }
    int code = COMMAND_GOOD;
    for (size_t i = 0; i < suite->plan_count && code == COMMAND_GOOD; i++) {
        if (from_wanted(settings, suite->plans[i])) {
            code = from_write(settings, suite->plans[i], catalog);
        }
    }
    return code;
}

int tape_command_from_scenario(int argc, char **argv)
{
    struct from_settings settings = {.shared.wanted = "a scenario"};
    struct suite suite;
    argp_parse(&from_argp, argc, argv, 0, NULL, &settings);
    struct arguments paths = {.items = &settings.shared.file, .count = 1};
    struct plugin_catalog *catalog = plugin_path_catalog(&settings.shared.folders);
    int code = suite_open_spelled(&paths, catalog, &suite);
    if (code == COMMAND_GOOD) {
        code = from_all(&settings, &suite, catalog);
    }
    suite_free(&suite);
    plugin_catalog_free(catalog);
    tape_arguments_fini(&settings.shared);
    return code;
}
