/* SPDX-License-Identifier: MIT */
/*
 * Puts the reports of shards together into the report that one run would have written, byte for
 * byte.
 *
 * Reports are given one after another, in any order; only one is held as JSON at a time, the
 * results of the others as the text that they will be. What does not belong together is refused.
 * What is missing is not: the merged report is then one that is not complete, as of a run that was
 * stopped. Not thread-safe.
 */
#ifndef DRILL_REPORTS_MERGE_H
#define DRILL_REPORTS_MERGE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "bytes.h"
#include "check.h"
#include "report.h"

/* Members are read by callers, and written here alone. */
struct merge {
    struct report *report; /* NULL before the first shard */
    struct bytes document;
    json_t *head;       /* owned: the first shard without its results */
    const char **paths; /* by shard: which file it came from, borrowed; NULL: not given */
    bool *unfinished;   /* by shard: its report is not complete */
    bool *taken;        /* by place */
    size_t shard_count; /* of the whole run */
    size_t planned;     /* scenarios of the whole run */
    const char *first;  /* the path of the first shard */
};

/* Nothing is taken yet. */
void merge_init(struct merge *merge);

/* Reads the report of a shard and takes its results. `path` is borrowed until merge_fini. 0,
 * -EINVAL with a sentence, or -ENOMEM; after a failure there is only merge_fini. */
int merge_add(struct merge *merge, const char *path, struct drill_error *error);

/* After the last shard, of which there was one: the merged report is in `document`, borrowed until
 * merge_fini. 0 or -errno with a sentence. */
int merge_finish(struct merge *merge, struct report_summary *summary, struct drill_error *error);

void merge_fini(struct merge *merge);

#endif
