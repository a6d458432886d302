/* SPDX-License-Identifier: MIT */
/* Serves nothing. */
#include <sockdrill/plugin.h>

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

DRILL_PLUGIN(no_transport, .name = "no-transport", .version = "1", .transform = echo);
