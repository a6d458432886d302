/* SPDX-License-Identifier: MIT */
#include "markdown.h"

#include <errno.h>

#include "safe_text.h"

#define TAIL_BYTES ((size_t)4 << 10) /* kept free for what comes after the entries */

int markdown_add_code(struct bytes *page, const struct bytes *text)
{
    static const char special[] = "&<>\"'`*_{}[]()#+-.!|~@:/\\$=^%";
    int status = bytes_add_format(page, "<code>");
    if (status == 0) {
        status = safe_text_add_entities(page, text->data, text->size, special);
    }
    return status == 0 ? bytes_add_format(page, "</code>") : status;
}

/* `<pre>` ends at its own end only, so that Markdown has no say in it. */
int markdown_add_lines(struct bytes *page, const struct bytes *lines)
{
    if (lines->size == 0) {
        return 0;
    }
    int status = bytes_add_format(page, "<pre>\n");
    if (status == 0) {
        status = safe_text_add_entities(page, lines->data, lines->size, "&<>");
    }
    return status == 0 ? bytes_add_format(page, "</pre>\n") : status;
}

int markdown_add_head(struct bytes *page, const char *title, const char *outcome,
                      const struct bytes *warnings, const struct bytes *counts)
{
    int status = bytes_add_format(page, "## %s\n\n**%s**\n\n", title, outcome);
    if (status == 0) {
        status = markdown_add_lines(page, warnings);
    }
    if (status == 0 && warnings->size > 0) {
        status = bytes_add_format(page, "\n");
    }
    return status == 0 ? safe_text_add_entities(page, counts->data, counts->size, "&<>") : status;
}

int markdown_add_entries(struct bytes *page, size_t count,
                         int (*add)(struct bytes *page, const void *owner, size_t index),
                         const void *owner, const char *elsewhere)
{
    for (size_t i = 0; i < count; i++) {
        size_t start = page->size;
        int status = add(page, owner, i);
        if (status == -ENOSPC || page->size > MARKDOWN_BYTES_MAX - TAIL_BYTES) {
            page->size = start;
            return bytes_add_format(page, "\n%zu more are left out here, for want of room; %s.\n",
                                    count - i, elsewhere);
        }
        if (status != 0) {
            return status;
        }
    }
    return 0;
}
