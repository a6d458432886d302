/* SPDX-License-Identifier: MIT */
#include "run_baseline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "diff.h"
#include "diff_text.h"
#include "output.h"
#include "shard.h"
#include "terminal.h"

#define BASELINE_TEXT_BYTES_MAX ((size_t)1 << 30)

static int by_id(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The ids of plans, sorted. The caller frees the list. */
static const char **sorted_ids(struct plan *const *plans, size_t count)
{
    const char **ids = calloc(count + 1, sizeof(*ids));
    if (!ids) {
        output_no_memory();
    }
    for (size_t i = 0; i < count; i++) {
        ids[i] = plans[i]->id;
    }
    qsort(ids, count, sizeof(*ids), by_id);
    return ids;
}

static bool has_id(const char *const *ids, size_t count, const char *id)
{
    return bsearch(&id, ids, count, sizeof(*ids), by_id) != NULL;
}

/* Whether a scenario that is gone would have been part of this run. */
static bool was_asked_for(const struct report_read_result *result,
                          const struct run_settings *settings, const struct suite *suite)
{
    return suite_asks(suite, result->id) &&
           run_settings_want_tags(settings, result->id, json_object_get(result->json, "tags")) &&
           (settings->shard_count == 0 ||
            shard_has(settings->shard_index, settings->shard_count, result->id));
}

/* Drops the results that the run was not asked for, and returns the id of one of them, which is the
 * caller's, or NULL. */
static char *narrow(struct report_read *report, const struct run_settings *settings,
                    const struct suite *suite, const struct run_choice *choice)
{
    const char **all = sorted_ids(suite->plans, suite->plan_count);
    const char **chosen = sorted_ids(choice->plans, choice->count);
    char *dropped = NULL;
    size_t kept = 0;
    for (size_t i = 0; i < report->count; i++) {
        struct report_read_result *result = &report->results[i];
        bool keep = has_id(all, suite->plan_count, result->id)
                        ? has_id(chosen, choice->count, result->id)
                        : was_asked_for(result, settings, suite);
        if (keep) {
            report->results[kept++] = *result;
        } else {
            dropped = dropped ? dropped : strdup(result->id);
            if (!dropped) {
                output_no_memory();
            }
            report_read_drop(result);
        }
    }
    report->count = kept;
    free(chosen);
    free(all);
    return dropped;
}

/* A new FILE has to be whole: what it would lose was not looked at. */
static int open_update(struct run_baseline *baseline, const struct run_settings *settings,
                       const char *dropped)
{
    struct drill_error error = {0};
    struct stat info;
    if (dropped) {
        output_complain("--update-baseline would lose what this run was not asked for, such as "
                        "'%s'; give all the paths that %s is about",
                        dropped, settings->baseline);
        return COMMAND_USAGE;
    }
    if (stat(settings->baseline, &info) == 0 && !S_ISREG(info.st_mode)) {
        output_complain("--update-baseline: %s is not a regular file", settings->baseline);
        return COMMAND_USAGE;
    }
    if (report_file_open_whole(settings->baseline, "baseline", &baseline->file, &error) != 0) {
        output_error(&error);
        return COMMAND_MACHINE;
    }
    return COMMAND_GOOD;
}

int run_baseline_open(struct run_baseline *baseline, const struct run_settings *settings,
                      const struct suite *suite, const struct run_choice *choice)
{
    struct drill_error error;
    char *dropped = NULL;
    *baseline = (struct run_baseline){.report = {.root = NULL}};
    if (!settings->baseline) {
        return COMMAND_GOOD;
    }
    bool first =
        settings->update_baseline && access(settings->baseline, F_OK) != 0 && errno == ENOENT;
    if (!first) {
        int status = report_read_file(settings->baseline, &baseline->report, &error);
        if (status == -EINVAL) {
            output_error(&error);
            return COMMAND_USAGE;
        }
        if (status != 0) {
            output_no_memory();
        }
        dropped = narrow(&baseline->report, settings, suite, choice);
    }
    int code = settings->update_baseline ? open_update(baseline, settings, dropped) : COMMAND_GOOD;
    free(dropped);
    return code;
}

/* Prints the text face of the comparison. Returns whether something got worse. */
static bool compare(const struct run_baseline *baseline, const struct run_settings *settings,
                    const struct report_read *now)
{
    struct terminal_options options;
    struct diff diff;
    struct bytes out;
    terminal_options_detect(&options, STDOUT_FILENO, 0);
    bytes_init(&out, BASELINE_TEXT_BYTES_MAX);
    struct ink ink = {.out = &out, .color = options.color};
    ink_add(&ink, "compared with ");
    ink_safe(&ink, settings->baseline);
    ink_add(&ink, ":\n");
    if (ink.status != 0 || diff_make(&diff, &baseline->report, now) != 0 ||
        diff_text_add(&out, &diff, options.color) != 0) {
        output_no_memory();
    }
    fwrite(out.data, 1, out.size, stdout);
    bool worse = diff.worse;
    diff_fini(&diff);
    bytes_fini(&out);
    return worse;
}

static int update(struct run_baseline *baseline, const struct run_settings *settings,
                  const struct bytes *document)
{
    static const struct bytes nothing = {0};
    struct drill_error error = {0};
    struct report_file *file = baseline->file;
    baseline->file = NULL;
    if (report_file_close(file, document, &nothing, &error) != 0) {
        output_error(&error);
        return COMMAND_MACHINE;
    }
    struct bytes line;
    bytes_init(&line, BASELINE_TEXT_BYTES_MAX);
    struct ink ink = {.out = &line};
    ink_add(&ink, "new baseline: ");
    ink_safe(&ink, settings->baseline);
    ink_add(&ink, "\n");
    fwrite(line.data, 1, line.size, stdout);
    bytes_fini(&line);
    return COMMAND_GOOD;
}

int run_baseline_judge(struct run_baseline *baseline, const struct run_settings *settings,
                       const struct bytes *document, const struct report_read *now)
{
    bool worse = baseline->report.root && compare(baseline, settings, now);
    int code = baseline->file ? update(baseline, settings, document)
               : worse        ? COMMAND_FAILED
                              : COMMAND_GOOD;
    int flushed = output_flush();
    return flushed == 0 ? code : COMMAND_MACHINE;
}

void run_baseline_fini(struct run_baseline *baseline)
{
    if (baseline->file) {
        report_file_abandon(baseline->file);
    }
    report_read_fini(&baseline->report);
}
