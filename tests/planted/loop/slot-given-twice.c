/* SPDX-License-Identifier: MIT */
/*
 * The life of a session, with uppercase.
 *
 * Planted: while another session lives, an ended one gives its slot back twice. Seen by: crash (an
 * ASSERT of the pool, at the latest when the other one ends too), hang or settle, when two sessions
 * came to share the slot. It takes two connections at once.
 */
#include "session_stream.h"

static void planted_give(struct session_pool *pool, uint32_t slot)
{
    session_pool_give(pool, slot);
    if (pool->free_count < pool->unused) {
        session_pool_give(pool, slot);
    }
}

#define session_pool_give planted_give
#include "session.c"
