/* SPDX-License-Identifier: MIT */
/*
 * JSON that stands in an HTML page, in a `script` element: whatever its strings hold, it ends
 * neither the element nor a line of a script. Pure functions; thread-safe.
 */
#ifndef DRILL_REPORTS_SCRIPT_JSON_H
#define DRILL_REPORTS_SCRIPT_JSON_H

#include <jansson.h>

#include "bytes.h"

/* Adds the value, compact. `room` is for working in, so that it is not made anew for each value. 0,
 * or the error of bytes_add, -ENOMEM included; then what was added may be half of it. */
int script_json_add(struct bytes *out, const json_t *value, struct bytes *room);

#endif
