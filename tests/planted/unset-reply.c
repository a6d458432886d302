/* SPDX-License-Identifier: MIT */
/*
 * Echoes letters and digits; any other byte is answered with '%', a zero byte and itself.
 *
 * Planted: the zero byte is taken to be there already, but what an earlier answer left is sent.
 * Seen by: split (SPLIT_INVARIANT, as the cuts decide what is left where).
 */
#include <sockdrill/plugin.h>

static int is_plain(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9');
}

static enum drill_status escape(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    (void)context;
    for (size_t i = 0; i < in.size; i++) {
        if (is_plain(in.data[i])) {
            drill_put(out, &in.data[i], 1);
            continue;
        }
        uint8_t *room = drill_reserve(out, 3);
        if (room) {
            room[0] = '%';
#ifdef CLEAN
            room[1] = 0;
#endif
            room[2] = in.data[i];
        }
    }
    return DRILL_OK;
}

DRILL_PLUGIN(unset_reply, .name = "unset-reply", .version = "1", .transports = DRILL_TCP,
             .properties = DRILL_SPLIT_INVARIANT, .transform = escape);
