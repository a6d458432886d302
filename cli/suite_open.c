/* SPDX-License-Identifier: MIT */
#include "suite_open.h"

#include <errno.h>
#include <string.h>

#include "command.h"
#include "output.h"
#include "plugin_path.h"

static int suite_open_verdict(int status, const struct suite *suite)
{
    for (size_t i = 0; i < suite->error_count; i++) {
        output_error(&suite->errors[i]);
    }
    if (status == -ENOMEM) {
        output_no_memory();
    }
    if (status != 0 && suite->error_count == 0) {
        output_complain("the scenarios could not be loaded: %s", strerror(-status));
    }
    if (status != 0) {
        return COMMAND_USAGE;
    }
    if (suite->plan_count == 0) {
        output_complain("there is no scenario in what was given");
        return COMMAND_USAGE;
    }
    return COMMAND_GOOD;
}

int suite_open(const struct arguments *paths, const struct arguments *plugin_folders,
               struct suite *suite)
{
    struct plugin_catalog *catalog = plugin_path_catalog(plugin_folders);
    struct scenario_plugins plugins = {.owner = catalog, .find = plugin_catalog_find};
    *suite = (struct suite){0};
    int status = suite_load(paths->items, paths->count, &plugins, suite);
    plugin_catalog_free(catalog);
    return suite_open_verdict(status, suite);
}

int suite_open_spelled(const struct arguments *paths, struct plugin_catalog *catalog,
                       struct suite *suite)
{
    struct scenario_plugins plugins = {.owner = catalog, .find = plugin_catalog_find};
    int status = suite_load_spelled(paths->items, paths->count, &plugins, suite);
    return suite_open_verdict(status, suite);
}
