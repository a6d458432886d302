/* SPDX-License-Identifier: MIT */
/*
 * The stream half of a session, with uppercase.
 *
 * Planted: after a failed receive the session is ended and then watched again, although its socket
 * is closed. Seen by: crash (an ASSERT of the seam to the world). A peer's reset causes it.
 */
#include "session_stream.h"

static void planted_end(struct session *session, enum session_end end)
{
    struct loop *loop = session->listener->server->loop;
    session_end(session, end);
    if (end == SESSION_RESET) {
        loop_watch(loop, &session->watch, WORLD_READABLE);
    }
}

#define session_end planted_end
#include "session_stream.c"
