/* SPDX-License-Identifier: MIT */
/*
 * The trace of one run as a JSON object of reports/trace.schema.json: a line for every event.
 *
 * Pure functions; thread-safe.
 */
#ifndef DRILL_REPORTS_TRACE_JSON_H
#define DRILL_REPORTS_TRACE_JSON_H

#include "bytes.h"
#include "plan.h"

/* Adds the entry of a run of `plan` in `world` (PLAN_SIM or PLAN_KERNEL), indented as it stands in
 * the file. A blob that is no trace counts as an empty one. 0 or -errno. */
int trace_json_add(struct bytes *out, const struct plan *plan, enum plan_world world,
                   const struct bytes *trace);

#endif
