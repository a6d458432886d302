/* SPDX-License-Identifier: MIT */
/*
 * A report as Markdown for the summary of a job: the counts, then what failed, folded, what is
 * known to fail, and what was skipped.
 *
 * What passed is only counted. Pure function; thread-safe.
 */
#ifndef DRILL_REPORTS_RUN_MARKDOWN_H
#define DRILL_REPORTS_RUN_MARKDOWN_H

#include "bytes.h"
#include "report_read.h"

/* At most MARKDOWN_BYTES_MAX (markdown.h): entries that do not fit are counted. 0 or the error of
 * bytes_add. */
int run_markdown_add(struct bytes *out, const struct report_read *report);

#endif
