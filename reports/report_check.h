/* SPDX-License-Identifier: MIT */
/*
 * Whether a parsed report has the shape that its schema asks for, as far as a reader relies on it.
 *
 * Reports come from other machines and may hold anything. What passed can be read without further
 * questions; members that the schema does not know are passed over. Pure functions; thread-safe.
 */
#ifndef DRILL_REPORTS_REPORT_CHECK_H
#define DRILL_REPORTS_REPORT_CHECK_H

#include <jansson.h>

#include "check.h"
#include "result.h"

/* The verdict or the enum plan_world of this name, or -1. */
int report_check_verdict(const char *name);
int report_check_world(const char *name);
/* "kernel", "sim" or "both". */
const char *report_world_name(enum plan_world world);

/* One member of "results". 0, or -EINVAL with the place below it (a JSON pointer) and a sentence;
 * `index` is its number, for the place. */
int report_check_result(const json_t *result, size_t index, struct drill_error *error);

/* The member "shard" of a report that has one. 0, or -EINVAL with its place and a sentence. */
int report_check_shard(const json_t *shard, struct drill_error *error);

#endif
