/* SPDX-License-Identifier: MIT */
/* The search: one kind of edit after another, candidates in batches. minimize_edit.c makes them. */
#include "minimize.h"

#include <errno.h>
#include <stdlib.h>

#include "check.h"
#include "minimize_edit.h"

/* A round makes the tape smaller or is the last; this bounds what cannot happen. */
#define ROUNDS_MAX 1000

struct search {
    struct minimize_tape tape;
    const struct minimize_judge *judge;
    struct minimize_told *told;
    uint64_t judgements_max;
    struct bytes batch[MINIMIZE_BATCH];
    uint64_t steps[MINIMIZE_BATCH]; /* which step of the edit made it */
};

/* Judges what is in the batch: which one shows, `count` for none, or -errno. */
static int judge_batch(struct search *search, size_t count)
{
    uint64_t left = search->judgements_max - search->told->judgements;
    if (count > left) {
        count = (size_t)left;
        search->told->bounded = true;
    }
    if (count == 0) {
        return MINIMIZE_BATCH;
    }
    int first = search->judge->first(search->judge->owner, search->batch, count);
    if (first >= 0) {
        ASSERT((size_t)first <= count);
        search->told->judgements += (size_t)first < count ? (size_t)first + 1 : count;
    }
    return first == (int)count ? MINIMIZE_BATCH : first;
}

/* The next candidates of an edit from `*step` on. How many, or -errno; `*step` is moved behind
 * them. */
static int fill_batch(struct search *search, const struct minimize_edit *edit, uint64_t *step)
{
    size_t count = 0;
    while (count < MINIMIZE_BATCH) {
        struct bytes *candidate = &search->batch[count];
        bytes_clear(candidate);
        int made = edit->make(&search->tape, edit, *step, candidate);
        if (made < 0) {
            return made;
        }
        if (made == MINIMIZE_EDIT_END) {
            break;
        }
        search->steps[count] = (*step)++;
        count += made == MINIMIZE_EDIT_MADE;
    }
    return (int)count;
}

/* Goes through the steps of one edit; where one is taken, the same step is tried on what it left. 1
 * when any was taken, 0, or -errno. */
static int try_edit(struct search *search, const struct minimize_edit *edit)
{
    uint64_t step = 0;
    int taken = 0;
    for (;;) {
        int count = fill_batch(search, edit, &step);
        if (count <= 0) {
            return count < 0 ? count : taken;
        }
        int first = judge_batch(search, (size_t)count);
        if (first < 0) {
            return first;
        }
        if (first < count) {
            int status = minimize_tape_take(&search->tape, &search->batch[first]);
            if (status != 0) {
                return status;
            }
            taken = 1;
            step = search->steps[first];
        }
        if (search->told->bounded) {
            return taken;
        }
    }
}

/* The edits of one round, in order; those with chunks are done with ever smaller ones. */
static int round_of_edits(struct search *search)
{
    int changed = 0;
    for (enum minimize_edit_kind kind = 0; kind < MINIMIZE_EDIT_COUNT; kind++) {
        struct minimize_edit edit;
        uint64_t chunk = minimize_edit_begin(&search->tape, kind, &edit);
        while (chunk > 0 && !search->told->bounded) {
            edit.chunk = chunk;
            int taken = try_edit(search, &edit);
            if (taken < 0) {
                return taken;
            }
            changed |= taken;
            chunk /= 2;
        }
    }
    return changed;
}

static int run_search(struct search *search)
{
    int changed = 1;
    for (unsigned round = 0; round < ROUNDS_MAX && changed > 0 && !search->told->bounded; round++) {
        changed = round_of_edits(search);
    }
    return changed < 0 ? changed : 0;
}

/* The tape as it came must show the finding, and so must its canonical bytes. */
static int judge_beginning(struct search *search, const uint8_t *data, size_t size)
{
    bytes_clear(&search->batch[0]);
    int status = bytes_add(&search->batch[0], data, size);
    if (status == 0) {
        status = judge_batch(search, 1);
    }
    if (status != 0) {
        return status < 0 ? status : -ENOENT;
    }
    return minimize_tape_take(&search->tape, &search->batch[0]);
}

size_t minimize_events(const uint8_t *data, size_t size)
{
    struct tape_event event;
    size_t count = 0;
    for (size_t at = 0; at < size; count++) {
        at = tape_event_read(data, size, at, &event);
    }
    return count;
}

int minimize_tape(const uint8_t *data, size_t size, const struct minimize_judge *judge,
                  uint64_t judgements_max, struct bytes *out, struct minimize_told *told)
{
    struct search *search = calloc(1, sizeof(*search));
    *told =
        (struct minimize_told){.bytes_before = size, .events_before = minimize_events(data, size)};
    if (!search) {
        return -ENOMEM;
    }
    search->judge = judge;
    search->told = told;
    search->judgements_max = judgements_max > 0 ? judgements_max : MINIMIZE_JUDGEMENTS_DEFAULT;
    minimize_tape_init(&search->tape, size);
    for (size_t i = 0; i < MINIMIZE_BATCH; i++) {
        bytes_init(&search->batch[i], minimize_bytes_max(size));
    }
    int status = judge_beginning(search, data, size);
    if (status == 0) {
        status = run_search(search);
    }
    if (status == 0) {
        status = bytes_add(out, search->tape.bytes.data, search->tape.bytes.size);
        told->bytes_after = search->tape.bytes.size;
        told->events_after = search->tape.count;
    }
    for (size_t i = 0; i < MINIMIZE_BATCH; i++) {
        bytes_fini(&search->batch[i]);
    }
    minimize_tape_fini(&search->tape);
    free(search);
    return status;
}
