/* SPDX-License-Identifier: MIT */
/*
 * What changed from one night of fuzzing to another.
 *
 * Targets are matched by name, and within a target findings by fingerprint, runs by engine,
 * coverage by file. What lies within the noise below is no change. Everything points into the
 * reports, which have to live as long. Not thread-safe.
 */
#ifndef DRILL_REPORTS_FUZZ_DIFF_H
#define DRILL_REPORTS_FUZZ_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fuzz_report_read.h"

/* Lines that ran and do not: a corpus is minimised anew each night, and an input that ran into the
 * time limit then is left out. More than this many, and more than a hundredth of the file, are not
 * chance. */
#define FUZZ_DIFF_LINES_NOISE      1u
#define FUZZ_DIFF_LINES_NOISE_PART 100u
/* Inputs per second, the greater number in percent of the lesser: engines are timed by the clock,
 * and other work on the machine takes a third of it or gives that much back. */
#define FUZZ_DIFF_SPEED_NOISE_PERCENT 140u
/* Runs shorter than this say nothing about speed. */
#define FUZZ_DIFF_SPEED_MS_MIN 1000u
/* Files in the corpus, likewise: which ones a minimisation keeps depends on the order in which they
 * were found. Of a few files, some more or less are no change whatever their share. */
#define FUZZ_DIFF_CORPUS_NOISE_PERCENT 125u
#define FUZZ_DIFF_CORPUS_NOISE_FILES   8u
/* Hundredths of a percent: a target that plays the same input twice alike has all of them, and one
 * edge of a small map that wavers now and then costs some tenths of a percent. */
#define FUZZ_DIFF_STABILITY_NOISE 100u

/* Worst first. Those up to FUZZ_DIFF_LESS_STABLE are worse. */
enum fuzz_diff_category {
    FUZZ_DIFF_NEW_FINDING,
    FUZZ_DIFF_REMOVED,         /* a target, or its runs with an engine */
    FUZZ_DIFF_COVERAGE_LOST,   /* lines of a file ran, are there, and do not run */
    FUZZ_DIFF_LESS_STABLE,     /* inputs are played in another way than before the second time */
    FUZZ_DIFF_CHANGED_FINDING, /* other verdicts, or another scenario */
    FUZZ_DIFF_SLOWER,
    FUZZ_DIFF_CORPUS_SHRANK,
    FUZZ_DIFF_CORPUS_GREW,
    FUZZ_DIFF_FASTER,
    FUZZ_DIFF_MORE_STABLE,
    FUZZ_DIFF_COVERAGE_GAINED,
    FUZZ_DIFF_ADDED,
    FUZZ_DIFF_GONE_FINDING
};
#define FUZZ_DIFF_CATEGORY_COUNT (FUZZ_DIFF_GONE_FINDING + 1)

/* What an entry's item and its sides are. */
enum fuzz_diff_subject {
    FUZZ_DIFF_TARGET,    /* no item, no values */
    FUZZ_DIFF_ENGINE,    /* its name; no values */
    FUZZ_DIFF_FINDING,   /* its fingerprint; `finding` */
    FUZZ_DIFF_COVERAGE,  /* the file, or NULL: nothing was measured any more; lines covered, in all
                          */
    FUZZ_DIFF_SPEED,     /* the engine; inputs per second */
    FUZZ_DIFF_STABILITY, /* the engine; hundredths of a percent */
    FUZZ_DIFF_CORPUS     /* no item; files, bytes */
};

struct fuzz_diff_side {
    bool there;
    uint64_t numbers[2];
    const struct fuzz_report_finding *finding;
};

struct fuzz_diff_entry {
    enum fuzz_diff_category category;
    enum fuzz_diff_subject subject;
    const char *target, *item; /* the second may be NULL: see the subject */
    struct fuzz_diff_side before, now;
};

struct fuzz_diff {
    const struct fuzz_report *before, *now;
    struct fuzz_diff_entry *entries; /* owned; worst category first, then by target and item */
    size_t count, capacity;
    uint64_t counts[FUZZ_DIFF_CATEGORY_COUNT];
    uint64_t kept_findings; /* that both have */
    bool worse;             /* some entry is */
};

/* "new-finding", "coverage-lost", ... */
const char *fuzz_diff_category_name(enum fuzz_diff_category category);
bool fuzz_diff_is_worse(enum fuzz_diff_category category);

/* 0 or -ENOMEM; then there is nothing to free. */
int fuzz_diff_make(struct fuzz_diff *diff, const struct fuzz_report *before,
                   const struct fuzz_report *now);
void fuzz_diff_fini(struct fuzz_diff *diff);

#endif
