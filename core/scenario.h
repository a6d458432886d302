/* SPDX-License-Identifier: MIT */
/*
 * Scenario files: from paths that a user gives to plans.
 *
 * `suite_load` finds the scenario files below the given paths, in a fixed order (bytewise by id of
 * the file), expands matrices, checks everything that scenario-language.md says and makes one plan
 * per scenario. Every fault found is reported with file, line, column and pointer; loading goes on
 * with the next file so that one call shows all. Nothing runs here. Not thread-safe.
 */
#ifndef DRILL_CORE_SCENARIO_H
#define DRILL_CORE_SCENARIO_H

#include <stdbool.h>

#include "check.h"
#include "plan.h"
#include "plugin_info.h"

#define SCENARIO_FILE_BYTES_MAX     ((size_t)16 << 20)
#define SCENARIO_DEPTH_MAX          64
#define SCENARIO_MATRIX_MEMBERS_MAX 100000

/* How the loader learns about plugins: 0 and a borrowed description, or -errno with a sentence in
 * `error` (only the sentence: the loader knows the place). `scenario_folder` is where a relative
 * path with a '/' starts. */
struct scenario_plugins {
    void *owner;
    int (*find)(void *owner, const char *name, const char *scenario_folder,
                const struct plugin_info **info, struct drill_error *error);
};

struct suite {
    bool spell;          /* plans keep their expanded JSON */
    char *title;         /* of the root's suite.json; NULL when there is none */
    struct plan **plans; /* owned, in order of the files' ids, then as the matrix has them */
    size_t plan_count;
    char **asked; /* owned: what ids begin with, "" or "tcp/", or are, of each path: suite_asks */
    size_t asked_count;
    struct drill_error *errors; /* every refusal, in order of file and position */
    size_t error_count;
};

/* 0 when at least one path was read and no error was found, else -EINVAL (see `errors`) or -ENOMEM.
 * Whatever is returned, `suite` is valid and must be freed. */
int suite_load(const char *const *paths, size_t path_count, const struct scenario_plugins *plugins,
               struct suite *suite);
/* The same, and every plan keeps its expanded JSON. */
int suite_load_spelled(const char *const *paths, size_t path_count,
                       const struct scenario_plugins *plugins, struct suite *suite);
void suite_free(struct suite *suite);

/* Whether a scenario of this id would lie at one of the paths that were given, were it there. */
bool suite_asks(const struct suite *suite, const char *id);

/* One scenario file from memory, as suite_load reads it; `file` names it in errors and its folder
 * is where payload files are looked for. Appends to `suite`, whose
 * `spell` counts. */
int suite_load_text(const char *file, const char *id, const void *text, size_t size,
                    const struct scenario_plugins *plugins, struct suite *suite);

#endif
