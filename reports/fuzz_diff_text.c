/* SPDX-License-Identifier: MIT */
#include "fuzz_diff_text.h"

#include <inttypes.h>

#include "check.h"
#include "ink.h"
#include "markdown.h"

static const char *heading_of(enum fuzz_diff_category category)
{
    switch (category) {
    case FUZZ_DIFF_NEW_FINDING:
        return "new finding";
    case FUZZ_DIFF_REMOVED:
        return "removed";
    case FUZZ_DIFF_COVERAGE_LOST:
        return "coverage lost";
    case FUZZ_DIFF_LESS_STABLE:
        return "less stable";
    case FUZZ_DIFF_CHANGED_FINDING:
        return "finding changed";
    case FUZZ_DIFF_SLOWER:
        return "slower";
    case FUZZ_DIFF_CORPUS_SHRANK:
        return "corpus shrank";
    case FUZZ_DIFF_CORPUS_GREW:
        return "corpus grew";
    case FUZZ_DIFF_FASTER:
        return "faster";
    case FUZZ_DIFF_MORE_STABLE:
        return "more stable";
    case FUZZ_DIFF_COVERAGE_GAINED:
        return "coverage gained";
    case FUZZ_DIFF_ADDED:
        return "added";
    case FUZZ_DIFF_GONE_FINDING:
        return "finding gone";
    }
    ASSERT(!"a category has a heading");
    return "";
}

static bool is_better(enum fuzz_diff_category category)
{
    return category == FUZZ_DIFF_GONE_FINDING || category == FUZZ_DIFF_COVERAGE_GAINED ||
           category == FUZZ_DIFF_MORE_STABLE;
}

static void add_finding(struct ink *ink, const struct fuzz_report_finding *finding)
{
    if (!finding->sim && !finding->kernel) {
        ink_add(ink, "not judged");
    } else {
        ink_add(ink, "simulated ");
        ink_add(ink, finding->sim ? finding->sim : "not judged");
        ink_add(ink, ", on real sockets ");
        ink_add(ink, finding->kernel ? finding->kernel : "not judged");
    }
    ink_add(ink, finding->scenario ? ", " : ", no scenario");
    ink_safe(ink, finding->scenario ? finding->scenario : "");
}

/* The side of an entry that has values; the first one has their names. */
static void add_side(struct ink *ink, enum fuzz_diff_subject subject,
                     const struct fuzz_diff_side *side, bool first)
{
    uint64_t one = side->numbers[0], two = side->numbers[1];
    switch (subject) {
    case FUZZ_DIFF_FINDING:
        add_finding(ink, side->finding);
        return;
    case FUZZ_DIFF_COVERAGE:
        ink_format(ink, "%" PRIu64 " of %" PRIu64 "%s", one, two, first ? " lines" : "");
        return;
    case FUZZ_DIFF_SPEED:
        ink_format(ink, "%" PRIu64 "%s", one, first ? " inputs per second" : "");
        return;
    case FUZZ_DIFF_STABILITY:
        ink_format(ink, "%" PRIu64 ".%02" PRIu64 " %%", one / 100, one % 100);
        return;
    case FUZZ_DIFF_CORPUS:
        ink_format(ink, "%" PRIu64 "%s, %" PRIu64 "%s", one, first ? " files" : "", two,
                   first ? " bytes" : "");
        return;
    case FUZZ_DIFF_TARGET:
    case FUZZ_DIFF_ENGINE:
        return;
    }
}

/* "stream-uppercase, core/loop.c: 95 of 100 lines, now 80 of 100". */
static void add_line(struct ink *ink, const struct fuzz_diff_entry *entry)
{
    const struct fuzz_diff_side *before = &entry->before, *now = &entry->now;
    ink_safe(ink, entry->target);
    ink_add(ink, entry->item ? ", " : "");
    ink_safe(ink, entry->item ? entry->item : "");
    if (entry->subject == FUZZ_DIFF_COVERAGE && !entry->item) {
        bool lost = entry->category == FUZZ_DIFF_COVERAGE_LOST;
        ink_add(ink, lost ? ": was measured, and is not any more" : ": was not measured before");
    }
    if (before->there || now->there) {
        ink_add(ink, before->there ? ": " : ": new, ");
        add_side(ink, entry->subject, before->there ? before : now, true);
    }
    if (before->there && now->there) {
        ink_add(ink, entry->subject == FUZZ_DIFF_FINDING ? "; now " : ", now ");
        add_side(ink, entry->subject, now, false);
    }
}

