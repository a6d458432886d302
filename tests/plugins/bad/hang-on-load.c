/* SPDX-License-Identifier: MIT */
/* Never finishes being loaded. */
#include <sockdrill/plugin.h>

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

static volatile int forever = 1;

__attribute__((constructor)) static void load(void)
{
    while (forever) {
    }
}

DRILL_PLUGIN(hang_on_load, .name = "hang-on-load", .version = "1", .transports = DRILL_TCP,
             .transform = echo);
