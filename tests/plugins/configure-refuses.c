/* SPDX-License-Identifier: MIT */
/* Refuses to be configured, with a reason unless told to be rude, and after taking memory. */
#include <sockdrill/plugin.h>

static const struct drill_option options[] = {
    {.name = "rude", .type = DRILL_BOOLEAN, .help = "give no reason"},
};

static enum drill_status refuse(const struct drill_context *context,
                                const struct drill_value *values, uint32_t *properties)
{
    (void)properties;
    if (!context->services->allocate(context, 10) || values[0].integer) {
        return DRILL_INTERNAL_ERROR;
    }
    context->services->log(context, "this is not the reason");
    context->services->log(context, "the moon is in the wrong phase");
    return DRILL_INTERNAL_ERROR;
}

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

DRILL_PLUGIN(configure_refuses, .name = "configure-refuses", .version = "1",
             .transports = DRILL_TCP | DRILL_UDP, .summary = "Refuses every configuration",
             .options = options, .option_count = 1, .configure = refuse, .transform = echo);
