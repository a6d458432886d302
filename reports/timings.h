/* SPDX-License-Identifier: MIT */
/*
 * The second file of a run (`--timings FILE`, reports/timings.schema.json): what differs from run
 * to run and from machine to machine, and is therefore not in the report.
 *
 * The date, the machine, real time per scenario, and for a worker that died its signal or status,
 * backtrace and standard error. Written as results come, like the report: `FILE.partial` is whole
 * at every moment. Not thread-safe.
 */
#ifndef DRILL_REPORTS_TIMINGS_H
#define DRILL_REPORTS_TIMINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "bytes.h"
#include "check.h"
#include "plan.h"
#include "result.h"

#define TIMINGS_SCHEMA_VERSION 1

struct timings;

/* The plans are borrowed until timings_close. `workers` is the -j of the run. 0, or -errno with a
 * sentence; then there is nothing to close. */
int timings_open(const char *path, struct plan *const *plans, size_t plan_count, unsigned workers,
                 struct timings **out, struct drill_error *error);

/* Before the first result: timings_close puts the finished document into `document`, which is empty
 * and borrowed until then, also where the file cannot be written; without the memory it stays
 * empty. */
void timings_keep(struct timings *timings, struct bytes *document);

/* Adds a finished result, in any order, each plan once. 0, or -errno with a sentence. */
int timings_add(struct timings *timings, const struct result *result, struct drill_error *error);

/* Writes the final file in scenario order, removes the partial one, frees in any case. 0, or -errno
 * with a sentence; then the partial file stays. */
int timings_close(struct timings *timings, bool complete, struct drill_error *error);

#endif
