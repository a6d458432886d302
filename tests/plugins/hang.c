/* SPDX-License-Identifier: MIT */
/* Echoes, but never returns once told "hang"; an endless `frame` or `close` would look the same. */
#include <sockdrill/plugin.h>

static volatile int forever = 1;

static enum drill_status answer(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    (void)context;
    if (in.size == 4 && memcmp(in.data, "hang", 4) == 0) {
        while (forever) {
        }
    }
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

DRILL_PLUGIN(hang, .name = "hang", .version = "1", .transports = DRILL_TCP | DRILL_UDP,
             .summary = "Never returns when told to", .transform = answer);
