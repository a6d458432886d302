/* SPDX-License-Identifier: MIT */
/*
 * Reads a fuzz report that `sockdrill fuzz-report` wrote, of this version or an older one.
 *
 * Nothing in the file is trusted, as in report_read.h. Lists are sorted by what their items begin
 * with, and that is unique in each. Not thread-safe.
 */
#ifndef DRILL_REPORTS_FUZZ_REPORT_READ_H
#define DRILL_REPORTS_FUZZ_REPORT_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "check.h"

#define FUZZ_REPORT_READ_SCHEMA 1 /* the newest version that is read; there is none before it */

struct fuzz_report_run {
    const char *engine;
    uint64_t execs_per_second, fuzzed_ms;
    bool has_stability;
    uint64_t stability; /* hundredths of a percent */
};

struct fuzz_report_finding {
    const char *fingerprint;
    const char *sim, *kernel; /* verdicts; NULL: not judged */
    const char *scenario;     /* a file's name; NULL: none could be made */
};

struct fuzz_report_coverage {
    const char *file;
    uint64_t covered, total; /* lines; the first is not the greater */
};

struct fuzz_report_target {
    const char *name;
    bool complete, has_corpus;
    uint64_t corpus_files, corpus_bytes;
    struct fuzz_report_run *runs;
    struct fuzz_report_finding *findings;
    struct fuzz_report_coverage *coverage;
    size_t run_count, finding_count, coverage_count;
};

/* Owns everything; strings lie in `root`. */
struct fuzz_report {
    json_t *root;
    const char *version;
    bool complete;
    struct fuzz_report_target *targets;
    size_t target_count;
};

/* Whether the text says that it is a fuzz report; it need be no whole one. What stands behind the
 * results of another report is not looked at. */
bool fuzz_report_is(const void *text, size_t size);

/* `path` is for sentences. 0, -EINVAL with a sentence, or -ENOMEM; unless 0 there is nothing to
 * free. */
int fuzz_report_read_text(const char *path, const void *text, size_t size,
                          struct fuzz_report *report, struct drill_error *error);

void fuzz_report_fini(struct fuzz_report *report);

#endif
