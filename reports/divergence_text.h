/* SPDX-License-Identifier: MIT */
/*
 * Shows side by side what two worlds said: the simulated one left, real sockets right.
 *
 * What is longer than its column goes on below. Pure functions; thread-safe.
 */
#ifndef DRILL_REPORTS_DIVERGENCE_TEXT_H
#define DRILL_REPORTS_DIVERGENCE_TEXT_H

#include "ink.h"
#include "result.h"

#define DIVERGENCE_TEXT_ROWS 8 /* of one column, unless more is asked for */

/* Adds both verdicts, what differs first, and the first calls that differ. 80 columns. */
void divergence_text_add(struct ink *ink, const struct result *result, size_t rows_max);

#endif
