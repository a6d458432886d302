/* SPDX-License-Identifier: MIT */
/*
 * What a step of a plan does, in one line for a person: `send "hello" (5 bytes) as bob, cut at 2`.
 *
 * Words are those of scenario files. What a scenario may make long (payloads, lists) is shown in
 * part, and nothing in it can harm a terminal. Pure functions; thread-safe.
 */
#ifndef DRILL_REPORTS_STEP_TEXT_H
#define DRILL_REPORTS_STEP_TEXT_H

#include "ink.h"
#include "plan.h"
#include "step_index.h"

#define STEP_TEXT_EXCERPT_BYTES 64 /* shown of a payload, all its parts together */
#define STEP_TEXT_LIST_MAX      8  /* shown of cuts, sizes, parts, clients */

/* Adds the line, without a break; nothing for a step that is not there. */
void step_text_add(struct ink *ink, const struct plan *plan, const struct step_index *step);

#endif
