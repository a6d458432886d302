/* SPDX-License-Identifier: MIT */
/*
 * The inputs that every entrant of `bench fuzz` begins with: drawn from a fixed seed, so that each
 * run of the bench has the same. Lives in a temporary folder from corpus_open() to corpus_close().
 * Single-threaded.
 */
#ifndef BENCH_FUZZ_CORPUS_H
#define BENCH_FUZZ_CORPUS_H

#include "common/failure.h"

#include <limits.h>
#include <stddef.h>

#define CORPUS_INPUTS 32

struct corpus {
    char folder[PATH_MAX];                    /* holds the inputs and nothing else */
    char list[CORPUS_INPUTS * PATH_MAX / 16]; /* their paths, with commas between them */
    unsigned written;
};

/* Inputs of 1 to `bytes_max` bytes in a new folder `parent`/`name`. */
int corpus_open(struct corpus *corpus, const char *parent, const char *name, size_t bytes_max,
                struct failure *failure);
/* Removes the folder; a corpus that was never opened does nothing. */
void corpus_close(struct corpus *corpus);

#endif
