/* SPDX-License-Identifier: MIT */
/*
 * Reads the times of scenarios out of a file that `sockdrill run --timings` wrote.
 *
 * The file is not trusted, as little as a report is (report_read.h). Not thread-safe.
 */
#ifndef DRILL_REPORTS_TIMINGS_READ_H
#define DRILL_REPORTS_TIMINGS_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "check.h"

#define TIMINGS_READ_SCHEMA 1                   /* the newest version that is read */
#define TIMINGS_READ_US_MAX (UINT64_C(1) << 53) /* of one scenario: far above what one takes */

struct timings_read_time {
    const char *id;
    uint64_t real_us;
};

/* Owns everything; the ids lie in `root`. */
struct timings_read {
    json_t *root;
    struct timings_read_time *times; /* by id */
    size_t count;
    uint64_t real_us; /* of the whole run */
};

/* `path` is for sentences. 0, -EINVAL with a sentence, or -ENOMEM; unless 0 there is nothing to
 * free. */
int timings_read_text(const char *path, const void *text, size_t size, struct timings_read *timings,
                      struct drill_error *error);

/* The same for a file, which may be a pipe. */
int timings_read_file(const char *path, struct timings_read *timings, struct drill_error *error);

/* Whether they have this scenario, and how long it took. NULL timings have none. */
bool timings_read_of(const struct timings_read *timings, const char *id, uint64_t *real_us);

void timings_read_fini(struct timings_read *timings);

#endif
