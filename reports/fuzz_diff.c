/* SPDX-License-Identifier: MIT */
#include "fuzz_diff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

const char *fuzz_diff_category_name(enum fuzz_diff_category category)
{
    switch (category) {
    case FUZZ_DIFF_NEW_FINDING:
        return "new-finding";
    case FUZZ_DIFF_REMOVED:
        return "removed";
    case FUZZ_DIFF_COVERAGE_LOST:
        return "coverage-lost";
    case FUZZ_DIFF_LESS_STABLE:
        return "less-stable";
    case FUZZ_DIFF_CHANGED_FINDING:
        return "changed-finding";
    case FUZZ_DIFF_SLOWER:
        return "slower";
    case FUZZ_DIFF_CORPUS_SHRANK:
        return "corpus-shrank";
    case FUZZ_DIFF_CORPUS_GREW:
        return "corpus-grew";
    case FUZZ_DIFF_FASTER:
        return "faster";
    case FUZZ_DIFF_MORE_STABLE:
        return "more-stable";
    case FUZZ_DIFF_COVERAGE_GAINED:
        return "coverage-gained";
    case FUZZ_DIFF_ADDED:
        return "added";
    case FUZZ_DIFF_GONE_FINDING:
        return "gone-finding";
    }
    ASSERT(!"a category has a name");
    return "";
}

bool fuzz_diff_is_worse(enum fuzz_diff_category category)
{
    return category <= FUZZ_DIFF_LESS_STABLE;
}

/* Targets while they are compared; the target is that of either report. */
struct making {
    struct fuzz_diff *diff;
    const char *target;
};

/* Items that each begin with their name, by which they are sorted. */
struct list {
    const void *items;
    size_t count, size;
};

static const void *item_of(const struct list *list, size_t index)
{
    return index < list->count ? (const char *)list->items + index * list->size : NULL;
}

/* NULL for what is not there. */
static const char *name_of(const void *item)
{
    return item ? *(const char *const *)item : NULL;
}

/* Whose name comes first, as strcmp says it; what is not there comes last. */
static int order_of(const void *old, const void *new)
{
    if (!old) {
        return 1;
    }
    return new ? strcmp(name_of(old), name_of(new)) : -1;
}

/* Looks at all items in the order of their names; one that is in one list only comes with a NULL.
 * 0 or -ENOMEM, like all that follow. */
static int pair_up(struct making *making, const struct list *before, const struct list *now,
                   int (*look)(struct making *making, const void *before, const void *now))
{
    int status = 0;
    for (size_t i = 0, j = 0; status == 0 && (i < before->count || j < now->count);) {
        const void *old = item_of(before, i), *new = item_of(now, j);
        int order = order_of(old, new);
        status = look(making, order <= 0 ? old : NULL, order >= 0 ? new : NULL);
        i += order <= 0;
        j += order >= 0;
    }
    return status;
}

static int add(struct making *making, enum fuzz_diff_category category,
               enum fuzz_diff_subject subject, const char *item, struct fuzz_diff_side before,
               struct fuzz_diff_side now)
{
    struct fuzz_diff *diff = making->diff;
    if (diff->count == diff->capacity) {
        size_t capacity = diff->capacity ? 2 * diff->capacity : 16;
        struct fuzz_diff_entry *entries =
            reallocarray(diff->entries, capacity, sizeof(*diff->entries));
        if (!entries) {
            return -ENOMEM;
        }
        diff->entries = entries;
        diff->capacity = capacity;
    }
    diff->entries[diff->count++] = (struct fuzz_diff_entry){.category = category,
                                                            .subject = subject,
                                                            .target = making->target,
                                                            .item = item,
                                                            .before = before,
                                                            .now = now};
    diff->counts[category]++;
    diff->worse |= fuzz_diff_is_worse(category);
    return 0;
}

static struct fuzz_diff_side nothing(void)
{
    return (struct fuzz_diff_side){.there = false};
}

static struct fuzz_diff_side numbers(uint64_t first, uint64_t second)
{
    return (struct fuzz_diff_side){.there = true, .numbers = {first, second}};
}

static uint64_t distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

/* Whether the greater is more than so many percent of the lesser. What would not fit is cut: no
 * honest number comes near. */
