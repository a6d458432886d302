/* SPDX-License-Identifier: MIT */
/*
 * The life of a session, with count-bytes, which numbers the bytes it gets.
 *
 * Planted: a slot that is used again keeps the plugin's state of the session before. Seen by:
 * replay (the plugin does not declare SHARED_STATE). It takes two connections, one after the other.
 */
#include "session_stream.h"

#include <string.h>

static void *planted_take(const struct listener *listener, uint32_t *slot)
{
    struct session_pool *pool = listener->pool;
    /* A listener begins clean, whoever had its pool before. */
    for (uint32_t i = 0; i < pool->unused && listener->accepted_count == 0; i++) {
        memset(session_pool_state(pool, i), 0, pool->shape.state_bytes);
    }
    if (pool->free_count == 0) {
        return session_pool_take(pool, slot);
    }
    *slot = pool->free[--pool->free_count];
    return session_pool_slot(pool, *slot);
}

#define session_pool_take(pool, slot) planted_take(listener, slot)
#include "session.c"
