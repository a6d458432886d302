/* SPDX-License-Identifier: MIT */
/*
 * The life of a session, with uppercase.
 *
 * Planted: after its peer's end a session's socket is shut down but not closed. Seen by: open (a
 * socket is open when the run is over).
 */
#include "session_stream.h"

static int planted_close(struct world *world, int socket, enum session_end end)
{
    if (end != SESSION_EOF) {
        return world_close(world, socket);
    }
    world_watch(world, socket, 0, NULL);
    return world_shutdown(world, socket, WORLD_SHUT_RDWR);
}

#define world_close(world, socket) planted_close(world, socket, end)
#include "session.c"