static bool is_apart(uint64_t a, uint64_t b, uint64_t percent)
{
    uint64_t most = UINT64_MAX / percent;
    uint64_t lesser = a < b ? a : b, greater = a < b ? b : a;
    return (greater < most ? greater : most) * 100 > (lesser < most ? lesser : most) * percent;
}

static struct fuzz_diff_side finding_side(const struct fuzz_report_finding *finding)
{
    return (struct fuzz_diff_side){.there = finding, .finding = finding};
}

static bool is_same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static int look_at_finding(struct making *making, const void *before, const void *now)
{
    const struct fuzz_report_finding *old = before, *new = now;
    bool kept = old && new;
    making->diff->kept_findings += kept;
    if (kept && is_same(old->sim, new->sim) && is_same(old->kernel, new->kernel) &&
        is_same(old->scenario, new->scenario)) {
        return 0;
    }
    return add(making,
               kept  ? FUZZ_DIFF_CHANGED_FINDING
               : new ? FUZZ_DIFF_NEW_FINDING
                     : FUZZ_DIFF_GONE_FINDING,
               FUZZ_DIFF_FINDING, name_of(new ? now : before), finding_side(old),
               finding_side(new));
}

/* How many lines there are fewer of one kind and more of the other: sources change as well, and
 * what is new, or deleted, went neither way. */
static uint64_t lines_moved(uint64_t from_before, uint64_t from_now, uint64_t to_before,
                            uint64_t to_now)
{
    uint64_t fewer = from_before > from_now ? from_before - from_now : 0;
    uint64_t more = to_now > to_before ? to_now - to_before : 0;
    return fewer < more ? fewer : more;
}

static bool is_beyond_noise(uint64_t lines, uint64_t total)
{
    return lines > FUZZ_DIFF_LINES_NOISE && lines > total / FUZZ_DIFF_LINES_NOISE_PART;
}

/* A file that is in one report only was renamed, or is new, or gone. */
static int look_at_coverage(struct making *making, const void *before, const void *now)
{
    const struct fuzz_report_coverage *old = before, *new = now;
    if (!old || !new) {
        return 0;
    }
    uint64_t missed_before = old->total - old->covered, missed_now = new->total - new->covered;
    uint64_t lost = lines_moved(old->covered, new->covered, missed_before, missed_now);
    uint64_t gained = lines_moved(missed_before, missed_now, old->covered, new->covered);
    uint64_t total = old->total > new->total ? old->total : new->total;
    if (!is_beyond_noise(lost > gained ? lost : gained, total)) {
        return 0;
    }
    return add(making, lost > gained ? FUZZ_DIFF_COVERAGE_LOST : FUZZ_DIFF_COVERAGE_GAINED,
               FUZZ_DIFF_COVERAGE, new->file, numbers(old->covered, old->total),
               numbers(new->covered, new->total));
}

static int look_at_speed(struct making *making, const struct fuzz_report_run *old,
                         const struct fuzz_report_run *new)
{
    uint64_t before = old->execs_per_second, now = new->execs_per_second;
    if (old->fuzzed_ms < FUZZ_DIFF_SPEED_MS_MIN || new->fuzzed_ms < FUZZ_DIFF_SPEED_MS_MIN ||
        !is_apart(before, now, FUZZ_DIFF_SPEED_NOISE_PERCENT)) {
        return 0;
    }
    return add(making, now < before ? FUZZ_DIFF_SLOWER : FUZZ_DIFF_FASTER, FUZZ_DIFF_SPEED,
               new->engine, numbers(before, 0), numbers(now, 0));
}

static int look_at_stability(struct making *making, const struct fuzz_report_run *old,
                             const struct fuzz_report_run *new)
{
    uint64_t before = old->stability, now = new->stability;
    if (!old->has_stability || !new->has_stability ||
        distance(before, now) <= FUZZ_DIFF_STABILITY_NOISE) {
        return 0;
    }
    return add(making, now < before ? FUZZ_DIFF_LESS_STABLE : FUZZ_DIFF_MORE_STABLE,
               FUZZ_DIFF_STABILITY, new->engine, numbers(before, 0), numbers(now, 0));
}

static int look_at_run(struct making *making, const void *before, const void *now)
{
    if (!before || !now) {
        return add(making, now ? FUZZ_DIFF_ADDED : FUZZ_DIFF_REMOVED, FUZZ_DIFF_ENGINE,
                   name_of(now ? now : before), nothing(), nothing());
    }
    int status = look_at_speed(making, before, now);
    return status == 0 ? look_at_stability(making, before, now) : status;
}

