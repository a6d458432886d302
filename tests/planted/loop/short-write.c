/* SPDX-License-Identifier: MIT */
/*
 * The stream half of a session, with thrice, whose answers are three times as long as their
 * questions.
 *
 * Planted: a send that took only part counts as complete, and the rest of the answer is never sent.
 * Seen by: conserved (the server claims more than its client can get), or settle. A peer that does
 * not read causes it, and so does an injected short count.
 */
#include "session_stream.h"

static ssize_t planted_send(struct world *world, int socket, const void *data, size_t size)
{
    ssize_t taken = world_send(world, socket, data, size);
    return taken > 0 ? (ssize_t)size : taken;
}

#define world_send planted_send
#include "session_stream.c"
