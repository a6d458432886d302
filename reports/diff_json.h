/* SPDX-License-Identifier: MIT */
/*
 * A diff as JSON (diff.schema.json): canonical, so equal reports give equal bytes. Pure functions;
 * thread-safe.
 */
#ifndef DRILL_REPORTS_DIFF_JSON_H
#define DRILL_REPORTS_DIFF_JSON_H

#include "bytes.h"
#include "diff.h"

/* The whole document. 0 or -errno. */
int diff_json_add(struct bytes *out, const struct diff *diff);

#endif
