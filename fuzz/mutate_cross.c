/* SPDX-License-Identifier: MIT */
/* What is taken from another tape. */
#include "mutate_internal.h"

#define RUN_MAX 8u /* events in a row */

static size_t count_events(struct drill_bytes tape)
{
    struct tape_event event;
    size_t count = 0;
    for (size_t at = 0; at < tape.size; count++) {
        at = tape_event_read(tape.data, tape.size, at, &event);
    }
    return count;
}

/* Builds the other's events from `first` up to `last`. */
static bool build_other(struct mutate *mutate, size_t first, size_t last)
{
    struct tape_event event;
    size_t at = 0;
    for (size_t i = 0; i < last; i++) {
        at = tape_event_read(mutate->other.data, mutate->other.size, at, &event);
        if (i >= first && !mutate_build(mutate, &event)) {
            return false;
        }
    }
    return true;
}

bool mutate_splice(struct mutate *mutate)
{
    size_t count = count_events(mutate->other);
    size_t keep = (size_t)mutate_below(mutate, mutate->count + 1);
    return count > 0 && build_other(mutate, (size_t)mutate_below(mutate, count), count) &&
           mutate_put(mutate, keep, mutate->count);
}

bool mutate_borrow(struct mutate *mutate)
{
    size_t count = count_events(mutate->other);
    if (count == 0) {
        return false;
    }
    size_t first = (size_t)mutate_below(mutate, count), at = mutate_place(mutate);
    size_t last = first + 1 + (size_t)mutate_below(mutate, RUN_MAX);
    return build_other(mutate, first, last < count ? last : count) && mutate_put(mutate, at, at);
}

bool mutate_take(struct mutate *mutate)
{
    struct tape_event event;
    size_t index = mutate_find(mutate, mutate_has_payload);
    if (index == mutate->count) {
        return false;
    }
    mutate_event(mutate, index, &event);
    if (!mutate_payload_take(mutate, mutate_room(mutate, &event))) {
        return false;
    }
    event.payload = mutate->payload;
    event.payload_size = mutate->payload_size;
    return mutate_build(mutate, &event) && mutate_put(mutate, index, index + 1);
}
