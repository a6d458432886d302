/* SPDX-License-Identifier: MIT */
/* Built as if for static linking, so that its descriptor stays hidden. */
#define DRILL_STATIC
#include <sockdrill/plugin.h>

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

DRILL_PLUGIN(no_symbol, .name = "no-symbol", .version = "1", .transports = DRILL_TCP,
             .transform = echo);
