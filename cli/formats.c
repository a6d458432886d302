/* SPDX-License-Identifier: MIT */
#include "formats.h"

#include <stdio.h>
#include <string.h>

#include "html.h"
#include "junit.h"
#include "output.h"
#include "run_markdown.h"
#include "tap.h"

static const struct bytes formats_nothing;

/* What one is called, and who makes it of a report; JUnit XML is the one that knows times. */
static const struct {
    const char *option, *what;
    int (*add)(struct bytes *out, const struct report_read *report);
} formats_kinds[FORMAT_COUNT] = {
    [FORMAT_JUNIT] = {"--junit", "JUnit XML", NULL},
    [FORMAT_TAP] = {"--tap", "TAP", tap_add},
    [FORMAT_MARKDOWN] = {"--markdown", "Markdown", run_markdown_add},
    [FORMAT_HTML] = {"--html", "HTML", html_add},
};

static bool formats_is_output(const char *name)
{
    return strcmp(name, "-") == 0;
}

void formats_check(struct argp_state *state, const struct formats *formats, const char *what,
                   const char *name)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        if (name && formats->names[i] && strcmp(formats->names[i], name) == 0) {
            argp_error(state, "%s and %s cannot share the file '%s'", formats_kinds[i].option, what,
                       name);
        }
    }
}

error_t formats_parse(int key, const char *argument, struct argp_state *state,
                      struct formats *formats)
{
    if (key < FORMATS_KEY || key >= FORMATS_KEY + FORMAT_COUNT) {
        return ARGP_ERR_UNKNOWN;
    }
    const char *option = formats_kinds[key - FORMATS_KEY].option;
    if (!*argument) {
        argp_error(state, "%s needs the name of a file", option);
    }
    formats->names[key - FORMATS_KEY] = NULL;
    formats_check(state, formats, option, argument);
    formats->names[key - FORMATS_KEY] = argument;
    return 0;
}

bool formats_any(const struct formats *formats)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        if (formats->names[i]) {
            return true;
        }
    }
    return false;
}

int formats_open(struct formats *formats, struct drill_error *error)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        const char *name = formats->names[i];
        if (!name || formats_is_output(name)) {
            continue;
        }
        int status = report_file_open_whole(name, formats_kinds[i].what, &formats->files[i], error);
        if (status != 0) {
            formats_abandon(formats);
            return status;
        }
    }
    return 0;
}

static bool formats_put(struct report_file *file, const struct bytes *document)
{
    struct drill_error error = {0};
    if (!file) {
        /* A failure is told when the process exits. */
        fwrite(document->data, 1, document->size, stdout);
        return output_flush() == 0;
    }
    if (report_file_close(file, document, &formats_nothing, &error) != 0) {
        output_error(&error);
        return false;
    }
    return true;
}

bool formats_write(struct formats *formats, const struct report_read *report,
                   const struct timings_read *timings)
{
    bool good = true;
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        if (!formats->names[i]) {
            continue;
        }
        struct bytes document;
        bytes_init(&document, SIZE_MAX);
        int status = formats_kinds[i].add ? formats_kinds[i].add(&document, report)
                                          : junit_add(&document, report, timings);
        if (status != 0) {
            output_no_memory();
        }
        good &= formats_put(formats->files[i], &document);
        formats->files[i] = NULL;
        bytes_fini(&document);
    }
    return good;
}

void formats_abandon(struct formats *formats)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        if (formats->files[i]) {
            report_file_abandon(formats->files[i]);
            formats->files[i] = NULL;
        }
    }
}
