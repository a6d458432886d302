/* SPDX-License-Identifier: MIT */
/*
 * Reads a report that `sockdrill run --report` wrote, of this version or an older one.
 *
 * Nothing in the file is trusted: what is no report, was cut short, is of a newer version or breaks
 * the schema is refused with a sentence. Time and memory are linear in the size of the file, but
 * for sorting the results by id. Not thread-safe.
 */
#ifndef DRILL_REPORTS_REPORT_READ_H
#define DRILL_REPORTS_REPORT_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "check.h"
#include "plan.h"
#include "result.h"

#define REPORT_READ_SCHEMA 1 /* the newest version that is read; there is none before it */

struct report_read_result {
    const char *id;
    enum verdict verdict;
    enum plan_world world;
    enum result_quarantine quarantine;
    bool fails;         /* the run: result_verdict_fails */
    size_t place;       /* among the results as the report has them, from 0 */
    const json_t *json; /* the whole result; report_check_result holds of it. Lean: NULL */
    const char *text;   /* Lean: as it stands in the report, `size` bytes; else NULL */
    size_t size;
    json_t *kept; /* for the reader: owns the id, and the result where there is one */
};

/* Owns everything but the text of a lean one; strings lie in `root`. */
struct report_read {
    json_t *root; /* the members but for the results */
    const char *version, *build, *title;
    int64_t schema;
    bool complete;
    const json_t *shard;                /* NULL: of a whole run; report_check_shard holds of it */
    struct report_read_result *results; /* by id, which is unique */
    size_t count;
};

/* `path` is for sentences. 0, -EINVAL with a sentence, or -ENOMEM; unless 0 there is nothing to
 * free. */
int report_read_text(const char *path, const void *text, size_t size, struct report_read *report,
                     struct drill_error *error);

/* The same for a file, which may be a pipe. A file that cannot be read is -EINVAL, too. */
int report_read_file(const char *path, struct report_read *report, struct drill_error *error);

/* The same for a report that is to be searched, not to be had in memory: as a tree of values it
 * takes seven times the room of its text. Results are checked and let go again; the text is
 * borrowed for as long as the report lives. */
int report_read_text_lean(const char *path, const void *text, size_t size,
                          struct report_read *report, struct drill_error *error);

/* A new reference to the whole result, lean or not; NULL without memory. */
json_t *report_read_json(const struct report_read_result *result);

/* Frees what one result holds, for whoever takes it out of the list. */
void report_read_drop(struct report_read_result *result);

void report_read_fini(struct report_read *report);

#endif
