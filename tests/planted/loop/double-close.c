/* SPDX-License-Identifier: MIT */
/*
 * The life of a session, with uppercase.
 *
 * Planted: a session's socket is closed again when the next session ends; by then its number may be
 * somebody else's. Seen by: settle (a connection that nobody ended falls silent), open, or crash.
 * It takes three connections, of which the second lives while the first and the third end.
 */
#include "session_stream.h"

static int planted_closed;

static void *planted_take(const struct listener *listener, uint32_t *slot)
{
    if (listener->accepted_count == 0) {
        planted_closed = -1;
    }
    return session_pool_take(listener->pool, slot);
}

static int planted_close(struct world *world, int socket)
{
    if (planted_closed >= 0) {
        world_close(world, planted_closed);
    }
    planted_closed = socket;
    return world_close(world, socket);
}

#define session_pool_take(pool, slot) planted_take(listener, slot)
#define world_close                   planted_close
#include "session.c"
