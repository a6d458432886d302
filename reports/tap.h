/* SPDX-License-Identifier: MIT */
/*
 * A report as TAP 14, the Test Anything Protocol: a test point per scenario, in the order of ids.
 *
 * Skipped scenarios have `# skip`, known failures `# todo`, and whatever failed a block of YAML
 * with the sentence, the step, what was expected and what came, and the command that runs it again.
 * A report that is not complete plans the scenarios that were to run and bails out. Pure function;
 * thread-safe.
 */
#ifndef DRILL_REPORTS_TAP_H
#define DRILL_REPORTS_TAP_H

#include "bytes.h"
#include "report_read.h"

/* 0 or the error of bytes_add. */
int tap_add(struct bytes *out, const struct report_read *report);

#endif
