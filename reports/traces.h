/* SPDX-License-Identifier: MIT */
/*
 * The trace file (reports/trace.schema.json): every call of every scenario, in each world that it
 * ran in.
 *
 * Written as results come, one entry at a time in memory, and kept on the disk like the report:
 * report_file.h. Not thread-safe.
 */
#ifndef DRILL_REPORTS_TRACES_H
#define DRILL_REPORTS_TRACES_H

#include <stdbool.h>
#include <stddef.h>

#include "check.h"
#include "plan.h"
#include "result.h"

#define TRACES_SCHEMA_VERSION 1

struct traces;

/* The plans are borrowed until traces_close. 0, or -errno with a sentence; then there is nothing to
 * close. */
int traces_open(const char *path, struct plan *const *plans, size_t plan_count, struct traces **out,
                struct drill_error *error);

/* Adds the traces of a result, which carries them; nothing for one that was skipped. 0, or -errno
 * with a sentence. */
int traces_add(struct traces *traces, const struct result *result, struct drill_error *error);

/* Writes the final file and frees, as report_close does. */
int traces_close(struct traces *traces, bool complete, struct drill_error *error);

#endif
