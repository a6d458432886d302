/* SPDX-License-Identifier: MIT */
#include "nearest.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The cost of turning the first `i` bytes of `a` into the first `j` of `b`; rows[0] is row i - 2,
 * rows[1] is row i - 1, rows[2] is the row being filled. */
static size_t cell(size_t rows[3][NEAREST_NAME_MAX + 1], const char *a, const char *b, size_t i,
                   size_t j)
{
    size_t replaced = rows[1][j - 1] + (a[i - 1] != b[j - 1]);
    size_t cost = least(replaced, least(rows[1][j], rows[2][j - 1]) + 1);
    bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
    return swapped ? least(cost, rows[0][j - 2] + 1) : cost;
}

/* The optimal string alignment distance of two names of at most NEAREST_NAME_MAX bytes. */
static size_t distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t rows[3][NEAREST_NAME_MAX + 1] = {{0}};
    for (size_t j = 0; j <= b_size; j++) {
        rows[1][j] = j;
    }
    for (size_t i = 1; i <= a_size; i++) {
        rows[2][0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            rows[2][j] = cell(rows, a, b, i, j);
        }
        memcpy(rows[0], rows[1], sizeof(rows[0]));
        memcpy(rows[1], rows[2], sizeof(rows[1]));
    }
    return rows[1][b_size];
}

const char *nearest_name(const char *name, const char *const *candidates, size_t count)
{
    size_t size = strlen(name);
    if (size > NEAREST_NAME_MAX) {
        return NULL;
    }
    /* At least one byte must be right: "a" is not a slip for "b". */
    size_t best = least((size + 2) / 3, size > 0 ? size - 1 : 0) + 1;
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t candidate_size = candidates[i] ? strlen(candidates[i]) : SIZE_MAX;
        if (candidate_size > NEAREST_NAME_MAX) {
            continue;
        }
        size_t cost = distance(name, size, candidates[i], candidate_size);
        if (cost < best) {
            best = cost;
            nearest = candidates[i];
        }
    }
    return nearest;
}
