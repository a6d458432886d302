/* SPDX-License-Identifier: MIT */
/* sockdrill merge: the reports of shards become the one of the whole run. */
#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include "arguments.h"
#include "command.h"
#include "merge.h"
#include "output.h"
#include "report_file.h"

struct merge_settings {
    struct arguments paths;
    const char *out;
};

static const struct argp_option merge_options[] = {
    {"out", 'o', "FILE", 0, "write to this file instead of standard output", 0},
    {0},
};

static error_t merge_parse(int key, char *argument, struct argp_state *state)
{
    struct merge_settings *settings = state->input;
    switch (key) {
    case 'o':
        if (!*argument) {
            argp_error(state, "--out needs the name of a file");
        }
        settings->out = argument;
        return 0;
    case ARGP_KEY_ARG:
        arguments_add(&settings->paths, argument);
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "name the reports of all shards");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp merge_argp = {
    .options = merge_options,
    .parser = merge_parse,
    .args_doc = "REPORT...",
    .doc = "Puts the reports that `sockdrill run --shard` wrote together into the one that a "
           "single run would have written.\v"
           "Exits as that run would have: 0 when all is well, 1 when a scenario failed, 3 when "
           "results are missing, which is told and makes a report that is not complete; and 2 when "
           "the reports do not belong together.",
};

/* COMMAND_GOOD, or the exit code after saying why not. */
static int merge_refuse(int status, const struct drill_error *error)
{
    if (status == -ENOMEM || !error->sentence[0]) {
        output_no_memory();
    }
    output_error(error);
    return status == -EINVAL ? COMMAND_USAGE : COMMAND_MACHINE;
}

/* What keeps the report from being complete. */
static void merge_tell_missing(const struct merge *merge, const struct report_summary *summary)
{
    for (size_t i = 0; i < merge->shard_count; i++) {
        if (!merge->paths[i]) {
            output_complain("shard %zu of %zu is missing", i + 1, merge->shard_count);
        } else if (merge->unfinished[i]) {
            output_complain("shard %zu of %zu is not complete: %s", i + 1, merge->shard_count,
                            merge->paths[i]);
        }
    }
    output_complain("%zu of %zu scenarios have a result", summary->total, summary->planned);
}

static int merge_verdict(const struct merge *merge, const struct report_summary *summary)
{
    size_t bad = report_summary_failing(summary);
    if (bad > 0) {
        output_complain("%zu of %zu scenarios failed", bad, summary->planned);
    }
    if (!summary->complete) {
        merge_tell_missing(merge, summary);
        return COMMAND_MACHINE;
    }
    if (bad == 0 && summary->counts[VERDICT_SKIPPED] == summary->total) {
        output_complain("every scenario was skipped: nothing was tested");
        return COMMAND_FAILED;
    }
    return bad > 0 ? COMMAND_FAILED : COMMAND_GOOD;
}

static int merge_write(const char *out, const struct bytes *document)
{
    static const struct bytes nothing = {0};
    struct drill_error error = {0};
    struct report_file *file = NULL;
    if (!out) {
        /* A failure is told when the process exits. */
        fwrite(document->data, 1, document->size, stdout);
        return output_flush() == 0 ? COMMAND_GOOD : COMMAND_MACHINE;
    }
    int status = report_file_open_whole(out, "report", &file, &error);
    if (status == 0) {
        status = report_file_close(file, document, &nothing, &error);
    }
    if (status != 0) {
        output_error(&error);
    }
    return status == 0 ? COMMAND_GOOD : COMMAND_MACHINE;
}

static int merge_all(const struct merge_settings *settings, struct merge *merge)
{
    struct drill_error error = {0};
    struct report_summary summary;
    for (size_t i = 0; i < settings->paths.count; i++) {
        int status = merge_add(merge, settings->paths.items[i], &error);
        if (status != 0) {
            return merge_refuse(status, &error);
        }
    }
    error = (struct drill_error){0};
    int status = merge_finish(merge, &summary, &error);
    if (status != 0) {
        return merge_refuse(status, &error);
    }
    int code = merge_write(settings->out, &merge->document);
    return code == COMMAND_GOOD ? merge_verdict(merge, &summary) : code;
}

int cmd_merge(int argc, char **argv)
{
    struct merge_settings settings = {.out = NULL};
    struct merge merge;
    argp_parse(&merge_argp, argc, argv, 0, NULL, &settings);
    merge_init(&merge);
    int code = merge_all(&settings, &merge);
    merge_fini(&merge);
    arguments_fini(&settings.paths);
    return code;
}
