/* SPDX-License-Identifier: MIT */
/*
 * Markdown for the summary of a job or a pull request, of a bounded size.
 *
 * The words of others can be neither markup of Markdown or HTML nor a mention: every letter that
 * might begin one is an entity, and they stand inside `<code>` or `<pre>`, where no renderer looks
 * for mentions. Pure functions; thread-safe.
 */
#ifndef DRILL_REPORTS_MARKDOWN_H
#define DRILL_REPORTS_MARKDOWN_H

#include <stddef.h>

#include "bytes.h"

#define MARKDOWN_BYTES_MAX ((size_t)1 << 20) /* what GitHub takes for a job summary */

/* Adds `<code>` with text that is harmless already (safe_text.h). 0 or the error of bytes_add, like
 * everything below. */
int markdown_add_code(struct bytes *page, const struct bytes *text);

/* Adds `<pre>` with whole lines of such text, none of them empty; nothing where there are none. */
int markdown_add_lines(struct bytes *page, const struct bytes *lines);

/* Begins a page: a title, the outcome of all of it in bold, then warnings and counts as lines of
 * such text. Title and outcome are our own words. */
int markdown_add_head(struct bytes *page, const char *title, const char *outcome,
                      const struct bytes *warnings, const struct bytes *counts);

/* Has `add` add entries number 0 and up while they fit `page`, whose bound is MARKDOWN_BYTES_MAX,
 * and tells how many did not and where they are to be seen. */
int markdown_add_entries(struct bytes *page, size_t count,
                         int (*add)(struct bytes *page, const void *owner, size_t index),
                         const void *owner, const char *elsewhere);

#endif
