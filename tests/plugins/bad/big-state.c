/* SPDX-License-Identifier: MIT */
/* Asks for more state per session than there is. */
#include <sockdrill/plugin.h>

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

DRILL_PLUGIN(big_state, .name = "big-state", .version = "1", .transports = DRILL_TCP,
             .state_size = ((size_t)1 << 20) + 1, .transform = echo);
