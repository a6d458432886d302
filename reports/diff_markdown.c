/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "diff_text.h"

#define TAIL_BYTES ((size_t)4 << 10) /* kept free for what comes after the entries */

/* Adds text as HTML between tags: nothing in it can begin markup of either language, since every
 * letter that could is an entity. */
static int add_html(struct bytes *out, const uint8_t *text, size_t size, const char *special)
{
    int status = 0;
    for (size_t i = 0; i < size && status == 0; i++) {
        bool plain = text[i] != 0 && !strchr(special, text[i]);
        status = plain ? bytes_add(out, text + i, 1) : bytes_add_format(out, "&#%u;", text[i]);
    }
    return status;
}

/* The entry's title line and its details. */
static int add_entry(struct bytes *out, const struct diff_entry *entry)
{
    static const char words[] = "&<>\"'`*_{}[]()#+-.!|~@:/\\$=^%";
    struct bytes text;
    bytes_init(&text, DIFF_MARKDOWN_BYTES_MAX);
    struct ink ink = {.out = &text};
    ink_safe(&ink, entry->id);
    int status = ink.status == 0 ? bytes_add_format(out, "\n<code>") : ink.status;
    if (status == 0) {
        status = add_html(out, text.data, text.size, words);
    }
    bytes_clear(&text);
    diff_text_verdicts(&ink, entry);
    ink_add(&ink, "\n\n");
    struct ink page = {.out = out, .status = status};
    ink_add(&page, "</code>: ");
    const char *verdicts = ink.status == 0 ? bytes_string(&text) : NULL;
    ink_add(&page, verdicts ? verdicts : "");
    bytes_clear(&text);
    diff_text_details(&ink, entry);
    status = page.status == 0 ? ink.status : page.status;
    /* No empty line stands in the details, and `<pre>` ends at its own end only. */
    if (status == 0 && text.size > 0) {
        ink_add(&page, "<pre>\n");
        page.status = page.status == 0 ? add_html(out, text.data, text.size, "&<>") : page.status;
        ink_add(&page, "</pre>\n");
        status = page.status;
    }
    bytes_fini(&text);
    return status;
}

static int add_heading(struct bytes *out, const struct diff *diff, enum diff_category category)
{
    return bytes_add_format(out, "\n### %s (%" PRIu64 ")\n", diff_text_heading(category),
                            diff->counts[category]);
}

/* Adds entries while they fit. Returns how many did. */
static size_t add_entries(struct bytes *out, const struct diff *diff, int *status)
{
    for (size_t i = 0; i < diff->count; i++) {
        const struct diff_entry *entry = &diff->entries[i];
        size_t start = out->size;
        *status = i == 0 || entry[-1].category != entry->category
                      ? add_heading(out, diff, entry->category)
                      : 0;
        if (*status == 0) {
            *status = add_entry(out, entry);
        }
        if (*status == -ENOSPC || out->size > out->size_max - TAIL_BYTES) {
            *status = 0;
            out->size = start;
            return i;
        }
        if (*status != 0) {
            return i;
        }
    }
    return diff->count;
}

int diff_markdown_add(struct bytes *out, const struct diff *diff)
{
    struct bytes page;
    bytes_init(&page, DIFF_MARKDOWN_BYTES_MAX);
    struct ink ink = {.out = &page};
    ink_add(&ink, "## sockdrill diff\n\n");
    diff_text_warnings(&ink, diff);
    ink_add(&ink, "\n");
    diff_text_summary(&ink, diff);
    int status = ink.status;
    size_t shown = status == 0 ? add_entries(&page, diff, &status) : 0;
    if (status == 0 && shown < diff->count) {
        status = bytes_add_format(&page,
                                  "\n%zu more are left out here, for want of room; `sockdrill "
                                  "diff --format text` shows them.\n",
                                  diff->count - shown);
    }
    if (status == 0) {
        status = bytes_add(out, page.data, page.size);
    }
    bytes_fini(&page);
    return status;
}
