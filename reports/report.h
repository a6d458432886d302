/* SPDX-License-Identifier: MIT */
/*
 * The canonical JSON report (reports/report.schema.json) and how it reaches the disk.
 *
 * A report is written as results come: `FILE.partial` is at every moment a whole, readable report
 * of what has finished (`"complete": false`), whenever the process is killed. report_close writes
 * the final file, in scenario order, and renames it into place. FILE may also be a pipe or a
 * device: it gets the report at the end. Not thread-safe.
 */
#ifndef DRILL_REPORTS_REPORT_H
#define DRILL_REPORTS_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "bytes.h"
#include "check.h"
#include "plan.h"
#include "report_read.h"
#include "result.h"
#include "shard.h"

#define REPORT_SCHEMA_VERSION 1

struct report_summary {
    size_t counts[VERDICT_COUNT];
    size_t worlds[PLAN_BOTH + 1]; /* by enum plan_world: where those that were not skipped ran */
    size_t quarantined; /* of those whose verdict is not good, how many fail no run: result_fails */
    size_t overdue;     /* of those whose verdict is good, how many fail the run */
    size_t total;       /* results so far */
    size_t planned;     /* scenarios that were to run */
    bool complete;
};

/* How many results fail the run. */
size_t report_summary_failing(const struct report_summary *summary);

struct report;

/* `path` NULL keeps the summary only, see report_keep. `title` is the suite's, or NULL. The plans
 * are borrowed until report_close. 0, or -errno with a sentence (unwritable folder, full disk);
 * then there is nothing to close. */
int report_open(const char *path, const char *title, struct plan *const *plans, size_t plan_count,
                struct report **out, struct drill_error *error);

/* The same for a shard, unless that is NULL or its count 0; its results tell where they stand in
 * the whole. */
int report_open_shard(const char *path, const char *title, const struct report_shard *shard,
                      struct plan *const *plans, size_t plan_count, struct report **out,
                      struct drill_error *error);

/* A report of `count` results that were all read from reports. What stands at its head is copied
 * from the root of one of them; whether it is complete and a shard's is not. There is no path, see
 * report_keep. */
int report_open_like(const json_t *root, size_t count, struct report **out,
                     struct drill_error *error);

/* Adds a finished result (in any order, each plan once). 0, or -errno with a sentence: the disk is
 * full. */
int report_add(struct report *report, const struct result *result, struct drill_error *error);

/* Adds one that was read from a report in the place of plan number `index`, as the run that wrote
 * that report has told it. */
int report_add_read(struct report *report, size_t index, const struct report_read_result *result,
                    struct drill_error *error);

/* Before the first result: report_close puts the finished report into `document`, which is empty
 * and borrowed until then, also where there is no path or the file cannot be written; without the
 * memory it stays empty. 0, or -errno with a
 * sentence; then it does not. */
int report_keep(struct report *report, struct bytes *document, struct drill_error *error);

/* Writes the final file, complete or interrupted, removes the partial one, frees. 0, or -errno with
 * a sentence; then the partial file stays. `summary` may be NULL. */
int report_close(struct report *report, bool complete, struct report_summary *summary,
                 struct drill_error *error);

#endif
