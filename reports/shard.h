/* SPDX-License-Identifier: MIT */
/*
 * Shards: the parts that a run is cut into, so that several machines share it.
 *
 * A scenario belongs to a shard by its id alone, so that it stays where it is when others come and
 * go. The report of a shard says which one it is and what the whole run was about, and each of its
 * results where it stands in the whole; merge.h puts the shards together. Pure functions;
 * thread-safe.
 */
#ifndef DRILL_REPORTS_SHARD_H
#define DRILL_REPORTS_SHARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "check.h"
#include "plan.h"

#define SHARD_COUNT_MAX 10000
#define SHARD_PLANNED_MAX                                                                          \
    16000000 /* scenarios of a whole run; what a report says beyond is a lie */

struct report_shard {
    unsigned index, count;  /* index from 1; count 0: the run is whole */
    size_t planned;         /* scenarios of all shards */
    uint8_t suite[16];      /* shard_suite of them */
    const uint32_t *places; /* where each plan of this shard stands among them; borrowed */
};

/* Whether the scenario is of the shard: XXH3-64 of its id modulo `count` is `index` - 1. This is
 * documented and never changes. */
bool shard_has(unsigned index, unsigned count, const char *id);

/* XXH3-128, canonical, of all that makes the results of these plans: ids, content hashes, versions
 * of plugins, worlds and seeds; `worlds` and `seed` (0: each plan's own) as the run was asked for,
 * and so `today`, by which quarantines are judged (NULL: none). 0 or -ENOMEM. */
int shard_suite(struct plan *const *plans, size_t count, enum plan_world worlds, uint64_t seed,
                const char *today, uint8_t hash[16]);

/* The member "shard" of a report: a new object, or NULL without memory. */
json_t *shard_json(const struct report_shard *shard);

#endif
