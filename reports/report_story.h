/* SPDX-License-Identifier: MIT */
/*
 * What happened in the simulated world, as a report tells it of a result that has a failure: calls,
 * and the steps they belong to.
 *
 * Only that world's trace is the same whenever it is recorded; what real sockets did never stands
 * here. Pure functions; thread-safe.
 */
#ifndef DRILL_REPORTS_REPORT_STORY_H
#define DRILL_REPORTS_REPORT_STORY_H

#include <jansson.h>

#include "plan.h"
#include "result.h"

#define REPORT_STORY_FIRST 40  /* events at the beginning that are told, */
#define REPORT_STORY_LAST  200 /* and at the end */

/* A new object in `*story`, or NULL where there is nothing that a report may tell. 0 or -ENOMEM. */
int report_story_json(const struct plan *plan, const struct result *result, json_t **story);

#endif
