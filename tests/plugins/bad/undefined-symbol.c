/* SPDX-License-Identifier: MIT */
/* Needs a function that nobody has. */
#include <sockdrill/plugin.h>

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

extern void drill_test_nobody_has_this(void);

static void leave(const struct drill_context *context)
{
    (void)context;
    drill_test_nobody_has_this();
}

DRILL_PLUGIN(undefined_symbol, .name = "undefined-symbol", .version = "1", .transports = DRILL_TCP,
             .transform = echo, .close = leave);
