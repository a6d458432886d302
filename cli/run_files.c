/* SPDX-License-Identifier: MIT */
#include "run_files.h"

#include <errno.h>
#include <stdint.h>

#include "output.h"

static int open_timings(struct run_files *files, const struct run_settings *settings,
                        struct plan *const *plans, size_t plan_count, struct drill_error *error)
{
    int status = timings_open(settings->timings, plans, plan_count, settings->workers,
                              &files->timings, error);
    if (status == 0 && formats_any(&files->formats)) {
        timings_keep(files->timings, &files->times);
    }
    return status;
}

/* The report comes last, because nothing has to be undone after it. */
static int open_report(struct run_files *files, const struct run_settings *settings,
                       const char *title, const struct run_choice *choice,
                       struct drill_error *error)
{
    int status = report_open_shard(settings->report, title, &choice->shard, choice->plans,
                                   choice->count, &files->report, error);
    if (status == 0 && settings->document) {
        status = report_keep(files->report, &files->document, error);
    }
    return status;
}

/* Closes without a word, for there is more to tell. */
static void abandon(struct run_files *files)
{
    if (files->report) {
        report_close(files->report, false, NULL, NULL);
    }
    if (files->timings) {
        timings_close(files->timings, false, NULL);
    }
    if (files->traces) {
        traces_close(files->traces, false, NULL);
    }
    if (files->captures) {
        captures_close(files->captures);
    }
    formats_abandon(&files->formats);
}

int run_files_open(struct run_files *files, const struct run_settings *settings, const char *title,
                   const struct run_choice *choice, struct drill_error *error)
{
    struct plan *const *plans = choice->played;
    size_t count = choice->played_count;
    *files = (struct run_files){.choice = choice, .formats = settings->formats};
    bytes_init(&files->document, SIZE_MAX);
    bytes_init(&files->times, SIZE_MAX);
    int status = formats_open(&files->formats, error);
    if (status == 0 && settings->pcap) {
        status =
            captures_open(settings->pcap, plans, count, settings->worlds, &files->captures, error);
    }
    if (status == 0 && settings->timings) {
        status = open_timings(files, settings, plans, count, error);
    }
    if (status == 0 && settings->trace) {
        status = traces_open(settings->trace, plans, count, &files->traces, error);
    }
    if (status == 0) {
        status = open_report(files, settings, title, choice, error);
    }
    if (status != 0) {
        abandon(files);
    }
    return status;
}

int run_files_keep(struct run_files *files, const struct result *result, struct drill_error *error)
{
    ASSERT(result->plan < files->choice->played_count);
    struct result placed = *result; /* borrows all of it */
    placed.plan = files->choice->played_at[result->plan];
    int status = report_add(files->report, &placed, error);
    if (status == 0 && files->timings) {
        status = timings_add(files->timings, result, error);
    }
    if (status == 0 && files->traces) {
        status = traces_add(files->traces, result, error);
    }
    if (status == 0 && files->captures) {
        status = captures_add(files->captures, result, error);
    }
    return status;
}

/* What the other formats say is what the report says. */
static bool write_formats(struct run_files *files)
{
    struct report_read report;
    struct timings_read timings;
    struct drill_error error = {0};
    if (!formats_any(&files->formats)) {
        return true;
    }
    if (run_files_read(files, &report) != 0) {
        formats_abandon(&files->formats);
        return false;
    }
    bool timed = files->times.size > 0;
    if (timed && timings_read_text("the timings of this run", files->times.data, files->times.size,
                                   &timings, &error) != 0) {
        output_no_memory();
    }
    bool good = formats_write(&files->formats, &report, timed ? &timings : NULL);
    if (timed) {
        timings_read_fini(&timings);
    }
    report_read_fini(&report);
    return good;
}

bool run_files_close(struct run_files *files, bool complete, struct report_summary *summary)
{
    struct drill_error errors[3] = {{.line = 0}};
    bool good = report_close(files->report, complete, summary, &errors[0]) == 0;
    good &= !files->timings || timings_close(files->timings, complete, &errors[1]) == 0;
    good &= !files->traces || traces_close(files->traces, complete, &errors[2]) == 0;
    for (size_t i = 0; i < 3; i++) {
        if (errors[i].sentence[0]) {
            output_error(&errors[i]);
        }
    }
    if (files->captures) {
        captures_close(files->captures);
    }
    good &= write_formats(files);
    return good;
}

int run_files_read(const struct run_files *files, struct report_read *report)
{
    struct drill_error error;
    int status = report_read_text("the report of this run", files->document.data,
                                  files->document.size, report, &error);
    if (status == -ENOMEM) {
        output_no_memory();
    }
    if (status != 0) {
        output_error(&error);
    }
    return status;
}

void run_files_fini(struct run_files *files)
{
    bytes_fini(&files->document);
    bytes_fini(&files->times);
}
