/* SPDX-License-Identifier: MIT */
#include "diff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

const char *diff_category_name(enum diff_category category)
{
    switch (category) {
    case DIFF_NEW_FAILURE:
        return "new-failure";
    case DIFF_SKIPPED_NOW:
        return "skipped-now";
    case DIFF_REMOVED:
        return "removed";
    case DIFF_STILL_FAILING:
        return "still-failing";
    case DIFF_CHANGED:
        return "changed";
    case DIFF_EDITED:
        return "edited";
    case DIFF_ADDED:
        return "added";
    case DIFF_FIXED:
        return "fixed";
    }
    ASSERT(!"a category has a name");
    return "";
}

/* Both results of a scenario as trees of values, for as long as they are compared. */
struct pair {
    struct diff_entry *entry;
    json_t *before, *now; /* NULL: not in that report */
};

/* A NULL is a member that is not there. */
static bool is_same(const json_t *before, const json_t *now)
{
    return before == now || (before && now && json_equal(before, now));
}

/* `name` is a JSON string of the part, or NULL where there is one part only. */
static void add_difference(struct diff_entry *entry, const char *part, json_t *name,
                           const char *member, json_t *before, json_t *now)
{
    if (entry->difference_count == DIFF_DIFFERENCES_MAX) {
        entry->differences_omitted++;
        return;
    }
    entry->differences[entry->difference_count++] = (struct diff_difference){
        .part = part,
        .name = json_string_value(name),
        .member = member,
        .before = json_incref(before),
        .now = json_incref(now),
        .owner = json_incref(name),
    };
}

/* Compares the members of two objects whose keys are listed up to a NULL. */
static void compare_members(struct diff_entry *entry, const char *part, json_t *name,
                            const json_t *before, const json_t *now, const char *const *keys)
{
    for (; *keys; keys++) {
        json_t *old = json_object_get(before, *keys), *new = json_object_get(now, *keys);
        if (!is_same(old, new)) {
            add_difference(entry, part, name, *keys, old, new);
        }
    }
}

/* Connections and faults come in the same order unless the story changed: from the first one with
 * another name, which is at `name_key`, there is nothing to pair. */
static void compare_list(const struct pair *pair, const char *part, const char *key,
                         const char *name_key, const char *const *members)
{
    const json_t *before = json_object_get(pair->before, key);
    const json_t *now = json_object_get(pair->now, key);
    size_t before_count = json_array_size(before), now_count = json_array_size(now);
    for (size_t i = 0; i < before_count || i < now_count; i++) {
        json_t *old = json_array_get(before, i), *new = json_array_get(now, i);
        json_t *name = json_object_get(old ? old : new, name_key);
        if (!old || !new || !json_equal(name, json_object_get(new, name_key))) {
            add_difference(pair->entry, part, name, NULL, old, new);
            return;
        }
        compare_members(pair->entry, part, name, old, new, members);
    }
}

/* The first step that did not go as before; those after it follow from it. */
static void compare_steps(const struct pair *pair)
{
    const json_t *before = json_object_get(pair->before, "steps");
    const json_t *now = json_object_get(pair->now, "steps");
    size_t before_count = json_array_size(before), now_count = json_array_size(now);
    for (size_t i = 0; i < before_count || i < now_count; i++) {
        json_t *old = json_array_get(before, i), *new = json_array_get(now, i);
        json_t *step = json_object_get(new ? new : old, "step");
        if (!is_same(json_object_get(old, "step"), step) ||
            !is_same(json_object_get(old, "runs"), json_object_get(new, "runs")) ||
            !is_same(json_object_get(old, "verdict"), json_object_get(new, "verdict")) ||
            !is_same(json_object_get(old, "iteration"), json_object_get(new, "iteration"))) {
            add_difference(pair->entry, "step", step, NULL, old, new);
            return;
        }
    }
}

/* An object that there is once, or not at all. */
static void compare_part(const struct pair *pair, const char *part, const char *const *members)
{
    json_t *before = json_object_get(pair->before, part);
    json_t *now = json_object_get(pair->now, part);
    if (before && now) {
        compare_members(pair->entry, part, NULL, before, now, members);
    } else if (before || now) {
        add_difference(pair->entry, part, NULL, NULL, before, now);
    }
}

