/* SPDX-License-Identifier: MIT */
/*
 * The stream half of a session, with uppercase.
 *
 * Planted: a send that a signal interrupted is not tried again, as if it had been done. Seen by:
 * conserved, or settle. No peer can cause it: it takes an injected EINTR.
 */
#include "session_stream.h"

#include <errno.h>

static ssize_t planted_send(struct world *world, int socket, const void *data, size_t size)
{
    ssize_t taken = world_send(world, socket, data, size);
    return taken == -EINTR ? (ssize_t)size : taken;
}

#define world_send planted_send
#include "session_stream.c"
