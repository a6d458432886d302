/* SPDX-License-Identifier: MIT */
/* Correct, for a planted loop: answers each byte three times, so that answers outgrow small buffers
 * of the network. */
#include <sockdrill/plugin.h>

static enum drill_status repeat(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    (void)context;
    for (size_t i = 0; i < in.size; i++) {
        uint8_t *room = drill_reserve(out, 3);
        if (room) {
            memset(room, in.data[i], 3);
        }
    }
    return DRILL_OK;
}

DRILL_PLUGIN(thrice, .name = "thrice", .version = "1", .transports = DRILL_TCP,
             .properties = DRILL_SPLIT_INVARIANT, .transform = repeat);
