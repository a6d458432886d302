/* SPDX-License-Identifier: MIT */
/*
 * Unpacks runs: each three bytes of a receive are a big-endian count and the byte to repeat; what
 * is left over is ignored. No answer is longer than what the peer may ask for.
 *
 * Planted: it is not bounded, and two long runs exceed reply_max. Seen by: plugin (the host finds
 * the overflow whatever is returned).
 */
#include <sockdrill/plugin.h>

#define RUN_BYTES 3

static enum drill_status unpack(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    (void)context;
    for (size_t at = 0; in.size - at >= RUN_BYTES; at += RUN_BYTES) {
        size_t count = (size_t)in.data[at] << 8 | in.data[at + 1];
#ifdef CLEAN
        if (count > out->capacity - out->size) {
            return DRILL_PROTOCOL_ERROR;
        }
#endif
        uint8_t *room = drill_reserve(out, count);
        if (room) {
            memset(room, in.data[at + 2], count);
        }
    }
    return DRILL_OK;
}

DRILL_PLUGIN(reply_overflow, .name = "reply-overflow", .version = "1", .transports = DRILL_TCP,
             .transform = unpack);
