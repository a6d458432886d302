/* SPDX-License-Identifier: MIT */
/*
 * One result as the canonical JSON object of reports/report.schema.json.
 *
 * Keys come in a fixed order and nothing here depends on time, place or machine. Pure functions;
 * thread-safe.
 */
#ifndef DRILL_REPORTS_REPORT_JSON_H
#define DRILL_REPORTS_REPORT_JSON_H

#include <jansson.h>

#include "plan.h"
#include "report.h"
#include "result.h"

/* A new object, or NULL without memory. */
json_t *report_json_result(const struct plan *plan, const struct result *result);
json_t *report_json_summary(const struct report_summary *summary);

/* Adds the command that runs this scenario again: made of id, seed and, where it is not the
 * default, the world, quoted for a shell. 0 or the error of bytes_add. */
int report_json_replay(struct bytes *out, const struct plan *plan, const struct result *result);

#endif
