/* SPDX-License-Identifier: MIT */
/*
 * What changed from one report to another.
 *
 * Results are matched by id; every pair that is not the same becomes one entry in the category that
 * a person would name, worst category first, then by id. Pairs are found by merging two sorted
 * lists. Ids point into the reports, which have to live as long. Of lean reports only what differs
 * is parsed, and only the values that differ are kept. Not thread-safe.
 */
#ifndef DRILL_REPORTS_DIFF_H
#define DRILL_REPORTS_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "report_read.h"

#define DIFF_DIFFERENCES_MAX 16 /* of one entry; further ones are counted */

/* Worst first. */
enum diff_category {
    DIFF_NEW_FAILURE,   /* fails the run, and did not or was not there */
    DIFF_SKIPPED_NOW,   /* ran, and is skipped */
    DIFF_REMOVED,       /* is not in the new report */
    DIFF_STILL_FAILING, /* fails the run as before, but not in the same way */
    DIFF_CHANGED,       /* does not fail the run, but did something else */
    DIFF_EDITED,        /* did the same, though scenario, plugin or seed are others */
    DIFF_ADDED,         /* is not in the old report, and does not fail the run */
    DIFF_FIXED          /* failed the run, and does not; or failed as known, and passes */
};
#define DIFF_CATEGORY_COUNT (DIFF_FIXED + 1)

/* One value that differs. */
struct diff_difference {
    const char *part;     /* "scenario", "step", "client", "session", "failure", ... */
    const char *name;     /* of the client, session, step or fault; NULL: there is one */
    const char *member;   /* NULL: the whole part */
    json_t *before, *now; /* owned; NULL: it is not there */
    json_t *owner;        /* of the name */
};

struct diff_entry {
    enum diff_category category;
    bool worse;
    const char *id;
    const struct report_read_result *before, *now; /* NULL: not in that report */
    struct diff_difference differences[DIFF_DIFFERENCES_MAX];
    size_t difference_count;
    uint64_t differences_omitted;
};

struct diff {
    const struct report_read *before, *now;
    struct diff_entry *entries; /* owned */
    size_t count, capacity;
    uint64_t counts[DIFF_CATEGORY_COUNT];
    uint64_t unchanged, unchanged_failing; /* the second are among the first */
    uint64_t comparisons;                  /* of ids */
    bool worse;                            /* some entry is */
};

/* "new-failure", "skipped-now", ... */
const char *diff_category_name(enum diff_category category);

/* 0 or -ENOMEM; then there is nothing to free. */
int diff_make(struct diff *diff, const struct report_read *before, const struct report_read *now);
void diff_fini(struct diff *diff);

#endif
