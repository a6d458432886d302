/* SPDX-License-Identifier: MIT */
/*
 * Finds plugins by name and describes them without running their code in this process.
 *
 * A name without '/' is looked for as NAME.so in the folders of the plugin path, in order; one with
 * '/' is a path, relative to the folder it is written in. Each file is loaded once, in a child
 * process, and its description is kept. Not thread-safe.
 */
#ifndef DRILL_CORE_PLUGIN_CATALOG_H
#define DRILL_CORE_PLUGIN_CATALOG_H

#include "check.h"
#include "plugin_info.h"

struct plugin_catalog;

/* `folders` is a colon-separated list (copied). NULL without memory. */
struct plugin_catalog *plugin_catalog_new(const char *folders);
void plugin_catalog_free(struct plugin_catalog *catalog);

/* `owner` is the catalog. 0 and a description that lives as long as it does, or -errno with a
 * sentence; a name that is not found is answered with the nearest one there is and the folders that
 * were searched. The signature fits `struct scenario_plugins`. */
int plugin_catalog_find(void *owner, const char *name, const char *folder,
                        const struct plugin_info **info, struct drill_error *error);

/* Every file NAME.so of the folders in order of name; the first of a name wins. `visit` gets the
 * description, or NULL and the error of a file that could not be loaded. Returns 0 or -errno. */
int plugin_catalog_each(struct plugin_catalog *catalog,
                        void (*visit)(void *owner, const struct plugin_info *info,
                                      const struct drill_error *error),
                        void *owner);

#endif
