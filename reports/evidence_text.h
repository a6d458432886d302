/* SPDX-License-Identifier: MIT */
/*
 * Shows what was expected beside what came: as text, and as a hex dump with the differing bytes
 * marked.
 *
 * Bytes stand at their place in the stream, so that the two sides line up even where the excerpts
 * that a result keeps begin at different offsets. Pure functions; thread-safe.
 */
#ifndef DRILL_REPORTS_EVIDENCE_TEXT_H
#define DRILL_REPORTS_EVIDENCE_TEXT_H

#include "ink.h"
#include "result.h"

#define EVIDENCE_TEXT_ROWS 8 /* of the dump, unless more is asked for */

/* Adds lines indented by four columns; nothing where there is no evidence. At most `rows_max` rows
 * of the dump, from just before the first difference. 80 columns. */
void evidence_text_add(struct ink *ink, const struct result_evidence *expected,
                       const struct result_evidence *actual, size_t rows_max);

/* The same under other labels, of at most nine letters: "before" and "now". */
void evidence_text_add_labelled(struct ink *ink, const char *const labels[2],
                                const struct result_evidence *expected,
                                const struct result_evidence *actual, size_t rows_max);

/* What stands on the line of `evidence`, without label and newline: its words, or its bytes from
 * just before the first one that `other` has not. */
void evidence_text_add_words(struct ink *ink, const struct result_evidence *evidence,
                             const struct result_evidence *other);

#endif
