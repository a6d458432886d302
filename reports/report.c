/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <errno.h>
#include <stdlib.h>

#include "json_text.h"
#include "report_file.h"
#include "report_json.h"

#define ITEM_INDENT 4

struct report {
    struct plan *const *plans;
    size_t plan_count;
    char *title; /* as a JSON string, owned */
    struct report_summary summary;
    struct report_file *file; /* NULL: the summary only */
    struct bytes *document;   /* borrowed; NULL: not wanted */
    struct bytes head, tail, item;
};

size_t report_summary_failing(const struct report_summary *summary)
{
    size_t bad = 0;
    for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
        bad += verdict_is_good((enum verdict)verdict) ? 0 : summary->counts[verdict];
    }
    ASSERT(summary->quarantined <= bad);
    return bad - summary->quarantined + summary->overdue;
}

static void release(struct report *report)
{
    bytes_fini(&report->head);
    bytes_fini(&report->tail);
    bytes_fini(&report->item);
    free(report->title);
    free(report);
}

static int render_head(struct report *report, bool complete)
{
    bytes_clear(&report->head);
    return bytes_add_format(&report->head,
                            "{\n"
                            "  \"schema\": %d,\n"
                            "  \"tool\": \"sockdrill\",\n"
                            "  \"version\": \"%s\",\n"
                            "  \"build\": \"%s\",\n"
                            "  \"title\": %s,\n"
                            "  \"complete\": %s,\n"
                            "  \"results\": [",
                            REPORT_SCHEMA_VERSION, DRILL_VERSION, DRILL_BUILD_KIND, report->title,
                            complete ? "true" : "false");
}

static int render_tail(struct report *report, const struct report_summary *summary)
{
    bytes_clear(&report->tail);
    json_t *object = report_json_summary(summary);
    int status = object ? bytes_add_format(&report->tail, "\n  ],\n  \"summary\": ") : -ENOMEM;
    if (status == 0) {
        status = json_text_add(&report->tail, object, 2);
    }
    json_decref(object);
    return status == 0 ? bytes_add_format(&report->tail, "\n}\n") : status;
}

static int render_item(struct report *report, const struct result *result)
{
    bytes_clear(&report->item);
    json_t *object = report_json_result(report->plans[result->plan], result);
    int status = object ? bytes_add_byte(&report->item, ' ', ITEM_INDENT) : -ENOMEM;
    if (status == 0) {
        status = json_text_add(&report->item, object, ITEM_INDENT);
    }
    json_decref(object);
    return status;
}

static int no_memory(int status, struct drill_error *error)
{
    drill_error_set(error, "no memory for the report");
    return status;
}

static int prepare(struct report *report, const char *title)
{
    json_t *string = json_text_string(title ? title : "");
    report->title = string ? json_dumps(string, JSON_ENCODE_ANY) : NULL;
    json_decref(string);
    int status = report->title ? render_head(report, false) : -ENOMEM;
    return status == 0 ? render_tail(report, &report->summary) : status;
}

int report_open(const char *path, const char *title, struct plan *const *plans, size_t plan_count,
                struct report **out, struct drill_error *error)
{
    struct report *report = calloc(1, sizeof(*report));
    if (!report) {
        return no_memory(-ENOMEM, error);
    }
    report->plans = plans;
    report->plan_count = plan_count;
    report->summary.planned = plan_count;
    bytes_init(&report->head, JSON_TEXT_BYTES_MAX);
    bytes_init(&report->tail, JSON_TEXT_BYTES_MAX);
    bytes_init(&report->item, JSON_TEXT_BYTES_MAX);
    int status = prepare(report, title);
    if (status != 0) {
        no_memory(status, error);
    } else if (path) {
        status = report_file_open(path, "report", plan_count, &report->head, &report->tail,
                                  &report->file, error);
    }
    if (status != 0) {
        release(report);
        return status;
    }
    *out = report;
    return 0;
}

int report_keep(struct report *report, struct bytes *document, struct drill_error *error)
{
    ASSERT(report->summary.total == 0);
    int status = report->file ? 0
                              : report_file_open(NULL, "report", report->plan_count, &report->head,
                                                 &report->tail, &report->file, error);
    report->document = status == 0 ? document : NULL;
    return status;
}

int report_add(struct report *report, const struct result *result, struct drill_error *error)
{
    ASSERT(result->plan < report->plan_count);
    struct report_summary summary = report->summary;
    summary.counts[result->verdict]++;
    summary.worlds[result->world] += result->verdict != VERDICT_SKIPPED;
    bool good = verdict_is_good(result->verdict), fails = result_fails(result);
    summary.quarantined += !good && !fails;
    summary.overdue += good && fails;
    summary.total++;
    if (report->file) {
        int status = render_item(report, result);
        if (status == 0) {
            status = render_tail(report, &summary);
        }
        if (status != 0) {
            return no_memory(status, error);
        }
        status = report_file_add(report->file, result->plan, &report->item, &report->tail, error);
        if (status != 0) {
            return status;
        }
    }
    report->summary = summary;
    return 0;
}

static int finish_file(struct report *report, bool complete, struct drill_error *error)
{
    int status = render_head(report, complete);
    if (status == 0) {
        status = render_tail(report, &report->summary);
    }
    if (status != 0) {
        report_file_abandon(report->file);
        return no_memory(status, error);
    }
    if (report->document) {
        status =
            report_file_read(report->file, &report->head, &report->tail, report->document, error);
        if (status != 0) {
            bytes_clear(report->document);
        }
    }
    int closed = report_file_close(report->file, &report->head, &report->tail, error);
    return closed != 0 ? closed : status;
}

int report_close(struct report *report, bool complete, struct report_summary *summary,
                 struct drill_error *error)
{
    report->summary.complete = complete;
    if (summary) {
        *summary = report->summary;
    }
    int status = report->file ? finish_file(report, complete, error) : 0;
    release(report);
    return status;
}
