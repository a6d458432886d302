/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "diff_text.h"
#include "markdown.h"

static int add_heading(struct bytes *page, const struct diff *diff, enum diff_category category)
{
    return bytes_add_format(page, "\n### %s (%" PRIu64 ")\n", diff_text_heading(category),
                            diff->counts[category]);
}

/* The entry's title line and its details; `text` is room for what is made harmless on the way. */
static int add_entry(struct bytes *page, const struct diff_entry *entry, struct bytes *text)
{
    struct ink harmless = {.out = text}, ink = {.out = page};
    ink_safe(&harmless, entry->id);
    ink_add(&ink, "\n");
    int status = harmless.status == 0 ? ink.status : harmless.status;
    if (status == 0) {
        status = markdown_add_code(page, text);
    }
    ink_add(&ink, ": ");
    diff_text_verdicts(&ink, entry);
    ink_add(&ink, "\n");
    bytes_clear(text);
    diff_text_details(&harmless, entry);
    ink_add(&ink, text->size > 0 ? "\n" : "");
    status = status == 0 ? ink.status : status;
    status = status == 0 ? harmless.status : status;
    return status == 0 ? markdown_add_lines(page, text) : status;
}

static int add_numbered(struct bytes *page, const void *owner, size_t index)
{
    const struct diff *diff = owner;
    const struct diff_entry *entry = &diff->entries[index];
    bool first = index == 0 || entry[-1].category != entry->category;
    int status = first ? add_heading(page, diff, entry->category) : 0;
    struct bytes text;
    bytes_init(&text, MARKDOWN_BYTES_MAX);
    status = status == 0 ? add_entry(page, entry, &text) : status;
    bytes_fini(&text);
    return status;
}

static int add_head(struct bytes *page, const struct diff *diff)
{
    struct bytes warnings, counts;
    bytes_init(&warnings, MARKDOWN_BYTES_MAX);
    bytes_init(&counts, MARKDOWN_BYTES_MAX);
    struct ink warning = {.out = &warnings}, count = {.out = &counts};
    diff_text_warnings(&warning, diff);
    diff_text_counts(&count, diff);
    int status = warning.status == 0 ? count.status : warning.status;
    if (status == 0) {
        status =
            markdown_add_head(page, "sockdrill diff", diff_text_outcome(diff), &warnings, &counts);
    }
    bytes_fini(&warnings);
    bytes_fini(&counts);
    return status;
}

int diff_markdown_add(struct bytes *out, const struct diff *diff)
{
    struct bytes page;
    bytes_init(&page, MARKDOWN_BYTES_MAX);
    int status = add_head(&page, diff);
    if (status == 0) {
        status = markdown_add_entries(&page, diff->count, add_numbered, diff,
                                      "`sockdrill diff --format text` shows them");
    }
    if (status == 0) {
        status = bytes_add(out, page.data, page.size);
    }
    bytes_fini(&page);
    return status;
}
