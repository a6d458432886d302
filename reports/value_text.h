/* SPDX-License-Identifier: MIT */
/*
 * Values of a report that was read, as text for people: words, bytes, and two of them side by side.
 *
 * Everything is other people's and made harmless (safe_text.h). Strings of more than `bytes_max`
 * bytes are cut. Pure functions; thread-safe.
 */
#ifndef DRILL_REPORTS_VALUE_TEXT_H
#define DRILL_REPORTS_VALUE_TEXT_H

#include <jansson.h>

#include "ink.h"

void value_text_words(struct ink *ink, const char *text, size_t size, size_t bytes_max);

/* A string as it is, anything else as JSON on one line; "not told" for null, "nothing" for NULL. */
void value_text_add(struct ink *ink, const json_t *value, size_t bytes_max);

/* A line of a label, of at most nine letters, and the value; indented by four columns. */
void value_text_labelled(struct ink *ink, const char *label, const json_t *value, size_t bytes_max);

/* A piece of evidence on a line, without label and newline: its words, or its bytes from just
 * before the first one that `other` has not. */
void value_text_evidence(struct ink *ink, const json_t *value, const json_t *other,
                         size_t bytes_max);

/* Two values, each on a line after its label, and where they are streams a dump of their bytes;
 * nothing of one that is NULL. */
void value_text_sides(struct ink *ink, const char *const labels[2], const json_t *before,
                      const json_t *now, size_t bytes_max);

#endif
