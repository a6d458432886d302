/* SPDX-License-Identifier: MIT */
/*
 * The life of a session, with uppercase.
 *
 * Planted: while another session lives, an ended one gives its slot back twice; the next two
 * sessions then share it. Seen by: crash (an ASSERT of the pool), hang or settle. It takes two
 * connections at once, the end of one, and two more.
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
