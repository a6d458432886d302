/* SPDX-License-Identifier: MIT */
/*
 * A decorator that makes calls of the server fail in any world.
 *
 * A rule names a call, which one of them (its ordinal, counted per call over the whole run, calls
 * that found nothing included) and what happens: an error, without the inner world being asked, or
 * a short count. Counted and failed are calls on the server's sockets alone: those that were bound
 * or that accept returned, and the listener of an accept. Clients are left alone. Lifetime: borrows
 * the inner world, which must outlive it; sockets are the inner world's. One thread.
 */
#ifndef DRILL_CORE_WORLD_FAULT_H
#define DRILL_CORE_WORLD_FAULT_H

#include "world.h"
#include "world_call.h"

#define WORLD_FAULT_RULES_MAX 64

struct world_fault_rule {
    enum world_call call; /* ACCEPT, RECV, RECVFROM, SEND or SENDTO */
    uint64_t nth;         /* from 1 */
    int error;            /* a positive errno; 0: a short count */
    uint32_t short_bytes; /* RECV, SEND: at most so many are moved; from 1 */
    bool sticky;          /* the nth and all that follow */
};

/* NULL without memory. Freeing it leaves `inner` alone. */
struct world *world_fault_new(struct world *inner);

/* Begins to count anew, with these rules (borrowed while calls are made; 0: none). Of several rules
 * that hit one call the first counts. */
void world_fault_begin(struct world *world, const struct world_fault_rule *rules, size_t count);

/* How often a rule has fired since: a short count where a call moved all that it was left, although
 * it was asked for more. */
uint64_t world_fault_fired(const struct world *world, size_t rule);

/* How often all rules together have fired since; 0 for any other world. */
uint64_t world_fault_total(const struct world *world);

#endif
