/* SPDX-License-Identifier: MIT */
/*
 * The trace of one run for a person: what happened, when and by whom, step by step. Calls that
 * moved nothing and found nothing out are left out; the trace file has them. Pure functions;
 * thread-safe.
 */
#ifndef DRILL_REPORTS_TRACE_LIST_H
#define DRILL_REPORTS_TRACE_LIST_H

#include "ink.h"
#include "plan.h"
#include "result.h"

/* Adds the traces of the worlds that the result comes from, each under the world's name. */
void trace_list_add(struct ink *ink, const struct plan *plan, const struct result *result);

#endif
