/* SPDX-License-Identifier: MIT */
/*
 * `$` in strings: "$n" is a value with its type, `${n}` its text, `$i` within a longer string the
 * text of a repeat's index, `$$` a dollar.
 *
 * Trees are never changed: what is returned is a new reference. Not thread-safe (jansson).
 */
#ifndef DRILL_CORE_SCENARIO_DOLLAR_H
#define DRILL_CORE_SCENARIO_DOLLAR_H

#include "scenario_internal.h"

/* The first pass: matrix names are replaced, everything else stays as written. NULL without memory.
 */
json_t *scenario_dollar_expand(const json_t *value, const struct scenario_scope *matrix);

/* Adds a string's, integer's or boolean's text; with `guard` its dollars are doubled. 0 or -ENOMEM.
 */
int scenario_dollar_text(const json_t *value, bool guard, struct bytes *text);

#endif
