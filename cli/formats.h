/* SPDX-License-Identifier: MIT */
/*
 * The other formats of a report: the options that `sockdrill run` and `sockdrill report` share, and
 * the files that they name.
 *
 * A command's table of options holds FORMATS_OPTIONS, and its parser hands on what it does not know
 * itself. Files are opened before anything is done, and written at the end, each by rename. One
 * thread; the strings are those of argv.
 */
#ifndef DRILL_CLI_FORMATS_H
#define DRILL_CLI_FORMATS_H

#include <argp.h>
#include <stdbool.h>

#include "check.h"
#include "report_file.h"
#include "report_read.h"
#include "timings_read.h"

enum format { FORMAT_JUNIT, FORMAT_TAP, FORMAT_MARKDOWN, FORMAT_HTML };
#define FORMAT_COUNT (FORMAT_HTML + 1)

enum { FORMATS_KEY = 0x400 }; /* of the first option; the others follow */

/* Lines of a table of options. */
#define FORMATS_OPTIONS(group)                                                                     \
    {"junit", FORMATS_KEY + FORMAT_JUNIT, "FILE", 0, "write JUnit XML to FILE", group},            \
        {"tap", FORMATS_KEY + FORMAT_TAP, "FILE", 0, "write TAP 14 to FILE", group},               \
        {"html", FORMATS_KEY + FORMAT_HTML, "FILE", 0, "write one HTML page to FILE", group},      \
    {                                                                                              \
        "markdown", FORMATS_KEY + FORMAT_MARKDOWN, "FILE", 0,                                      \
            "write Markdown of at most 1 MiB to FILE, for the summary of a job", group             \
    }

struct formats {
    const char *names[FORMAT_COUNT];         /* by enum format; NULL: not asked for */
    struct report_file *files[FORMAT_COUNT]; /* NULL: not open, or standard output */
};

/* Takes one of the options above: as an argp_parser_t returns. */
error_t formats_parse(int key, const char *argument, struct argp_state *state,
                      struct formats *formats);

/* Two documents in one file would be none: refuses `name`, which is `what` and may be NULL, as the
 * file of any format. */
void formats_check(struct argp_state *state, const struct formats *formats, const char *what,
                   const char *name);

bool formats_any(const struct formats *formats);

/* Opens every file; `-` is standard output. 0, or -errno with a sentence; then none is open. */
int formats_open(struct formats *formats, struct drill_error *error);

/* Writes what was asked for, and closes in any case. `timings` may be NULL. False after saying why
 * when a file could not be written; the others are. */
bool formats_write(struct formats *formats, const struct report_read *report,
                   const struct timings_read *timings);

/* Closes without writing: what was there before stays. */
void formats_abandon(struct formats *formats);

#endif
