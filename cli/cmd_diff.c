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
#include "fuzz_diff_text.h"
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
    .doc =
        "Compares two reports of `sockdrill run --report`, or two of `sockdrill fuzz-report`, and "
        "tells what changed, worst first. Exits 1 when something got worse.",
};

/* One of the two reports, of either kind. */
struct diff_report {
    const char *path;
    struct bytes text;
    bool fuzz, open; /* the second: one of the two that follow is to be freed */
    struct report_read run;
    struct fuzz_report night;
};

static void diff_report_fini(struct diff_report *report)
{
    if (report->open && report->fuzz) {
        fuzz_report_fini(&report->night);
    } else if (report->open) {
        report_read_fini(&report->run);
    }
    bytes_fini(&report->text);
}

static int diff_report_read(struct diff_report *report, struct drill_error *error)
{
    const struct bytes *text = &report->text;
    int status = json_read_file(report->path, "--report", &report->text, error);
    if (status != 0) {
        return status;
    }
    report->fuzz = fuzz_report_is(text->data, text->size);
    status =
        report->fuzz
            ? fuzz_report_read_text(report->path, text->data, text->size, &report->night, error)
            : report_read_text_lean(report->path, text->data, text->size, &report->run, error);
    report->open = status == 0;
    return status;
}

/* COMMAND_GOOD, or the exit code after saying why not. The report is to be freed in any case. */
static int diff_report_open(struct diff_report *report, const char *path)
{
    struct drill_error error;
    *report = (struct diff_report){.path = path};
    bytes_init(&report->text, JSON_READ_BYTES_ROOM);
    int status = diff_report_read(report, &error);
    if (status == -EINVAL) {
        output_error(&error);
        return COMMAND_USAGE;
    }
    if (status != 0) {
        output_no_memory();
    }
    return COMMAND_GOOD;
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

static int diff_render_fuzz(const struct diff_settings *settings, const struct fuzz_diff *diff,
                            struct bytes *out)
{
    switch (settings->format) {
    case DIFF_FORMAT_TEXT:
        return fuzz_diff_text_add(out, diff, diff_color(settings));
    case DIFF_FORMAT_JSON:
        return fuzz_diff_json_add(out, diff);
    case DIFF_FORMAT_MARKDOWN:
        return fuzz_diff_markdown_add(out, diff);
    }
    return -EINVAL;
}

/* Whether what changed is reason to fail. */
static bool diff_runs(const struct diff_settings *settings, const struct diff_report *before,
                      const struct diff_report *now, struct bytes *out)
{
    struct diff diff;
    if (diff_make(&diff, &before->run, &now->run) != 0 || diff_render(settings, &diff, out) != 0) {
        output_no_memory();
    }
    bool failed = diff.worse || (settings->strict && diff.count > 0);
    diff_fini(&diff);
    return failed;
}

static bool diff_nights(const struct diff_settings *settings, const struct diff_report *before,
                        const struct diff_report *now, struct bytes *out)
{
    struct fuzz_diff diff;
    if (fuzz_diff_make(&diff, &before->night, &now->night) != 0 ||
        diff_render_fuzz(settings, &diff, out) != 0) {
        output_no_memory();
    }
    bool failed = diff.worse || (settings->strict && diff.count > 0);
    fuzz_diff_fini(&diff);
    return failed;
}

static int diff_tell(const struct diff_settings *settings, const struct diff_report *before,
                     const struct diff_report *now)
{
    struct bytes out;
    if (before->fuzz != now->fuzz) {
        const struct diff_report *night = now->fuzz ? now : before;
        output_complain("\"%s\" is the report of a night of fuzzing, and \"%s\" that of a run; "
                        "name two of a kind",
                        night->path, now->fuzz ? before->path : now->path);
        return COMMAND_USAGE;
    }
    bytes_init(&out, DIFF_BYTES_MAX);
    bool failed = now->fuzz ? diff_nights(settings, before, now, &out)
                            : diff_runs(settings, before, now, &out);
    int code = tape_write(settings->out, out.data, out.size);
    bytes_fini(&out);
    return code == COMMAND_GOOD && failed ? COMMAND_FAILED : code;
}

int cmd_diff(int argc, char **argv)
{
    struct diff_settings settings = {0};
    struct diff_report before, now;
    argp_parse(&diff_argp, argc, argv, 0, NULL, &settings);
    int code = diff_report_open(&before, settings.before);
    if (code == COMMAND_GOOD) {
        code = diff_report_open(&now, settings.now);
        code = code == COMMAND_GOOD ? diff_tell(&settings, &before, &now) : code;
        diff_report_fini(&now);
    }
    diff_report_fini(&before);
    return code;
}
