/* SPDX-License-Identifier: MIT */
/*
 * A call of a trace as members of a JSON object: what was asked for and what came of it. Trace
 * files and the stories of reports share them.
 *
 * Pure functions; thread-safe.
 */
#ifndef DRILL_REPORTS_TRACE_EVENT_JSON_H
#define DRILL_REPORTS_TRACE_EVENT_JSON_H

#include <jansson.h>

#include "trace.h"

#define TRACE_EVENT_FULL_BYTES     256 /* shown of what a call moved */
#define TRACE_EVENT_PORTABLE_BYTES 64

enum trace_event_detail {
    TRACE_EVENT_FULL,
    TRACE_EVENT_PORTABLE /* without addresses and numbers that world or system have chosen: of
                            sockets, which are 0, and of errors, which are named */
};

/* Puts the members of a call; `status` as json_text_put has it. */
void trace_event_json_put(json_t *object, const struct trace_view *trace,
                          const struct trace_event *event, enum trace_event_detail detail,
                          int *status);

#endif
