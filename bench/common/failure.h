/* SPDX-License-Identifier: MIT */
/*
 * A failed call's sentence for the person who runs the bench.
 *
 * Functions that can fail return 0 or a negative errno and fill a `struct failure`, which their
 * caller owns; only main() prints it. Single-threaded.
 */
#ifndef BENCH_COMMON_FAILURE_H
#define BENCH_COMMON_FAILURE_H

struct failure {
    char text[512];
};

/* Writes the sentence and returns `code`, so that a caller can say `return failure_set(...)`. */
int failure_set(struct failure *failure, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with ": " and errno's text appended; returns -errno. */
int failure_errno(struct failure *failure, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
