/* SPDX-License-Identifier: MIT */
/* Declares DRILL_ONE_REPLY_PER_DATAGRAM and is not: a datagram that starts with "hush" gets none.
 */
#include <sockdrill/plugin.h>

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    if (in.size >= 4 && memcmp(in.data, "hush", 4) == 0) {
        return DRILL_SILENT;
    }
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

DRILL_PLUGIN(silent_udp, .name = "silent-udp", .version = "1", .transports = DRILL_UDP,
             .properties = DRILL_ONE_REPLY_PER_DATAGRAM,
             .summary = "Falsely declares that it always answers", .transform = echo);
