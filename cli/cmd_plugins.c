/* SPDX-License-Identifier: MIT */
/* sockdrill plugins: what can be found, each loaded in a child process. */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "command.h"
#include "output.h"
#include "plugin_path.h"

enum { PLUGINS_PLUGIN_PATH = 256 };

struct plugins_state {
    struct arguments folders;
    size_t listed, refused;
};

struct plugins_flag {
    uint32_t bit;
    const char *name;
};

static const struct plugins_flag plugins_transports[] = {{DRILL_TCP, "tcp"}, {DRILL_UDP, "udp"}};
static const struct plugins_flag plugins_properties[] = {
    {DRILL_SPLIT_INVARIANT, "split-invariant"},
    {DRILL_LENGTH_PRESERVING, "length-preserving"},
    {DRILL_ONE_REPLY_PER_DATAGRAM, "one-reply-per-datagram"},
    {DRILL_SHARED_STATE, "shared-state"},
};

static const struct argp_option plugins_options[] = {
    {"plugin-path", PLUGINS_PLUGIN_PATH, "DIR", 0,
     "look for plugins in DIR first (a list with ':'; may be given more than once)", 0},
    {0},
};

static error_t plugins_parse(int key, char *argument, struct argp_state *state)
{
    struct plugins_state *plugins = state->input;
    switch (key) {
    case PLUGINS_PLUGIN_PATH:
        arguments_add(&plugins->folders, argument);
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "takes no '%s': it lists every plugin of the path", argument);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp plugins_argp = {
    .options = plugins_options,
    .parser = plugins_parse,
    .doc = "Lists the plugins that scenarios and `sockdrill serve` can name. A file that is no "
           "plugin is reported on standard error, and the exit code is 1 then.",
};

static void plugins_print_flags(const char *label, uint32_t bits, const struct plugins_flag *flags,
                                size_t count)
{
    printf("  %-11s", label);
    const char *separator = " ";
    for (size_t i = 0; i < count; i++) {
        if (bits & flags[i].bit) {
            printf("%s%s", separator, flags[i].name);
            separator = ", ";
        }
    }
    puts(bits ? "" : " none");
}

static void plugins_print_fallback(const struct drill_option *option)
{
    switch (option->type) {
    case DRILL_STRING:
        if (option->fallback.string) {
            printf("default \"%s\"", option->fallback.string);
        } else {
            fputs("no default", stdout);
        }
        return;
    case DRILL_INTEGER:
        if (option->minimum != 0 || option->maximum != 0) {
            printf("%" PRId64 " to %" PRId64 ", ", option->minimum, option->maximum);
        }
        printf("default %" PRId64, option->fallback.integer);
        return;
    case DRILL_BOOLEAN:
        printf("default %s", option->fallback.integer ? "true" : "false");
        return;
    }
}

static const char *plugins_type_name(enum drill_option_type type)
{
    switch (type) {
    case DRILL_STRING:
        return "string";
    case DRILL_INTEGER:
        return "integer";
    case DRILL_BOOLEAN:
        return "boolean";
    }
    return "";
}

static void plugins_print_option(const struct drill_option *option)
{
    printf("  option      %s: %s, ", option->name, plugins_type_name(option->type));
    plugins_print_fallback(option);
    if (option->help && option->help[0]) {
        printf("\n              %s", option->help);
    }
    putchar('\n');
}

static void plugins_print(const struct plugin_info *info)
{
    printf("%s %s\n", info->name, info->version);
    if (info->summary[0]) {
        printf("  %s\n", info->summary);
    }
    plugins_print_flags("transports", info->transports, plugins_transports,
                        sizeof(plugins_transports) / sizeof(plugins_transports[0]));
    plugins_print_flags("properties", info->properties, plugins_properties,
                        sizeof(plugins_properties) / sizeof(plugins_properties[0]));
    for (size_t i = 0; i < info->option_count; i++) {
        plugins_print_option(&info->options[i]);
    }
    printf("  path        %s\n", info->path);
}

static void plugins_visit(void *owner, const struct plugin_info *info,
                          const struct drill_error *error)
{
    struct plugins_state *plugins = owner;
    if (!info) {
        plugins->refused++;
        output_error(error);
        return;
    }
    if (plugins->listed++ > 0) {
        putchar('\n');
    }
    plugins_print(info);
}

int cmd_plugins(int argc, char **argv)
{
    struct plugins_state plugins = {0};
    argp_parse(&plugins_argp, argc, argv, 0, NULL, &plugins);
    struct plugin_catalog *catalog = plugin_path_catalog(&plugins.folders);
    int status = plugin_catalog_each(catalog, plugins_visit, &plugins);
    plugin_catalog_free(catalog);
    if (status != 0) {
        output_complain("the plugin path could not be read: %s", strerror(-status));
        arguments_fini(&plugins.folders);
        return COMMAND_MACHINE;
    }
    if (plugins.listed == 0 && plugins.refused == 0) {
        char *path = plugin_path_new(&plugins.folders);
        output_complain("there is no plugin in %s", path);
        free(path);
        plugins.refused++;
    }
    arguments_fini(&plugins.folders);
    return plugins.refused > 0 ? COMMAND_FAILED : COMMAND_GOOD;
}
