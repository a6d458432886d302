/* SPDX-License-Identifier: MIT */
/* sockdrill report: writes a report that is there in other formats. */
#include <argp.h>
#include <errno.h>
#include <stddef.h>

#include "command.h"
#include "formats.h"
#include "output.h"

struct report_settings {
    const char *file, *timings;
    struct formats formats;
};

enum { REPORT_KEY_TIMINGS = 0x100 };

static const struct argp_option report_options[] = {
    FORMATS_OPTIONS(0),
    {"timings", REPORT_KEY_TIMINGS, "TIMINGS", 0,
     "take the times in the JUnit XML from this file of `sockdrill run --timings`", 0},
    {0},
};

static void report_check(struct argp_state *state, const struct report_settings *settings)
{
    if (!settings->file) {
        argp_error(state, "name a report that `sockdrill run --report` wrote");
    }
    if (!formats_any(&settings->formats)) {
        argp_error(state, "say what to make of it, for example --junit FILE; `-` is standard "
                          "output");
    }
    if (settings->timings && !settings->formats.names[FORMAT_JUNIT]) {
        argp_error(state, "--timings is for --junit; nothing else holds times");
    }
    formats_check(state, &settings->formats, "the report", settings->file);
    formats_check(state, &settings->formats, "the timings", settings->timings);
}

static error_t report_parse(int key, char *argument, struct argp_state *state)
{
    struct report_settings *settings = state->input;
    switch (key) {
    case REPORT_KEY_TIMINGS:
        settings->timings = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (settings->file) {
            argp_error(state, "takes one report");
        }
        settings->file = argument;
        return 0;
    case ARGP_KEY_END:
        report_check(state, settings);
        return 0;
    default:
        return formats_parse(key, argument, state, &settings->formats);
    }
}

static const struct argp report_argp = {
    .options = report_options,
    .parser = report_parse,
    .args_doc = "FILE",
    .doc = "Writes a report of `sockdrill run --report` in other formats.\v"
           "`-` as FILE of an option is standard output. Exits 0 when all of it is written, "
           "whatever the verdicts are.",
};

/* COMMAND_GOOD, or the exit code after saying why not. */
static int report_refuse(int status, const struct drill_error *error)
{
    if (status == -EINVAL) {
        output_error(error);
        return COMMAND_USAGE;
    }
    if (status != 0) {
        output_no_memory();
    }
    return COMMAND_GOOD;
}

static int report_write(struct report_settings *settings, const struct report_read *report,
                        const struct timings_read *timings)
{
    struct drill_error error = {0};
    if (formats_open(&settings->formats, &error) != 0) {
        output_error(&error);
        return COMMAND_MACHINE;
    }
    return formats_write(&settings->formats, report, timings) ? COMMAND_GOOD : COMMAND_MACHINE;
}

int cmd_report(int argc, char **argv)
{
    struct report_settings settings = {0};
    struct report_read report;
    struct timings_read timings = {0};
    struct drill_error error = {0};
    argp_parse(&report_argp, argc, argv, 0, NULL, &settings);
    int code = report_refuse(report_read_file(settings.file, &report, &error), &error);
    if (code != COMMAND_GOOD) {
        return code;
    }
    if (settings.timings) {
        code = report_refuse(timings_read_file(settings.timings, &timings, &error), &error);
    }
    if (code == COMMAND_GOOD) {
        code = report_write(&settings, &report, settings.timings ? &timings : NULL);
    }
    timings_read_fini(&timings);
    report_read_fini(&report);
    return code;
}
