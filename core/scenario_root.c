/* SPDX-License-Identifier: MIT */
/* Suite roots: folders with a suite.json, and what it says. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scenario_find.h"

static const struct scenario_place place_root = {0};

static int check_defaults(struct scenario_load *load, const json_t *suite)
{
    static const char *const keys[] = {"server", NULL};
    struct scenario_place at = scenario_at_key(&place_root, "defaults");
    struct scenario_place server_at = scenario_at_key(&at, "server");
    const json_t *defaults = json_object_get(suite, "defaults");
    const json_t *server = json_object_get(defaults, "server");
    int status = defaults ? scenario_closed(load, defaults, &at, keys) : 0;
    return status == 0 && server ? scenario_server_defaults(load, server, &server_at) : status;
}

static int check_suite(struct scenario_find *find, const struct scenario_source *source)
{
    static const char *const keys[] = {"$schema", "title", "defaults", NULL};
    struct scenario_load load = {.suite = find->suite, .source = source};
    char text[96];
    if (!json_is_object(source->root)) {
        return scenario_refuse(&load, &place_root, "a suite.json must be an object, not %s",
                               scenario_describe(source->root, text));
    }
    int status = scenario_closed(&load, source->root, &place_root, keys);
    for (size_t i = 0; i < 2 && status == 0; i++) {
        struct scenario_place at = scenario_at_key(&place_root, keys[i]);
        const json_t *value = json_object_get(source->root, keys[i]);
        const char *string;
        status = value ? scenario_string(&load, value, &at, true, &string) : 0;
    }
    return status == 0 ? check_defaults(&load, source->root) : status;
}

static int add_root(struct scenario_find *find, const char *real, const char *file, size_t *root)
{
    struct scenario_root *roots =
        realloc(find->roots, (find->root_count + 1) * sizeof(*find->roots));
    if (!roots) {
        return -ENOMEM;
    }
    find->roots = roots;
    struct scenario_root *made = &roots[find->root_count];
    *made = (struct scenario_root){.folder = strdup(real)};
    if (!made->folder) {
        return -ENOMEM;
    }
    *root = find->root_count++;
    struct drill_error error;
    int status = scenario_source_read(&made->suite, file, NULL, &error);
    if (status == -EINVAL) {
        status = scenario_add_error(find->suite, &error);
    } else if (status == 0) {
        status = check_suite(find, &made->suite);
    }
    made->bad = status != 0;
    return status == -ENOMEM ? status : 0;
}

int scenario_root_at(struct scenario_find *find, const char *real, const char *display,
                     size_t *root)
{
    char path[PATH_MAX];
    struct stat status;
    *root = SCENARIO_NO_ROOT;
    for (size_t i = 0; i < find->root_count; i++) {
        if (strcmp(find->roots[i].folder, real) == 0) {
            *root = i;
            return 0;
        }
    }
    int length = snprintf(path, sizeof(path), "%s/suite.json", display);
    if (length < 0 || (size_t)length >= sizeof(path) ||
        (stat(path, &status) != 0 && (errno == ENOENT || errno == ENOTDIR || errno == EACCES))) {
        return 0;
    }
    return add_root(find, real, path, root);
}

/* The parent of `display`, when its last name is one that can be taken off and what remains is the
 * folder `real`; otherwise `real` itself. */
static void display_parent(char display[PATH_MAX], const char *real)
{
    char resolved[PATH_MAX];
    char *slash = strrchr(display, '/');
    if (slash == display) {
        display[1] = '\0';
    } else if (slash) {
        *slash = '\0';
    } else {
        snprintf(display, PATH_MAX, ".");
    }
    if (!realpath(display, resolved) || strcmp(resolved, real) != 0) {
        snprintf(display, PATH_MAX, "%s", real);
    }
}

int scenario_root_above(struct scenario_find *find, const char *folder, size_t *root,
                        struct bytes *prefix)
{
    char real[PATH_MAX], whole[PATH_MAX], display[PATH_MAX];
    *root = SCENARIO_NO_ROOT;
    if (!realpath(folder, real) || strlen(folder) >= sizeof(display)) {
        return 0; /* who opens the folder says why it cannot be */
    }
    snprintf(whole, sizeof(whole), "%s", real);
    snprintf(display, sizeof(display), "%s", folder);
    for (;;) {
        int status = scenario_root_at(find, real, display, root);
        if (status != 0) {
            return status;
        }
        char *slash = strrchr(real, '/');
        if (*root != SCENARIO_NO_ROOT || real[1] == '\0') {
            break;
        }
        slash[slash == real ? 1 : 0] = '\0';
        display_parent(display, real);
    }
    if (*root == SCENARIO_NO_ROOT) {
        return 0;
    }
    const char *way = whole + strlen(real);
    way += *way == '/';
    return *way ? bytes_add_format(prefix, "%s/", way) : 0;
}