static int look_at_corpus(struct making *making, const struct fuzz_report_target *old,
                          const struct fuzz_report_target *new)
{
    uint64_t before = old->corpus_files, now = new->corpus_files;
    if (!old->has_corpus || !new->has_corpus ||
        distance(before, now) <= FUZZ_DIFF_CORPUS_NOISE_FILES ||
        !is_apart(before, now, FUZZ_DIFF_CORPUS_NOISE_PERCENT)) {
        return 0;
    }
    return add(making, now < before ? FUZZ_DIFF_CORPUS_SHRANK : FUZZ_DIFF_CORPUS_GREW,
               FUZZ_DIFF_CORPUS, NULL, numbers(before, old->corpus_bytes),
               numbers(now, new->corpus_bytes));
}

static struct list findings_of(const struct fuzz_report_target *target)
{
    return (struct list){.items = target ? target->findings : NULL,
                         .count = target ? target->finding_count : 0,
                         .size = sizeof(*target->findings)};
}

static struct list runs_of(const struct fuzz_report_target *target)
{
    return (struct list){target->runs, target->run_count, sizeof(*target->runs)};
}

static struct list coverage_of(const struct fuzz_report_target *target)
{
    return (struct list){target->coverage, target->coverage_count, sizeof(*target->coverage)};
}

/* Where one side has none it could not be measured, or the target was not got so far. */
static int look_at_coverages(struct making *making, const struct fuzz_report_target *old,
                             const struct fuzz_report_target *new)
{
    struct list before = coverage_of(old), now = coverage_of(new);
    if ((before.count > 0) != (now.count > 0)) {
        return add(making, now.count > 0 ? FUZZ_DIFF_COVERAGE_GAINED : FUZZ_DIFF_COVERAGE_LOST,
                   FUZZ_DIFF_COVERAGE, NULL, nothing(), nothing());
    }
    return pair_up(making, &before, &now, look_at_coverage);
}

static int look_at_target(struct making *making, const void *before, const void *now)
{
    const struct fuzz_report_target *old = before, *new = now;
    making->target = name_of(now ? now : before);
    if (!new) {
        return add(making, FUZZ_DIFF_REMOVED, FUZZ_DIFF_TARGET, NULL, nothing(), nothing());
    }
    struct list findings_before = findings_of(old), findings_now = findings_of(new);
    int status = pair_up(making, &findings_before, &findings_now, look_at_finding);
    if (status == 0 && !old) {
        return add(making, FUZZ_DIFF_ADDED, FUZZ_DIFF_TARGET, NULL, nothing(), nothing());
    }
    if (status == 0) {
        struct list runs_before = runs_of(old), runs_now = runs_of(new);
        status = pair_up(making, &runs_before, &runs_now, look_at_run);
    }
    if (status == 0) {
        status = look_at_corpus(making, old, new);
    }
    return status == 0 ? look_at_coverages(making, old, new) : status;
}

static int by_category(const void *a, const void *b)
{
    const struct fuzz_diff_entry *first = a, *second = b;
    if (first->category != second->category) {
        return first->category < second->category ? -1 : 1;
    }
    int order = strcmp(first->target, second->target);
    return order != 0 ? order
                      : strcmp(first->item ? first->item : "", second->item ? second->item : "");
}

int fuzz_diff_make(struct fuzz_diff *diff, const struct fuzz_report *before,
                   const struct fuzz_report *now)
{
    struct making making = {.diff = diff};
    struct list old = {before->targets, before->target_count, sizeof(*before->targets)};
    struct list new = {now->targets, now->target_count, sizeof(*now->targets)};
    *diff = (struct fuzz_diff){.before = before, .now = now};
    int status = pair_up(&making, &old, &new, look_at_target);
    if (status != 0) {
        fuzz_diff_fini(diff);
    } else if (diff->count > 0) {
        qsort(diff->entries, diff->count, sizeof(*diff->entries), by_category);
    }
    return status;
}

void fuzz_diff_fini(struct fuzz_diff *diff)
{
    free(diff->entries);
    *diff = (struct fuzz_diff){0};
}
