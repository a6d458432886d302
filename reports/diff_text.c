/* SPDX-License-Identifier: MIT */
#include "diff_text.h"

#include <inttypes.h>
#include <string.h>

#include "check.h"
#include "report_check.h"
#include "value_text.h"

#define VALUE_BYTES_MAX 240 /* of a value on a line */

const char *diff_text_heading(enum diff_category category)
{
    switch (category) {
    case DIFF_NEW_FAILURE:
        return "new failure";
    case DIFF_SKIPPED_NOW:
        return "skipped now";
    case DIFF_REMOVED:
        return "removed";
    case DIFF_STILL_FAILING:
        return "still failing, in another way";
    case DIFF_CHANGED:
        return "changed behaviour";
    case DIFF_EDITED:
        return "edited, behaves the same";
    case DIFF_ADDED:
        return "added";
    case DIFF_FIXED:
        return "fixed";
    }
    ASSERT(!"a category has a heading");
    return "";
}

static enum ink_style style_of(const struct diff_entry *entry)
{
    return entry->worse ? INK_BAD : entry->category == DIFF_FIXED ? INK_GOOD : INK_ODD;
}

static const char *quarantine_word(const struct report_read_result *result)
{
    switch (result->quarantine) {
    case QUARANTINE_NONE:
        return "";
    case QUARANTINE_HOLDS:
        return "quarantined ";
    case QUARANTINE_OVER:
        return "overdue ";
    }
    ASSERT(!"a quarantine has a word");
    return "";
}

static void add_verdict(struct ink *ink, const struct report_read_result *result)
{
    ink_add(ink, quarantine_word(result));
    ink_add(ink, verdict_name(result->verdict));
}

void diff_text_verdicts(struct ink *ink, const struct diff_entry *entry)
{
    if (!entry->before || !entry->now) {
        const struct report_read_result *one = entry->now ? entry->now : entry->before;
        ASSERT(one);
        ink_add(ink, entry->now ? "new, " : "was ");
        add_verdict(ink, one);
        return;
    }
    add_verdict(ink, entry->before);
    if (entry->before->verdict != entry->now->verdict ||
        entry->before->quarantine != entry->now->quarantine) {
        ink_add(ink, ", now ");
        add_verdict(ink, entry->now);
    }
}

static uint64_t count_of(const json_t *object, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(object, key));
}

static void add_value(struct ink *ink, const json_t *value)
{
    value_text_add(ink, value, VALUE_BYTES_MAX);
}

static void add_failure(struct ink *ink, const json_t *failure, bool with_evidence)
{
    static const char *const labels[2] = {"expected", "actual"};
    const json_t *step = json_object_get(failure, "step");
    if (json_is_string(step)) {
        ink_add(ink, " at ");
        add_value(ink, step);
    }
    ink_add(ink, ": ");
    add_value(ink, json_object_get(failure, "sentence"));
    ink_add(ink, "\n");
    const json_t *expected = json_object_get(failure, "expected");
    const json_t *actual = json_object_get(failure, "actual");
    if (with_evidence && (!json_is_null(expected) || !json_is_null(actual))) {
        value_text_sides(ink, labels, json_is_null(expected) ? NULL : expected,
                         json_is_null(actual) ? NULL : actual, VALUE_BYTES_MAX);
    }
}

static void add_step(struct ink *ink, const json_t *step)
{
    if (!step) {
        ink_add(ink, "not reached");
        return;
    }
    uint64_t runs = count_of(step, "runs");
    const char *verdict = json_string_value(json_object_get(step, "verdict"));
    if (strcmp(verdict, "pass") != 0) {
        ink_add(ink, verdict);
        ink_add(ink, runs > 0 ? " after it had " : "");
    }
    if (runs > 0 || strcmp(verdict, "pass") == 0) {
        ink_format(ink, "passed %" PRIu64 " %s", runs, runs == 1 ? "time" : "times");
    }
}

static bool is_stream(const json_t *value)
{
    return json_object_get(value, "hex") != NULL;
}

/* "    client bob, received" */
static void add_part(struct ink *ink, const struct diff_difference *difference)
{
    ink_add(ink, "    ");
    ink_add(ink, difference->part);
    if (difference->name) {
        ink_add(ink, " ");
        value_text_words(ink, difference->name, strlen(difference->name), VALUE_BYTES_MAX);
    }
    if (difference->member) {
        ink_add(ink, ", ");
        ink_add(ink, difference->member);
    }
}

/* What the worlds differ about, as far as it is told. */
static void add_divergence(struct ink *ink, const json_t *divergence)
{
    static const char *const lines[][2] = {{"simulated", "sim"},
                                           {"real", "kernel"},
                                           {"simulated", "sim_call"},
                                           {"real", "kernel_call"}};
    const json_t *what = json_object_get(divergence, "what");
    ink_add(ink, ": ");
    add_value(ink, json_is_string(what) ? what : json_object_get(divergence, "calls"));
    ink_add(ink, "\n");
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        const json_t *value = json_object_get(divergence, lines[i][1]);
        if (json_is_string(value)) {
            value_text_labelled(ink, lines[i][0], value, VALUE_BYTES_MAX);
        }
    }
}

static void add_change(struct ink *ink, void (*add)(struct ink *ink, const json_t *value),
                       const struct diff_difference *difference)
{
    ink_add(ink, ": ");
    add(ink, difference->before);
    ink_add(ink, ", now ");
    add(ink, difference->now);
    ink_add(ink, "\n");
}

