/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <errno.h>
#include <stdlib.h>

#include "json_text.h"
#include "report_file.h"
#include "report_json.h"

#define MEMBER_INDENT 2
#define ITEM_INDENT   4

struct report {
    struct plan *const *plans; /* NULL: results are read from reports alone */
    size_t plan_count;
    const uint32_t *places; /* what each result says of its place; NULL: nothing */
    json_t *head_members;   /* owned: what stands above the results */
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
    json_decref(report->head_members);
    free(report);
}

/* One member in each line, as json_text breaks up an object. */
static int render_head(struct report *report, bool complete)
{
    const char *key;
    json_t *value;
    int status = json_object_set_new(report->head_members, "complete", json_boolean(complete));
    bytes_clear(&report->head);
    status = status == 0 ? bytes_add_format(&report->head, "{\n") : -ENOMEM;
    json_object_foreach(report->head_members, key, value)
    {
        status = status == 0 ? bytes_add_byte(&report->head, ' ', MEMBER_INDENT) : status;
        if (status == 0) {
            status = json_text_add_member(&report->head, key, value, MEMBER_INDENT);
        }
        status = status == 0 ? bytes_add_format(&report->head, ",\n") : status;
    }
    return status == 0 ? bytes_add_format(&report->head, "  \"results\": [") : status;
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

/* Takes the object, which may be NULL. */
static int render_item(struct report *report, size_t index, json_t *object)
{
    int status = object ? 0 : -ENOMEM;
    bytes_clear(&report->item);
    if (status == 0 && report->places) {
        json_text_put(object, "place", json_text_integer(report->places[index]), &status);
    }
    status = status == 0 ? bytes_add_byte(&report->item, ' ', ITEM_INDENT) : status;
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

static json_t *head_json(const char *title, const struct report_shard *shard)
{
    int status = 0;
    json_t *head = json_object();
    json_text_put(head, "schema", json_integer(REPORT_SCHEMA_VERSION), &status);
    json_text_put(head, "tool", json_text_string("sockdrill"), &status);
    json_text_put(head, "version", json_text_string(DRILL_VERSION), &status);
    json_text_put(head, "build", json_text_string(DRILL_BUILD_KIND), &status);
    json_text_put(head, "title", json_text_string(title ? title : ""), &status);
    if (shard && shard->count > 0) {
        json_text_put(head, "shard", shard_json(shard), &status);
    }
    if (status != 0) {
        json_decref(head);
        return NULL;
    }
    return head;
}

/* Takes `head`, which may be NULL. */
static int make(json_t *head, struct plan *const *plans, size_t plan_count, struct report **out)
{
    struct report *report = head ? calloc(1, sizeof(*report)) : NULL;
    if (!report) {
        json_decref(head);
        return -ENOMEM;
    }
    report->head_members = head;
    report->plans = plans;
    report->plan_count = plan_count;
    report->summary.planned = plan_count;
    bytes_init(&report->head, JSON_TEXT_BYTES_MAX);
    bytes_init(&report->tail, JSON_TEXT_BYTES_MAX);
    bytes_init(&report->item, JSON_TEXT_BYTES_MAX);
    int status = render_head(report, false);
    if (status == 0) {
        status = render_tail(report, &report->summary);
    }
    if (status != 0) {
        release(report);
        return status;
    }
    *out = report;
    return 0;
}

int report_open_shard(const char *path, const char *title, const struct report_shard *shard,
                      struct plan *const *plans, size_t plan_count, struct report **out,
                      struct drill_error *error)
{
    struct report *report = NULL;
    int status = make(head_json(title, shard), plans, plan_count, &report);
    if (status != 0) {
        return no_memory(status, error);
    }
    report->places = shard && shard->count > 0 ? shard->places : NULL;
    if (path) {
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

int report_open(const char *path, const char *title, struct plan *const *plans, size_t plan_count,
                struct report **out, struct drill_error *error)
{
    return report_open_shard(path, title, NULL, plans, plan_count, out, error);
}

int report_open_like(const json_t *root, size_t count, struct report **out,
                     struct drill_error *error)
{
    json_t *head = json_copy((json_t *)root);
    if (head) {
        json_object_del(head, "shard");
        json_object_del(head, "results");
        json_object_del(head, "summary");
    }
    int status = make(head, NULL, count, out);
    return status == 0 ? 0 : no_memory(status, error);
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

/* Adds the item that was rendered, and counts it. */
static int add_item(struct report *report, size_t index, const struct report_summary *summary,
                    struct drill_error *error)
{
    int status = render_tail(report, summary);
    return status == 0 ? report_file_add(report->file, index, &report->item, &report->tail, error)
                       : no_memory(status, error);
}

/* The summary with one result more. */
static struct report_summary counted(const struct report *report, enum verdict verdict,
                                     enum plan_world world, enum result_quarantine quarantine)
{
    struct report_summary summary = report->summary;
    bool good = verdict_is_good(verdict), fails = result_verdict_fails(verdict, quarantine);
    summary.counts[verdict]++;
    summary.worlds[world] += verdict != VERDICT_SKIPPED;
    summary.quarantined += !good && !fails;
    summary.overdue += good && fails;
    summary.total++;
    return summary;
}

/* Takes the object of the result, which is NULL where only the summary is kept. */
static int add(struct report *report, size_t index, const struct report_summary *summary,
               json_t *object, struct drill_error *error)
{
    ASSERT(index < report->plan_count);
    if (report->file) {
        int status = render_item(report, index, object);
        if (status != 0) {
            return no_memory(status, error);
        }
        status = add_item(report, index, summary, error);
        if (status != 0) {
            return status;
        }
    }
    report->summary = *summary;
    return 0;
}

int report_add(struct report *report, const struct result *result, struct drill_error *error)
{
    ASSERT(result->plan < report->plan_count);
    json_t *object = report->file ? report_json_result(report->plans[result->plan], result) : NULL;
    struct report_summary summary =
        counted(report, result->verdict, result->world, result->quarantine);
    return add(report, result->plan, &summary, object, error);
}

int report_add_read(struct report *report, size_t index, const struct report_read_result *result,
                    struct drill_error *error)
{
    json_t *object = report->file ? json_copy((json_t *)result->json) : NULL;
    if (object) {
        json_object_del(object, "place");
    }
    struct report_summary summary =
        counted(report, result->verdict, result->world, result->quarantine);
    return add(report, index, &summary, object, error);
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