static void add_warnings(struct ink *ink, const struct fuzz_diff *diff)
{
    if (!diff->before->complete) {
        ink_add(ink, "The old night is not complete: what it lacks may only not have been done.\n");
    }
    if (!diff->now->complete) {
        ink_add(ink, "The new night is not complete: what it lacks may only not have been done.\n");
    }
}

static void add_counts(struct ink *ink, const struct fuzz_diff *diff)
{
    for (int i = 0; i < FUZZ_DIFF_CATEGORY_COUNT; i++) {
        if (diff->counts[i] > 0) {
            ink_format(ink, "%" PRIu64 " %s; ", diff->counts[i],
                       heading_of((enum fuzz_diff_category)i));
        }
    }
    ink_format(ink, "%" PRIu64 " %s in both\n", diff->kept_findings,
               diff->kept_findings == 1 ? "finding" : "findings");
}

static const char *outcome_of(const struct fuzz_diff *diff)
{
    return diff->worse        ? "Something got worse."
           : diff->count == 0 ? "Nothing changed beyond noise."
                              : "Nothing got worse.";
}

static bool begins_category(const struct fuzz_diff *diff, size_t index)
{
    return index == 0 || diff->entries[index - 1].category != diff->entries[index].category;
}

int fuzz_diff_text_add(struct bytes *out, const struct fuzz_diff *diff, bool color)
{
    struct ink ink = {.out = out, .color = color};
    add_warnings(&ink, diff);
    for (size_t i = 0; i < diff->count; i++) {
        const struct fuzz_diff_entry *entry = &diff->entries[i];
        if (begins_category(diff, i)) {
            ink_format(&ink, "%s (%" PRIu64 ")\n", heading_of(entry->category),
                       diff->counts[entry->category]);
        }
        ink_add(&ink, "  ");
        ink_style(&ink, fuzz_diff_is_worse(entry->category) ? INK_BAD
                        : is_better(entry->category)        ? INK_GOOD
                                                            : INK_ODD);
        add_line(&ink, entry);
        ink_style(&ink, INK_PLAIN);
        ink_add(&ink, "\n");
    }
    ink_add(&ink, diff->count > 0 ? "\n" : "");
    add_counts(&ink, diff);
    ink_style(&ink, diff->worse ? INK_BAD : INK_GOOD);
    ink_add(&ink, outcome_of(diff));
    ink_style(&ink, INK_PLAIN);
    ink_add(&ink, "\n");
    return ink.status;
}

static int add_markdown_entry(struct bytes *page, const void *owner, size_t index)
{
    const struct fuzz_diff *diff = owner;
    const struct fuzz_diff_entry *entry = &diff->entries[index];
    struct bytes line;
    bytes_init(&line, MARKDOWN_BYTES_MAX);
    struct ink harmless = {.out = &line}, ink = {.out = page};
    add_line(&harmless, entry);
    if (begins_category(diff, index)) {
        ink_format(&ink, "\n### %s (%" PRIu64 ")\n", heading_of(entry->category),
                   diff->counts[entry->category]);
    }
    ink_add(&ink, "\n");
    int status = harmless.status == 0 ? ink.status : harmless.status;
    if (status == 0) {
        status = markdown_add_code(page, &line);
    }
    bytes_fini(&line);
    return status == 0 ? bytes_add(page, "\n", 1) : status;
}

static int add_markdown_head(struct bytes *page, const struct fuzz_diff *diff)
{
    struct bytes warnings, counts;
    bytes_init(&warnings, MARKDOWN_BYTES_MAX);
    bytes_init(&counts, MARKDOWN_BYTES_MAX);
    struct ink warning = {.out = &warnings}, count = {.out = &counts};
    add_warnings(&warning, diff);
    add_counts(&count, diff);
    int status = warning.status == 0 ? count.status : warning.status;
    if (status == 0) {
        status = markdown_add_head(page, "sockdrill diff: fuzzing", outcome_of(diff), &warnings,
                                   &counts);
    }
    bytes_fini(&warnings);
    bytes_fini(&counts);
    return status;
}

int fuzz_diff_markdown_add(struct bytes *out, const struct fuzz_diff *diff)
{
    struct bytes page;
    bytes_init(&page, MARKDOWN_BYTES_MAX);
    int status = add_markdown_head(&page, diff);
    if (status == 0) {
        status = markdown_add_entries(&page, diff->count, add_markdown_entry, diff,
                                      "`sockdrill diff --format text` shows them");
    }
    if (status == 0) {
        status = bytes_add(out, page.data, page.size);
    }
    bytes_fini(&page);
    return status;
}