static void compare_failures(const struct pair *pair)
{
    static const char *const failure[] = {"step",     "iteration", "sentence",
                                          "expected", "actual",    NULL};
    static const char *const divergence[] = {"what",     "sim",         "kernel", "calls",
                                             "sim_call", "kernel_call", NULL};
    compare_part(pair, "failure", failure);
    compare_part(pair, "divergence", divergence);
}

/* What the run did: from the step that tells it shortest to the bytes. */
static void compare_behaviour(const struct pair *pair)
{
    static const char *const worlds[] = {"sim", "kernel", NULL};
    static const char *const clients[] = {"received", "end", "sent", NULL};
    static const char *const sessions[] = {"received",  "recv_sizes", "recv_sizes_cut",
                                           "truncated", "end",        NULL};
    static const char *const faults[] = {"fired", "nth", "error", "short", "sticky", NULL};
    static const char *const rest[] = {"clients_omitted", "sessions_omitted", NULL};
    compare_steps(pair);
    compare_failures(pair);
    compare_part(pair, "worlds", worlds);
    compare_list(pair, "client", "clients", "name", clients);
    compare_list(pair, "session", "sessions", "name", sessions);
    compare_list(pair, "fault", "faults", "call", faults);
    compare_members(pair->entry, "result", NULL, pair->before, pair->now, rest);
}

/* What was run, and for what reason it was not. */
static void compare_origin(const struct pair *pair)
{
    static const char *const plugin[] = {"name", "version", NULL};
    static const char *const rest[] = {"hash", "title", "tags",       "world",
                                       "seed", "note",  "quarantine", NULL};
    compare_part(pair, "plugin", plugin);
    compare_members(pair->entry, "scenario", NULL, pair->before, pair->now, rest);
}

/* A failure that does not fail the run: it is expected, or in quarantine. */
static bool is_known_failure(const struct report_read_result *result)
{
    return result->verdict == VERDICT_EXPECTED_FAIL ||
           (!result->fails && !verdict_is_good(result->verdict));
}

/* The category of two results whose verdicts, whose weight for the run or whose behaviour differ.
 */
static enum diff_category category_of(const struct report_read_result *before,
                                      const struct report_read_result *now)
{
    if (now->verdict == VERDICT_SKIPPED && before->verdict != VERDICT_SKIPPED) {
        return DIFF_SKIPPED_NOW;
    }
    if (now->fails) {
        return before->fails ? DIFF_STILL_FAILING : DIFF_NEW_FAILURE;
    }
    if (!before->fails) {
        bool mended = is_known_failure(before) && now->verdict == VERDICT_PASS;
        return mended ? DIFF_FIXED : DIFF_CHANGED;
    }
    /* A failure that somebody declared to be known is not fixed; but what had passed against its
     * declaration and fails again is as declared. */
    bool declared = is_known_failure(now) && before->verdict != VERDICT_UNEXPECTED_PASS;
    return declared ? DIFF_CHANGED : DIFF_FIXED;
}

/* Whether there is anything to tell of a pair; then the entry has its category. */
static bool compare_pair(const struct pair *pair)
{
    struct diff_entry *entry = pair->entry;
    bool same_verdict = entry->before->verdict == entry->now->verdict;
    bool same_weight = entry->before->fails == entry->now->fails;
    if (same_verdict ||
        (entry->before->verdict != VERDICT_SKIPPED && entry->now->verdict != VERDICT_SKIPPED)) {
        compare_behaviour(pair);
    } else {
        compare_failures(pair); /* one of the two did nothing else that could be compared */
    }
    bool same = same_verdict && same_weight && entry->difference_count == 0;
    compare_origin(pair);
    if (same && entry->difference_count == 0) {
        return false;
    }
    entry->category = same ? DIFF_EDITED : category_of(entry->before, entry->now);
    return true;
}

/* Of one that was not there before: what fails is told. */
static bool look_at_new(const struct pair *pair)
{
    pair->entry->category = pair->entry->now->fails ? DIFF_NEW_FAILURE : DIFF_ADDED;
    compare_failures(pair);
    return true;
}

/* The same to the letter. */
static bool is_same_text(const struct report_read_result *before,
                         const struct report_read_result *now)
{
    return before && now && before->text && now->text && before->size == now->size &&
           memcmp(before->text, now->text, now->size) == 0;
}

