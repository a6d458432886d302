/* SPDX-License-Identifier: MIT */
/*
 * A decorator that records every call, its arguments and its result: trace.h.
 *
 * Lifetime: borrows the inner world, which must outlive it; sockets are the inner world's. Nothing
 * is allocated while it records, and while it does not a call costs one branch more. An event bears
 * the time at which its call returned. One thread.
 */
#ifndef DRILL_CORE_WORLD_TRACE_H
#define DRILL_CORE_WORLD_TRACE_H

#include "trace.h"

/* NULL without memory. Freeing it leaves `inner` alone. */
struct world *world_trace_new(struct world *inner);

/* Records from now on into `store` (borrowed, empty: trace_store_begin); NULL: records nothing. The
 * world's time now is 0 in the record. */
void world_trace_begin(struct world *world, struct trace_store *store);

/* Writes the hash of all that was recorded into the store. */
void world_trace_seal(struct world *world);

/* What the runner adds to the story: a step begins; the socket, just opened, is this client's. A
 * name is cut at TRACE_NAME_MAX. */
void world_trace_step(struct world *world, uint32_t source);
void world_trace_client(struct world *world, int socket, const char *name);

#endif
