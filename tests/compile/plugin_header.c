/* SPDX-License-Identifier: MIT */
/* <sockdrill/plugin.h> alone must compile, as C11 and as C17, with every warning an error. */
#include <sockdrill/plugin.h>

#include <sockdrill/plugin.h>

static enum drill_status answer(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size);
    drill_put_string(out, "");
    return drill_reserve(out, 0) ? DRILL_OK : DRILL_INTERNAL_ERROR;
}

DRILL_PLUGIN(plugin_header, .name = "plugin-header", .version = "1",
             .transports = DRILL_TCP | DRILL_UDP, .transform = answer);
