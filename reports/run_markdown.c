/* SPDX-License-Identifier: MIT */
#include "run_markdown.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "failure_text.h"
#include "markdown.h"
#include "report_outcome.h"
#include "value_text.h"

#define WORDS_BYTES_MAX 1000 /* of one value; the report has all of it */

/* What did not pass, by outcome and then by id. */
struct listing {
    struct report_outcome_counts counts;
    const struct report_read_result **results; /* owned */
    size_t count;
};

static int listing_make(struct listing *listing, const struct report_read *report)
{
    listing->count = 0;
    report_outcome_count(&listing->counts, report);
    listing->results =
        calloc(report->count ? report->count : 1, sizeof(struct report_read_result *));
    if (!listing->results) {
        return -ENOMEM;
    }
    for (int outcome = 0; outcome < REPORT_OUTCOME_PASSED; outcome++) {
        for (size_t i = 0; i < report->count; i++) {
            if ((int)report_outcome_of(&report->results[i]) == outcome) {
                listing->results[listing->count++] = &report->results[i];
            }
        }
    }
    return 0;
}

/* Words of others in `<code>`. */
static void add_code(struct ink *page, const char *words)
{
    struct bytes text;
    bytes_init(&text, MARKDOWN_BYTES_MAX);
    struct ink harmless = {.out = &text};
    value_text_words(&harmless, words, strlen(words), WORDS_BYTES_MAX);
    page->status = page->status == 0 ? harmless.status : page->status;
    if (page->status == 0) {
        page->status = markdown_add_code(page->out, &text);
    }
    bytes_fini(&text);
}

static void add_details(struct ink *page, const struct report_read_result *result)
{
    struct bytes text;
    bytes_init(&text, MARKDOWN_BYTES_MAX);
    struct ink harmless = {.out = &text};
    failure_text_add(&harmless, result, WORDS_BYTES_MAX);
    page->status = page->status == 0 ? harmless.status : page->status;
    if (page->status == 0) {
        page->status = markdown_add_lines(page->out, &text);
    }
    bytes_fini(&text);
}

static const char *heading(enum report_outcome outcome)
{
    switch (outcome) {
    case REPORT_OUTCOME_FAILED:
        return "Failed";
    case REPORT_OUTCOME_BROKEN:
        return "Broken";
    case REPORT_OUTCOME_KNOWN:
        return "Known failures";
    case REPORT_OUTCOME_SKIPPED:
        return "Skipped";
    case REPORT_OUTCOME_PASSED:
        return "Passed";
    }
    ASSERT(!"an outcome has a heading");
    return "";
}

/* "- `tcp/reset`: needs the simulated world" */
static void add_skipped(struct ink *page, const struct report_read_result *result)
{
    const char *note = report_outcome_note(result);
    ink_add(page, "- ");
    add_code(page, result->id);
    if (note[0]) {
        ink_add(page, ": ");
        add_code(page, note);
    }
    ink_add(page, "\n");
}

/* A line that opens to show the rest. No empty line stands in it: that would end the HTML. */
static void add_folded(struct ink *page, const struct report_read_result *result)
{
    ink_add(page, "\n<details><summary>");
    add_code(page, result->id);
    ink_add(page, " ");
    ink_add(page, verdict_name(result->verdict));
    ink_add(page, ": ");
    add_code(page, failure_text_sentence(result));
    ink_add(page, "</summary>\n");
    add_details(page, result);
    ink_add(page, "</details>\n");
}

static int add_entry(struct bytes *page, const void *owner, size_t index)
{
    const struct listing *listing = owner;
    const struct report_read_result *const *result = &listing->results[index];
    enum report_outcome outcome = report_outcome_of(*result);
    struct ink ink = {.out = page};
    if (index == 0 || report_outcome_of(result[-1]) != outcome) {
        ink_add(&ink, "\n### ");
        ink_add(&ink, heading(outcome));
        ink_format(&ink, " (%zu)\n%s", listing->counts.outcomes[outcome],
                   outcome == REPORT_OUTCOME_SKIPPED ? "\n" : "");
    }
    if (outcome == REPORT_OUTCOME_SKIPPED) {
        add_skipped(&ink, *result);
    } else {
        add_folded(&ink, *result);
    }
    return ink.status;
}

/* "6 of 11 scenarios failed": all of it that a reader in a hurry sees. */
static void add_outcome(struct ink *page, const struct report_outcome_counts *counts,
                        const struct report_read *report)
{
    const char *scenarios = report->count == 1 ? "scenario" : "scenarios";
    size_t failed =
        counts->outcomes[REPORT_OUTCOME_FAILED] + counts->outcomes[REPORT_OUTCOME_BROKEN];
    if (!report->complete) {
        report_outcome_stopped(page, counts, report);
        ink_add(page, ", ");
    }
    if (failed > 0) {
        ink_format(page, "%zu of %zu %s failed", failed, report->count, scenarios);
    } else if (counts->outcomes[REPORT_OUTCOME_SKIPPED] == report->count) {
        ink_add(page, "nothing was tested");
    } else {
        ink_format(page, "no failure in %zu %s", report->count, scenarios);
    }
}

static void add_head(struct ink *page, const struct report_outcome_counts *counts,
                     const struct report_read *report)
{
    ink_add(page, "## sockdrill: ");
    add_outcome(page, counts, report);
    ink_add(page, "\n\n");
    if (report->title[0]) {
        add_code(page, report->title);
        ink_add(page, ", ");
    }
    ink_add(page, "sockdrill ");
    add_code(page, report->version);
    ink_add(page, ", ");
    ink_add(page, report->build);
    ink_add(page, " build\n\n| verdict | scenarios |\n| :--- | ---: |\n");
    for (int i = 0; i < VERDICT_COUNT; i++) {
        if (counts->verdicts[i] > 0) {
            ink_add(page, "| ");
            ink_add(page, verdict_name((enum verdict)i));
            ink_format(page, " | %zu |\n", counts->verdicts[i]);
        }
    }
}

int run_markdown_add(struct bytes *out, const struct report_read *report)
{
    struct bytes page;
    struct ink ink = {.out = &page};
    struct listing listing;
    int status = listing_make(&listing, report);
    bytes_init(&page, MARKDOWN_BYTES_MAX);
    if (status == 0) {
        add_head(&ink, &listing.counts, report);
        status = ink.status;
    }
    if (status == 0) {
        status = markdown_add_entries(&page, listing.count, add_entry, &listing,
                                      "the report holds them");
    }
    if (status == 0) {
        status = bytes_add(out, page.data, page.size);
    }
    free(listing.results);
    bytes_fini(&page);
    return status;
}