static bool is_part(const struct diff_difference *difference, const char *part)
{
    return strcmp(difference->part, part) == 0;
}

/* A part as a whole. */
static void add_whole(struct ink *ink, const struct diff_difference *difference)
{
    if (is_part(difference, "step")) {
        add_change(ink, add_step, difference);
    } else if (is_part(difference, "failure")) {
        ink_add(ink, difference->now ? "" : " before");
        add_failure(ink, difference->now ? difference->now : difference->before,
                    difference->now != NULL);
    } else if (is_part(difference, "divergence") && difference->now) {
        add_divergence(ink, difference->now);
    } else if (difference->before && difference->now) {
        ink_add(ink, ": in its place is now ");
        add_value(ink,
                  json_object_get(difference->now, is_part(difference, "fault") ? "call" : "name"));
        ink_add(ink, "\n");
    } else {
        ink_add(ink, difference->now ? ": was not there\n" : ": is not there any more\n");
    }
}

static void add_difference(struct ink *ink, const struct diff_difference *difference)
{
    static const char *const labels[2] = {"before", "now"};
    add_part(ink, difference);
    if (!difference->member) {
        add_whole(ink, difference);
    } else if (is_stream(difference->before) || is_stream(difference->now)) {
        ink_add(ink, ":\n");
        value_text_sides(ink, labels, difference->before, difference->now, VALUE_BYTES_MAX);
    } else {
        add_change(ink, add_value, difference);
    }
}

void diff_text_details(struct ink *ink, const struct diff_entry *entry)
{
    for (size_t i = 0; i < entry->difference_count; i++) {
        add_difference(ink, &entry->differences[i]);
    }
    if (entry->differences_omitted > 0) {
        ink_format(ink, "    and %" PRIu64 " more\n", entry->differences_omitted);
    }
}

/* What was run elsewhere is no repetition, and most of what differs may come from that. */
static void add_worlds_warning(struct ink *ink, const struct diff *diff)
{
    uint64_t count = 0;
    const struct diff_entry *first = NULL;
    for (size_t i = 0; i < diff->count; i++) {
        const struct diff_entry *entry = &diff->entries[i];
        if (entry->before && entry->now && entry->before->world != entry->now->world) {
            first = first ? first : entry;
            count++;
        }
    }
    if (first) {
        ink_format(ink, "%" PRIu64 " %s run in another world than before, such as ", count,
                   count == 1 ? "scenario was" : "scenarios were");
        ink_safe(ink, first->id);
        ink_format(ink, " (%s, now %s).\n", report_world_name(first->before->world),
                   report_world_name(first->now->world));
    }
}

void diff_text_warnings(struct ink *ink, const struct diff *diff)
{
    add_worlds_warning(ink, diff);
    if (strcmp(diff->before->build, diff->now->build) != 0) {
        ink_format(ink,
                   "The builds are of different kinds (%s, now %s), and a sanitized one finds "
                   "more.\n",
                   diff->before->build, diff->now->build);
    }
    if (!diff->before->complete) {
        ink_add(ink, "The old report is not complete: what it lacks may only not have run.\n");
    }
    if (!diff->now->complete) {
        ink_add(ink, "The new report is not complete: what was removed may only not have run.\n");
    }
}

void diff_text_counts(struct ink *ink, const struct diff *diff)
{
    for (int i = 0; i < DIFF_CATEGORY_COUNT; i++) {
        if (diff->counts[i] > 0) {
            ink_format(ink, "%" PRIu64 " ", diff->counts[i]);
            ink_add(ink, diff_text_heading((enum diff_category)i));
            ink_add(ink, "; ");
        }
    }
    ink_format(ink, "%" PRIu64 " unchanged", diff->unchanged);
    if (diff->unchanged_failing > 0) {
        ink_format(ink, ", %" PRIu64 " of which %s", diff->unchanged_failing,
                   diff->unchanged_failing == 1 ? "fails" : "fail");
    }
    ink_add(ink, "\n");
}

const char *diff_text_outcome(const struct diff *diff)
{
    return diff->worse        ? "Something got worse."
           : diff->count == 0 ? "Nothing changed."
                              : "Nothing got worse.";
}

int diff_text_add(struct bytes *out, const struct diff *diff, bool color)
{
    struct ink ink = {.out = out, .color = color};
    diff_text_warnings(&ink, diff);
    for (size_t i = 0; i < diff->count; i++) {
        const struct diff_entry *entry = &diff->entries[i];
        if (i == 0 || entry[-1].category != entry->category) {
            ink_format(&ink, "%s (%" PRIu64 ")\n", diff_text_heading(entry->category),
                       diff->counts[entry->category]);
        }
        ink_add(&ink, "  ");
        ink_style(&ink, style_of(entry));
        ink_safe(&ink, entry->id);
        ink_style(&ink, INK_PLAIN);
        ink_add(&ink, ": ");
        diff_text_verdicts(&ink, entry);
        ink_add(&ink, "\n");
        diff_text_details(&ink, entry);
    }
    ink_add(&ink, diff->count > 0 ? "\n" : "");
    diff_text_counts(&ink, diff);
    ink_style(&ink, diff->worse ? INK_BAD : INK_GOOD);
    ink_add(&ink, diff_text_outcome(diff));
    ink_style(&ink, INK_PLAIN);
    ink_add(&ink, "\n");
    return ink.status;
}
