/* SPDX-License-Identifier: MIT */
/*
 * The faces of a diff for people: text for a terminal, Markdown for a pull request.
 *
 * Ids, sentences and bytes are other people's: on a terminal they are escaped as everywhere
 * (safe_text.h), and in Markdown so that they can be neither markup nor a mention. Pure functions;
 * thread-safe.
 */
#ifndef DRILL_REPORTS_DIFF_TEXT_H
#define DRILL_REPORTS_DIFF_TEXT_H

#include "diff.h"
#include "ink.h"

/* "new failure", as a heading. */
const char *diff_text_heading(enum diff_category category);

/* "pass, now fail". */
void diff_text_verdicts(struct ink *ink, const struct diff_entry *entry);

/* What differs, in lines indented by four columns. */
void diff_text_details(struct ink *ink, const struct diff_entry *entry);

/* What makes the reports hard to compare, each as a line; nothing where there is nothing. */
void diff_text_warnings(struct ink *ink, const struct diff *diff);

/* A line: how many of what. */
void diff_text_counts(struct ink *ink, const struct diff *diff);

/* "Something got worse." */
const char *diff_text_outcome(const struct diff *diff);

/* The whole text. 0, or the error of bytes_add. */
int diff_text_add(struct bytes *out, const struct diff *diff, bool color);

/* The whole Markdown, of at most MARKDOWN_BYTES_MAX: entries that do not fit are counted. */
int diff_markdown_add(struct bytes *out, const struct diff *diff);

#endif
