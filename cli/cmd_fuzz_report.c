/* SPDX-License-Identifier: MIT */
/* sockdrill fuzz-report: what a night of fuzzing left, as one report. */
#include <argp.h>
#include <errno.h>

#include "command.h"
#include "output.h"
#include "report_night.h"
#include "tape_open.h"

#define FUZZ_REPORT_BYTES_MAX ((size_t)256 << 20)

struct fuzz_report_settings {
    const char *folder, *out;
};

static const struct argp_option fuzz_report_options[] = {
    {"out", 'o', "OUT", 0, "write the report to this file instead of standard output", 0},
    {0},
};

static error_t fuzz_report_parse(int key, char *argument, struct argp_state *state)
{
    struct fuzz_report_settings *settings = state->input;
    switch (key) {
    case 'o':
        settings->out = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (settings->folder) {
            argp_error(state, "takes one folder");
        }
        settings->folder = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "name the folder that `./dev nightly` left: build/nightly/stats");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp fuzz_report_argp = {
    .options = fuzz_report_options,
    .parser = fuzz_report_parse,
    .args_doc = "FOLDER",
    .doc =
        "Makes the JSON report of a night of fuzzing out of the files that `./dev nightly` leaves "
        "in FOLDER.",
};

int cmd_fuzz_report(int argc, char **argv)
{
    struct fuzz_report_settings settings = {0};
    struct drill_error error;
    struct bytes report;
    argp_parse(&fuzz_report_argp, argc, argv, 0, NULL, &settings);
    bytes_init(&report, FUZZ_REPORT_BYTES_MAX);
    int status = report_night_of_folder(settings.folder, &report, &error);
    int code = COMMAND_GOOD;
    if (status == -EINVAL) {
        output_error(&error);
        code = COMMAND_USAGE;
    } else if (status != 0) {
        output_no_memory();
    } else {
        code = tape_write(settings.out, report.data, report.size);
    }
    bytes_fini(&report);
    return code;
}
