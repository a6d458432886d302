/* SPDX-License-Identifier: MIT */
/*
 * Ends sessions: "." answers "bye" and closes, "!" is a protocol error, "#" an internal one.
 * Anything else is met with silence. The first byte decides.
 */
#include <sockdrill/plugin.h>

static enum drill_status decide(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    (void)context;
    switch (in.size > 0 ? in.data[0] : 0) {
    case '.':
        drill_put_string(out, "bye");
        return DRILL_CLOSE;
    case '!':
        drill_put_string(out, "this is never sent");
        return DRILL_PROTOCOL_ERROR;
    case '#':
        drill_put_string(out, "this is never sent");
        return DRILL_INTERNAL_ERROR;
    default:
        return DRILL_SILENT;
    }
}

DRILL_PLUGIN(closer, .name = "closer", .version = "1", .transports = DRILL_TCP | DRILL_UDP,
             .summary = "Ends its sessions in every way", .transform = decide);
