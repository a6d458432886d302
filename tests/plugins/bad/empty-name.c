/* SPDX-License-Identifier: MIT */
/* Has no name. */
#include <sockdrill/plugin.h>

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

DRILL_PLUGIN(empty_name, .name = "", .version = "1", .transports = DRILL_TCP, .transform = echo);
