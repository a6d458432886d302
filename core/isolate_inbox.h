/* SPDX-License-Identifier: MIT */
/*
 * What the files of the pool share: its state, and how a result or a death is settled.
 *
 * isolate_pool.c hands out and waits, isolate_inbox.c takes what workers sent and judges those that
 * died, isolate_deliver.c makes of the results of items those of plans. Every function returns 0,
 * or a status that ends the run with a sentence in `error`; -EINTR is the owner's wish. For these
 * files only.
 */
#ifndef DRILL_CORE_ISOLATE_INBOX_H
#define DRILL_CORE_ISOLATE_INBOX_H

#include <poll.h>
#include <stdbool.h>
#include <sys/resource.h>

#include "isolate.h"
#include "isolate_pair.h"
#include "isolate_slot.h"

struct isolate_pool {
    struct plan *const *plans;
    size_t count;
    const struct isolate_options *options;
    struct isolate_worker setup;
    struct drill_error *error;
    uint64_t timeout_ns;
    rlim_t descriptors_max;
    enum plan_world worlds;

    uint32_t *items;    /* in the order of the plans */
    size_t item_count;  /* at most two for each plan */
    size_t next;        /* the first item that nobody was given yet */
    uint32_t *returned; /* those that a worker did not get to, a stack; room for all */
    size_t returned_count;
    uint32_t *again; /* those to be run again for a pair that differs, a stack; room for all */
    size_t again_count;
    struct isolate_pair *pairs; /* one per plan; NULL: one world only */
    size_t done;                /* plans */
    unsigned barren;

    struct isolate_slot *slots;
    struct pollfd *polls; /* one per slot */
    unsigned slot_count;
};

/* isolate_pool.c */

/* Says that there was no memory for a result. */
int isolate_pool_out_of_memory(struct isolate_pool *pool);
/* Gives back what stands in the slot's line but `except`, so that it is taken next and in the same
 * order. An item in doubt stays the slot's. */
void isolate_pool_return_line(struct isolate_pool *pool, struct isolate_slot *slot,
                              uint32_t except);
/* What a worker is asked; `first`: the item is the first in its life. */
struct isolate_request isolate_pool_request(const struct isolate_pool *pool, uint32_t item,
                                            bool first);
/* Tells the owner which plan is next in the slot's line. */
void isolate_pool_tell_started(const struct isolate_pool *pool, const struct isolate_slot *slot);

/* isolate_deliver.c */

/* A result from the worker of `slot`, or about it. Anything but a pass from a worker that had run
 * others before is kept until a fresh one, this slot's next, has run the item too. Takes what
 * `result` owns. */
int isolate_deliver(struct isolate_pool *pool, struct isolate_slot *slot, struct result *result,
                    bool fresh);
/* The last word on an item. One that is not `comparable` is an error that says nothing about its
 * world. Takes what `result` owns. */
int isolate_deliver_item(struct isolate_pool *pool, struct result *result, bool comparable);

/* isolate_inbox.c */

/* The slot has something to read, or its worker is gone. */
int isolate_inbox_read(struct isolate_pool *pool, struct isolate_slot *slot, uint64_t now_ns);
/* The worker of `slot` is gone, or is of no use any more: settles what it owed. */
int isolate_inbox_end(struct isolate_pool *pool, struct isolate_slot *slot);

#endif
