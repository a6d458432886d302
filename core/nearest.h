/* SPDX-License-Identifier: MIT */
/*
 * Guesses which name a person meant.
 *
 * Used by refusals ("did you mean ...?"). Nearness is the number of inserted, removed, replaced or
 * swapped neighbouring bytes. Thread-safe; no allocation.
 */
#ifndef DRILL_CORE_NEAREST_H
#define DRILL_CORE_NEAREST_H

#include <stddef.h>

#define NEAREST_NAME_MAX 63 /* longer names are near nothing */

/* The candidate nearest to `name`, the first of equals, or NULL when none is near enough to be a
 * slip of the fingers: more than a third of the name would have to change. NULL candidates are
 * skipped. The answer is borrowed from `candidates`. */
const char *nearest_name(const char *name, const char *const *candidates, size_t count);

#endif
