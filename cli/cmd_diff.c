/* SPDX-License-Identifier: MIT */
/* sockdrill diff: what got worse, or otherwise changed, from one report to another. */
#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "diff_json.h"
#include "diff_text.h"
#include "json_read.h"
#include "output.h"
#include "tape_open.h"
#include "terminal.h"

#define DIFF_BYTES_MAX ((size_t)1 << 30)

enum diff_format { DIFF_FORMAT_TEXT, DIFF_FORMAT_JSON, DIFF_FORMAT_MARKDOWN };

struct diff_settings {
    const char *before, *now, *out;
    enum diff_format format;
    bool strict;
};

enum { DIFF_KEY_FORMAT = 0x100, DIFF_KEY_STRICT };

static const struct argp_option diff_options[] = {
    {"format", DIFF_KEY_FORMAT, "FORMAT", 0, "text (the default), json or markdown", 0},
    {"strict", DIFF_KEY_STRICT, NULL, 0, "exit 1 when anything changed, not only for the worse", 0},
    {"out", 'o', "FILE", 0, "write to this file instead of standard output", 0},
    {0},
};

static void diff_set_format(struct diff_settings *settings, const char *name,
                            struct argp_state *state)
{
    static const char *const names[] = {"text", "json", "markdown"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            settings->format = (enum diff_format)i;
            return;
        }
    }
    argp_error(state, "--format takes text, json or markdown, not '%s'", name);
}

static error_t diff_parse(int key, char *argument, struct argp_state *state)
{
    struct diff_settings *settings = state->input;
    switch (key) {
    case DIFF_KEY_FORMAT:
        diff_set_format(settings, argument, state);
        return 0;
    case DIFF_KEY_STRICT:
        settings->strict = true;
        return 0;
    case 'o':
        settings->out = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (settings->now) {
            argp_error(state, "takes two reports, the old one and the new one");
        }
        *(settings->before ? &settings->now : &settings->before) = argument;
        return 0;
    case ARGP_KEY_END:
        if (!settings->now) {
            argp_error(state, "name two reports, the old one and the new one");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp diff_argp = {
    .options = diff_options,
    .parser = diff_parse,
    .args_doc = "OLD NEW",
    .doc = "Compares two reports of `sockdrill run --report` and tells what changed, worst first. "
           "Exits 1 when something got worse.",
};

/* Says why a report was refused. */
static int diff_refuse(int status, const struct drill_error *error)
{
    if (status != -EINVAL) {
        output_no_memory();
    }
    output_error(error);
    return COMMAND_USAGE;
}

static bool diff_color(const struct diff_settings *settings)
{
    struct terminal_options options;
    terminal_options_detect(&options, STDOUT_FILENO, 0);
    return options.color && !settings->out;
}

static int diff_render(const struct diff_settings *settings, const struct diff *diff,
                       struct bytes *out)
{
    switch (settings->format) {
    case DIFF_FORMAT_TEXT:
        return diff_text_add(out, diff, diff_color(settings));
    case DIFF_FORMAT_JSON:
        return diff_json_add(out, diff);
    case DIFF_FORMAT_MARKDOWN:
        return diff_markdown_add(out, diff);
    }
    return -EINVAL;
}

static int diff_tell(const struct diff_settings *settings, const struct report_read *before,
                     const struct report_read *now)
{
    struct diff diff;
    struct bytes out;
    bytes_init(&out, DIFF_BYTES_MAX);
    if (diff_make(&diff, before, now) != 0 || diff_render(settings, &diff, &out) != 0) {
        output_no_memory();
    }
    int code = tape_write(settings->out, out.data, out.size);
    bool failed = diff.worse || (settings->strict && diff.count > 0);
    bytes_fini(&out);
    diff_fini(&diff);
    return code == COMMAND_GOOD && failed ? COMMAND_FAILED : code;
}

static int diff_runs(const struct diff_settings *settings, const struct bytes texts[2])
{
    struct report_read before, now;
    struct drill_error error;
    int status =
        report_read_text_lean(settings->before, texts[0].data, texts[0].size, &before, &error);
    if (status != 0) {
        return diff_refuse(status, &error);
    }
    status = report_read_text_lean(settings->now, texts[1].data, texts[1].size, &now, &error);
    int code = status == 0 ? diff_tell(settings, &before, &now) : diff_refuse(status, &error);
    report_read_fini(&now);
    report_read_fini(&before);
    return code;
}

int cmd_diff(int argc, char **argv)
{
    struct diff_settings settings = {0};
    struct bytes texts[2];
    struct drill_error error;
    argp_parse(&diff_argp, argc, argv, 0, NULL, &settings);
    bytes_init(&texts[0], JSON_READ_BYTES_ROOM);
    bytes_init(&texts[1], JSON_READ_BYTES_ROOM);
    int status = json_read_file(settings.before, "--report", &texts[0], &error);
    if (status == 0) {
        status = json_read_file(settings.now, "--report", &texts[1], &error);
    }
    int code = status == 0 ? diff_runs(&settings, texts) : diff_refuse(status, &error);
    bytes_fini(&texts[0]);
    bytes_fini(&texts[1]);
    return code;
}
