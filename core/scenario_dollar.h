/* SPDX-License-Identifier: MIT */
/*
 * `$` in strings: "$n" is a value with its type, `${n}` its text, `$i` within a longer string the
 * text of a repeat's index, `$$` a dollar. The keys of `ends`, which name clients, are such
 * strings, too; all other keys are words of the language and stay as they are.
 *
 * Trees are never changed: what is returned is a new reference. Not thread-safe (jansson).
 */
#ifndef DRILL_CORE_SCENARIO_DOLLAR_H
#define DRILL_CORE_SCENARIO_DOLLAR_H

#include "scenario_internal.h"

/* The first pass over a scenario: names of load->matrix are replaced, everything else stays as
 * written. Refuses nothing but two keys that become one. */
int scenario_dollar_expand(struct scenario_load *load, const json_t *value, json_t **expanded);

/* Adds a string's, integer's or boolean's text; with `guard` its dollars are doubled. 0 or -ENOMEM.
 */
int scenario_dollar_text(const json_t *value, bool guard, struct bytes *text);

#endif
