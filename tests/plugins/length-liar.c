/* SPDX-License-Identifier: MIT */
/* Declares DRILL_LENGTH_PRESERVING and is not: a receive that starts with "lie" is answered with a
 * byte too many. */
#include <sockdrill/plugin.h>

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size);
    if (in.size >= 3 && memcmp(in.data, "lie", 3) == 0) {
        drill_put_string(out, "!");
    }
    return DRILL_OK;
}

DRILL_PLUGIN(length_liar, .name = "length-liar", .version = "1",
             .transports = DRILL_TCP | DRILL_UDP, .properties = DRILL_LENGTH_PRESERVING,
             .summary = "Falsely declares that lengths are kept", .transform = echo);
