/* SPDX-License-Identifier: MIT */
/*
 * Makes a tape small that shows a finding, by delta debugging: fewer events, then shorter payloads,
 * smaller numbers, simpler bytes, over and over until nothing helps any more.
 *
 * Whether a candidate still shows the same finding is the judge's to say. The work is bounded by
 * the number of candidates that it is asked about. The same tape, judge and bound give the same
 * result. What comes out is 1-minimal by events, unless the bound was met: without any one of them
 * the finding does not show. One thread; allocates.
 */
#ifndef DRILL_FUZZ_MINIMIZE_H
#define DRILL_FUZZ_MINIMIZE_H

#include <stdbool.h>

#include "bytes.h"

#define MINIMIZE_BATCH              32 /* candidates that are judged in one call, at most */
#define MINIMIZE_JUDGEMENTS_DEFAULT UINT64_C(10000)

struct minimize_judge {
    /* Which of the tapes (bare events, borrowed) is the first that shows the finding: an index
     * below `count`, `count` when none does, or -errno. Those behind the first need not be looked
     * at. */
    int (*first)(void *owner, const struct bytes *tapes, size_t count);
    void *owner;
};

/* What became of it, for a person. */
struct minimize_told {
    size_t events_before, events_after, bytes_before, bytes_after;
    uint64_t judgements; /* candidates that were judged, up to the first of each call that showed */
    bool bounded;        /* the bound was met: a smaller tape may show the finding too */
};

/* Appends the smaller tape to `out`: 0, -ENOENT when the tape itself does not show the finding,
 * -ENOMEM, -ENOSPC, or what the judge returned. `judgements_max` 0: the default. */
int minimize_tape(const uint8_t *data, size_t size, const struct minimize_judge *judge,
                  uint64_t judgements_max, struct bytes *out, struct minimize_told *told);

/* How many events a tape has. */
size_t minimize_events(const uint8_t *data, size_t size);

#endif
