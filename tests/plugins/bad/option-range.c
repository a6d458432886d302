/* SPDX-License-Identifier: MIT */
/* Has an option whose fallback is outside of its own range. */
#include <sockdrill/plugin.h>

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

static const struct drill_option options[] = {
    {.name = "size", .type = DRILL_INTEGER, .minimum = 1, .maximum = 10},
};

static enum drill_status configure(const struct drill_context *context,
                                   const struct drill_value *values, uint32_t *properties)
{
    (void)context;
    (void)values;
    (void)properties;
    return DRILL_OK;
}

DRILL_PLUGIN(option_range, .name = "option-range", .version = "1", .transports = DRILL_TCP,
             .options = options, .option_count = 1, .configure = configure, .transform = echo);