/* 1: there is something to tell, 0: there is not, or -ENOMEM. */
static int compare_entry(struct diff_entry *entry)
{
    if (!entry->now) {
        entry->category = DIFF_REMOVED;
        return 1;
    }
    if (is_same_text(entry->before, entry->now)) {
        return 0;
    }
    struct pair pair = {.entry = entry, .now = report_read_json(entry->now)};
    pair.before = entry->before ? report_read_json(entry->before) : NULL;
    int told = -ENOMEM;
    if (pair.now && (pair.before || !entry->before)) {
        told = entry->before ? compare_pair(&pair) : look_at_new(&pair);
    }
    json_decref(pair.before);
    json_decref(pair.now);
    return told;
}

/* What is no longer looked at got worse, unless it was not looked at before. */
static bool is_worse(const struct diff_entry *entry)
{
    switch (entry->category) {
    case DIFF_NEW_FAILURE:
    case DIFF_SKIPPED_NOW:
        return true;
    case DIFF_REMOVED:
        return entry->before->verdict != VERDICT_SKIPPED;
    case DIFF_STILL_FAILING:
    case DIFF_CHANGED:
    case DIFF_EDITED:
    case DIFF_ADDED:
    case DIFF_FIXED:
        return false;
    }
    return false;
}

static struct diff_entry *next_entry(struct diff *diff)
{
    if (diff->count == diff->capacity) {
        size_t capacity = diff->capacity ? 2 * diff->capacity : 16;
        struct diff_entry *entries = reallocarray(diff->entries, capacity, sizeof(*entries));
        if (!entries) {
            return NULL;
        }
        diff->entries = entries;
        diff->capacity = capacity;
    }
    struct diff_entry *entry = &diff->entries[diff->count];
    memset(entry, 0, sizeof(*entry));
    return entry;
}

/* One of the two may be NULL. 0 or -ENOMEM. */
static int add_pair(struct diff *diff, const struct report_read_result *before,
                    const struct report_read_result *now)
{
    struct diff_entry *entry = next_entry(diff);
    const struct report_read_result *one = now ? now : before;
    ASSERT(one);
    if (!entry) {
        return -ENOMEM;
    }
    entry->before = before;
    entry->now = now;
    entry->id = one->id;
    int told = compare_entry(entry);
    if (told <= 0) {
        diff->unchanged += told == 0;
        diff->unchanged_failing += told == 0 && one->fails;
        return told;
    }
    entry->worse = is_worse(entry);
    diff->worse |= entry->worse;
    diff->counts[entry->category]++;
    diff->count++;
    return 0;
}

static int by_category_then_id(const void *a, const void *b)
{
    const struct diff_entry *first = a, *second = b;
    return first->category != second->category ? (int)first->category - (int)second->category
                                               : strcmp(first->id, second->id);
}

/* Which of the two heads of the lists comes first: < 0, 0 (both) or > 0. */
static int compare_heads(struct diff *diff, size_t i, size_t j)
{
    if (i == diff->before->count || j == diff->now->count) {
        return i == diff->before->count ? 1 : -1;
    }
    diff->comparisons++;
    return strcmp(diff->before->results[i].id, diff->now->results[j].id);
}

int diff_make(struct diff *diff, const struct report_read *before, const struct report_read *now)
{
    int status = 0;
    *diff = (struct diff){.before = before, .now = now};
    for (size_t i = 0, j = 0; status == 0 && (i < before->count || j < now->count);) {
        int order = compare_heads(diff, i, j);
        const struct report_read_result *old = order <= 0 ? &before->results[i++] : NULL;
        const struct report_read_result *new = order >= 0 ? &now->results[j++] : NULL;
        status = add_pair(diff, old, new);
    }
    if (status != 0) {
        diff_fini(diff);
    } else if (diff->count > 0) {
        qsort(diff->entries, diff->count, sizeof(*diff->entries), by_category_then_id);
    }
    return status;
}

void diff_fini(struct diff *diff)
{
    for (size_t i = 0; i < diff->count; i++) {
        for (size_t j = 0; j < diff->entries[i].difference_count; j++) {
            json_decref(diff->entries[i].differences[j].before);
            json_decref(diff->entries[i].differences[j].now);
            json_decref(diff->entries[i].differences[j].owner);
        }
    }
    free(diff->entries);
    *diff = (struct diff){0};
}
