/* SPDX-License-Identifier: MIT */
/*
 * Median and range of a few rounds' figures.
 *
 * A value type that its owner zeroes before use; no heap.
 */
#ifndef BENCH_COMMON_SPREAD_H
#define BENCH_COMMON_SPREAD_H

#include <stddef.h>

#define SPREAD_ROUNDS_MAX 192

struct spread {
    double values[SPREAD_ROUNDS_MAX];
    size_t count;
};

/* Adds one round's figure; beyond SPREAD_ROUNDS_MAX it is dropped. */
void spread_add(struct spread *spread, double value);

/* 0 while there are no figures. */
double spread_median(const struct spread *spread);
double spread_min(const struct spread *spread);
double spread_max(const struct spread *spread);

/* The ratios a/b round by round: both must hold the same rounds in the same order. */
struct spread spread_ratio(const struct spread *a, const struct spread *b);

/* "1.02 (0.99..1.05)" of the figures into `text`, which is returned. */
const char *spread_format(const struct spread *spread, char *text, size_t text_size);

#endif
