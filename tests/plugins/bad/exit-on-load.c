/* SPDX-License-Identifier: MIT */
/* Ends the process while it is being loaded. */
#include <stdlib.h>

#include <sockdrill/plugin.h>

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

__attribute__((constructor)) static void load(void)
{
    exit(0);
}

DRILL_PLUGIN(exit_on_load, .name = "exit-on-load", .version = "1", .transports = DRILL_TCP,
             .transform = echo);
