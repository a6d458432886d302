/* SPDX-License-Identifier: MIT */
/* Suites: every scenario below the paths that a user gives. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plugin_check.h"
#include "scenario_find.h"

static int load_file(struct scenario_find *find, const struct scenario_file *file,
                     const struct scenario_plugins *plugins)
{
    const struct scenario_root *root =
        file->root == SCENARIO_NO_ROOT ? NULL : &find->roots[file->root];
    struct scenario_source source;
    struct drill_error error;
    if (root && root->bad) {
        return -EINVAL; /* its suite.json has been refused, which is error enough */
    }
    if (!plugin_check_line(file->id)) {
        return scenario_find_refuse(find, file->file,
                                    "has a name that no id can have: ids are UTF-8 without control "
                                    "characters");
    }
    int status = scenario_source_read(&source, file->file, NULL, &error);
    if (status == -EINVAL) {
        return scenario_add_error(find->suite, &error);
    }
    if (status == 0) {
        status = scenario_load_source(find->suite, plugins, file->id, &source,
                                      root ? &root->suite : NULL);
        scenario_source_fini(&source);
    }
    return status;
}

/* Errors end the load only where there is no memory. */
static int keep_going(int *result, int status)
{
    if (status != 0) {
        *result = status;
    }
    return status == -ENOMEM ? status : 0;
}

static int load_files(struct scenario_find *find, const struct scenario_plugins *plugins)
{
    int result = 0;
    for (size_t i = 0; i < find->file_count; i++) {
        if (keep_going(&result, load_file(find, &find->files[i], plugins)) != 0) {
            break;
        }
    }
    return result;
}

static int find_paths(struct scenario_find *find, const char *const *paths, size_t path_count)
{
    int result = 0;
    for (size_t i = 0; i < path_count; i++) {
        size_t root;
        if (keep_going(&result, scenario_find_path(find, paths[i], &root)) != 0) {
            return result;
        }
        if (i == 0 && root != SCENARIO_NO_ROOT && !find->roots[root].bad) {
            const json_t *title = json_object_get(find->roots[root].suite.root, "title");
            find->suite->title = title ? strdup(json_string_value(title)) : NULL;
            if (title && !find->suite->title) {
                return -ENOMEM;
            }
        }
    }
    keep_going(&result, scenario_find_finish(find));
    return result;
}

/* "many#n=1.json" beside a "many.json" with a matrix: ids of files differ, ids of plans do not. */
static int check_ids(struct suite *suite)
{
    json_t *files = json_object();
    int result = files ? 0 : -ENOMEM;
    for (size_t i = 0; i < suite->plan_count && result != -ENOMEM; i++) {
        const struct plan *plan = suite->plans[i];
        const char *before = json_string_value(json_object_get(files, plan->id));
        if (before) {
            struct scenario_find find = {.suite = suite};
            result = scenario_find_refuse(&find, plan->file,
                                          "has the id \"%.200s\", and so has %s: rename one of "
                                          "them",
                                          plan->id, before);
        } else if (json_object_set_new_nocheck(files, plan->id, json_string_nocheck(plan->file)) !=
                   0) {
            result = -ENOMEM;
        }
    }
    json_decref(files);
    return result;
}

static int by_place(const void *a, const void *b)
{
    const struct drill_error *one = a;
    const struct drill_error *other = b;
    int order = strcmp(one->file, other->file);
    if (order == 0) {
        order = (one->line > other->line) - (one->line < other->line);
    }
    return order ? order : (one->column > other->column) - (one->column < other->column);
}

static int load_paths(const char *const *paths, size_t path_count,
                      const struct scenario_plugins *plugins, struct suite *suite)
{
    struct scenario_find find;
    scenario_find_init(&find, suite);
    int result = path_count ? find_paths(&find, paths, path_count)
                            : scenario_find_refuse(&find, "", "no path was given");
    if (result != -ENOMEM) {
        keep_going(&result, load_files(&find, plugins));
    }
    if (result != -ENOMEM) {
        keep_going(&result, check_ids(suite));
    }
    scenario_find_fini(&find);
    if (suite->error_count > 0) {
        qsort(suite->errors, suite->error_count, sizeof(*suite->errors), by_place);
    }
    return result;
}

int suite_load(const char *const *paths, size_t path_count, const struct scenario_plugins *plugins,
               struct suite *suite)
{
    *suite = (struct suite){0};
    return load_paths(paths, path_count, plugins, suite);
}

int suite_load_spelled(const char *const *paths, size_t path_count,
                       const struct scenario_plugins *plugins, struct suite *suite)
{
    *suite = (struct suite){.spell = true};
    return load_paths(paths, path_count, plugins, suite);
}

void suite_free(struct suite *suite)
{
    for (size_t i = 0; i < suite->plan_count; i++) {
        plan_free(suite->plans[i]);
    }
    for (size_t i = 0; i < suite->asked_count; i++) {
        free(suite->asked[i]);
    }
    free(suite->plans);
    free(suite->asked);
    free(suite->errors);
    free(suite->title);
    *suite = (struct suite){0};
}

/* Of a folder everything below, of a file its scenario or the members of its matrix. */
bool suite_asks(const struct suite *suite, const char *id)
{
    for (size_t i = 0; i < suite->asked_count; i++) {
        const char *asked = suite->asked[i];
        size_t size = strlen(asked);
        bool folder = size == 0 || asked[size - 1] == '/';
        if (strncmp(id, asked, size) == 0 && (folder || id[size] == '\0' || id[size] == '#')) {
            return true;
        }
    }
    return false;
}
