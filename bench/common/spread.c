/* SPDX-License-Identifier: MIT */
#include "common/spread.h"

#include <stdio.h>
#include <stdlib.h>

void spread_add(struct spread *spread, double value)
{
    if (spread->count < SPREAD_ROUNDS_MAX) {
        spread->values[spread->count++] = value;
    }
}

static int spread_compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

/* A sorted copy; the order of the rounds in the original is what spread_ratio() pairs by. */
static struct spread spread_sorted(const struct spread *spread)
{
    struct spread sorted = *spread;
    qsort(sorted.values, sorted.count, sizeof(sorted.values[0]), spread_compare);
    return sorted;
}

double spread_median(const struct spread *spread)
{
    if (spread->count == 0) {
        return 0;
    }
    struct spread sorted = spread_sorted(spread);
    size_t middle = sorted.count / 2;
    if (sorted.count % 2 == 1) {
        return sorted.values[middle];
    }
    return (sorted.values[middle - 1] + sorted.values[middle]) / 2;
}

double spread_min(const struct spread *spread)
{
    return spread->count == 0 ? 0 : spread_sorted(spread).values[0];
}

double spread_max(const struct spread *spread)
{
    return spread->count == 0 ? 0 : spread_sorted(spread).values[spread->count - 1];
}

struct spread spread_ratio(const struct spread *a, const struct spread *b)
{
    struct spread ratios = {.count = 0};
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        if (b->values[i] > 0) {
            spread_add(&ratios, a->values[i] / b->values[i]);
        }
    }
    return ratios;
}

const char *spread_format(const struct spread *spread, char *text, size_t text_size)
{
    snprintf(text, text_size, "%.2f (%.2f..%.2f)", spread_median(spread), spread_min(spread),
             spread_max(spread));
    return text;
}
