/* SPDX-License-Identifier: MIT */
#include "report_night.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_night_target.h"

#define NIGHT_FILE "night"

/* What all targets come to. */
struct sums {
    uint64_t execs, findings;
};

static int is_target(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && strcmp(entry->d_name, NIGHT_FILE) != 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* One line at most, which says "complete". */
static int read_night(const char *folder, bool *complete, struct drill_error *error)
{
    char text[64] = "";
    snprintf(error->file, sizeof(error->file), "%s/" NIGHT_FILE, folder);
    error->line = 0;
    FILE *file = fopen(error->file, "r");
    if (!file) {
        return drill_error_set(error, "cannot be read: %s", strerror(errno));
    }
    size_t size = fread(text, 1, sizeof(text) - 1, file);
    int status = ferror(file) ? drill_error_set(error, "cannot be read: %s", strerror(errno)) : 0;
    fclose(file);
    *complete = strcmp(text, "complete\n") == 0;
    if (status == 0 && size > 0 && !*complete) {
        status = drill_error_set(error, "must be empty, or say \"complete\"");
    }
    return status;
}

static int add_target(const char *folder, const char *name, json_t *targets, struct sums *sums,
                      struct drill_error *error)
{
    struct report_night_target target;
    int status = report_night_target_init(&target) ? 0 : -ENOMEM;
    if (status == 0) {
        status = report_night_target_read(&target, folder, name, error);
    }
    if (status == 0) {
        json_t *value = report_night_target_json(&target, name);
        status = value && json_array_append_new(targets, value) == 0 ? 0 : -ENOMEM;
    }
    for (size_t i = 0; i < REPORT_NIGHT_ENGINES; i++) {
        sums->execs += target.runs[i].execs;
    }
    sums->findings += json_array_size(target.findings);
    report_night_target_fini(&target);
    return status;
}

static int add_targets(const char *folder, json_t *targets, struct sums *sums,
                       struct drill_error *error)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_target, by_name);
    if (count < 0) {
        snprintf(error->file, sizeof(error->file), "%s", folder);
        return errno == ENOMEM ? -ENOMEM
                               : drill_error_set(error, "cannot be read: %s", strerror(errno));
    }
    int status = 0;
    if (count > REPORT_NIGHT_TARGETS_MAX) {
        snprintf(error->file, sizeof(error->file), "%s", folder);
        status = drill_error_set(error, "holds more than %d files", REPORT_NIGHT_TARGETS_MAX);
    }
    for (int i = 0; i < count; i++) {
        if (status == 0) {
            status = add_target(folder, entries[i]->d_name, targets, sums, error);
        }
        free(entries[i]);
    }
    free(entries);
    return status;
}

static int render(json_t *targets, const struct sums *sums, bool complete, struct bytes *out)
{
    json_t *report = json_pack("{s:i, s:s, s:s, s:s, s:b, s:O, s:{s:I, s:I, s:I}}", "schema",
                               REPORT_NIGHT_SCHEMA_VERSION, "kind", "fuzz", "tool", "sockdrill",
                               "version", DRILL_VERSION, "complete", complete, "targets", targets,
                               "summary", "targets", (json_int_t)json_array_size(targets), "execs",
                               (json_int_t)sums->execs, "findings", (json_int_t)sums->findings);
    char *text = report ? json_dumps(report, JSON_INDENT(2)) : NULL;
    int status = text ? bytes_add_format(out, "%s\n", text) : -ENOMEM;
    free(text);
    json_decref(report);
    return status;
}

int report_night_of_folder(const char *folder, struct bytes *out, struct drill_error *error)
{
    struct sums sums = {0};
    bool complete = false;
    json_t *targets = json_array();
    *error = (struct drill_error){0};
    int status = targets ? read_night(folder, &complete, error) : -ENOMEM;
    if (status == 0) {
        status = add_targets(folder, targets, &sums, error);
    }
    if (status == 0) {
        status = render(targets, &sums, complete, out);
    }
    json_decref(targets);
    return status;
}
