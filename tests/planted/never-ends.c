/* SPDX-License-Identifier: MIT */
/*
 * Each receive holds items that begin with their size, that byte included; answers with the number
 * of whole items in one byte.
 *
 * Planted: an item of size 0 is counted for ever. Seen by: hang (the engine's timeout).
 */
#include <sockdrill/plugin.h>

static enum drill_status count(const struct drill_context *context, struct drill_bytes in,
                               struct drill_buffer *out)
{
    uint8_t items = 0;
    size_t at = 0;
    (void)context;
    while (at < in.size) {
        size_t size = in.data[at];
#ifdef CLEAN
        if (size == 0) {
            return DRILL_PROTOCOL_ERROR;
        }
#endif
        if (size > in.size - at) {
            break;
        }
        at += size;
        items++;
    }
    drill_put(out, &items, 1);
    return DRILL_OK;
}

DRILL_PLUGIN(never_ends, .name = "never-ends", .version = "1", .transports = DRILL_TCP,
             .transform = count);
