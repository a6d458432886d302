/* SPDX-License-Identifier: MIT */
/*
 * Values on command lines: lists, numbers and durations, read strictly.
 *
 * Pure but for the lists, which own their array and borrow the strings of argv. One thread.
 */
#ifndef DRILL_CLI_ARGUMENTS_H
#define DRILL_CLI_ARGUMENTS_H

#include <stddef.h>
#include <stdint.h>

#define ARGUMENTS_SECONDS_MAX 1000000 /* about eleven days */

struct arguments {
    const char **items;
    size_t count;
};

/* Ends the process when there is no memory. */
void arguments_add(struct arguments *list, const char *item);
void arguments_fini(struct arguments *list);

/* Decimal digits and nothing else, within the range. 0 or -EINVAL. */
int arguments_number(const char *text, uint64_t least, uint64_t most, uint64_t *number);

/* Seconds as "5" or "0.25", more than 0 (rounded up to a millisecond) and at most
 * ARGUMENTS_SECONDS_MAX. 0 or -EINVAL. */
int arguments_seconds(const char *text, uint64_t *ms);

#endif
