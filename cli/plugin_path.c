/* SPDX-License-Identifier: MIT */
#include "plugin_path.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"
#include "output.h"

#define PLUGIN_PATH_BYTES_MAX ((size_t)1 << 20)

static void plugin_path_add(struct bytes *path, const char *folders)
{
    if (folders && folders[0] &&
        bytes_add_format(path, "%s%s", path->size > 0 ? ":" : "", folders) != 0) {
        output_no_memory();
    }
}

/* The folder lies at a fixed place relative to the executable, in the build tree as when installed.
 * Nothing is added where /proc is not mounted. */
static void plugin_path_add_own(struct bytes *path)
{
    char executable[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", executable, sizeof(executable) - 1);
    if (size <= 0) {
        return;
    }
    executable[size] = '\0';
    char *slash = strrchr(executable, '/');
    if (!slash) {
        return;
    }
    *slash = '\0';
    char folder[PATH_MAX + sizeof(DRILL_PLUGIN_DIR_RELATIVE) + 1];
    snprintf(folder, sizeof(folder), "%s/%s", executable, DRILL_PLUGIN_DIR_RELATIVE);
    char *resolved = realpath(folder, NULL);
    plugin_path_add(path, resolved ? resolved : folder);
    free(resolved);
}

char *plugin_path_new(const struct arguments *folders)
{
    struct bytes path;
    bytes_init(&path, PLUGIN_PATH_BYTES_MAX);
    for (size_t i = 0; i < folders->count; i++) {
        plugin_path_add(&path, folders->items[i]);
    }
    plugin_path_add(&path, getenv("SOCKDRILL_PLUGIN_PATH"));
    plugin_path_add_own(&path);
    const char *text = bytes_string(&path);
    char *copy = text ? strdup(text) : NULL;
    bytes_fini(&path);
    if (!copy) {
        output_no_memory();
    }
    return copy;
}

struct plugin_catalog *plugin_path_catalog(const struct arguments *folders)
{
    char *path = plugin_path_new(folders);
    struct plugin_catalog *catalog = plugin_catalog_new(path);
    free(path);
    if (!catalog) {
        output_no_memory();
    }
    return catalog;
}
