/* SPDX-License-Identifier: MIT */
/*
 * The stream half of a session, with uppercase.
 *
 * Planted: asks for one byte more than recv_buffer, which the buffer has no room for. Seen by:
 * sanitizer, once more bytes wait than recv_buffer.
 */
#include "session_stream.h"

static ssize_t planted_recv(struct world *world, int socket, void *data, size_t size)
{
    return world_recv(world, socket, data, size + 1);
}

#define world_recv planted_recv
#include "session_stream.c"
