/* SPDX-License-Identifier: MIT */
/*
 * Suites of as many scenarios as wanted, made of one file with a matrix. Single-threaded.
 */
#ifndef BENCH_REPORT_MATRIX_H
#define BENCH_REPORT_MATRIX_H

#include "common/failure.h"

#include <limits.h>

/* What the number of scenarios is a multiple of. */
#define MATRIX_COLUMNS 50u

/* Writes a folder `parent`/`name` with one file, whose path is stored: `count` scenarios whose ids
 * depend on nothing else. Each sends `sent` and two numbers, and expects `expected` and these. */
int matrix_write(const char *parent, const char *name, unsigned count, const char *sent,
                 const char *expected, char path[PATH_MAX], struct failure *failure);

#endif
