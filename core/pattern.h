/* SPDX-License-Identifier: MIT */
/*
 * Regular expressions of `expect`: PCRE2, anchored at both ends, over bytes.
 *
 * A pattern is immutable after pattern_new and may be shared with child processes. Matching is
 * bounded (PCRE2's match and depth limits), so that a hostile pattern cannot hang a run.
 */
#ifndef DRILL_CORE_PATTERN_H
#define DRILL_CORE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "check.h"

struct pattern;

/* 0, or -EINVAL with a sentence that says where in the expression the mistake is, or -ENOMEM. */
int pattern_new(const char *text, size_t size, struct pattern **pattern, struct drill_error *error);
void pattern_free(struct pattern *pattern);

/* 1 when all of `data` matches, 0 when not, -E2BIG when the bound on work was reached, -ENOMEM. */
int pattern_match(const struct pattern *pattern, const void *data, size_t size);

#endif
