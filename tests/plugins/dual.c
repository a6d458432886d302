/* SPDX-License-Identifier: MIT */
/* Echoes, over TCP and over UDP. */
#include <sockdrill/plugin.h>

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

DRILL_PLUGIN(dual, .name = "dual", .version = "1", .transports = DRILL_TCP | DRILL_UDP,
             .properties = DRILL_SPLIT_INVARIANT | DRILL_LENGTH_PRESERVING |
                           DRILL_ONE_REPLY_PER_DATAGRAM,
             .summary = "Echoes over TCP and UDP", .transform = echo);
