/* SPDX-License-Identifier: MIT */
/* Declares nothing and, while it is configured, sets a property: refused, for only clearing is
 * allowed. */
#include <sockdrill/plugin.h>

static enum drill_status boast(const struct drill_context *context,
                               const struct drill_value *values, uint32_t *properties)
{
    (void)context;
    (void)values;
    *properties |= DRILL_SPLIT_INVARIANT;
    return DRILL_OK;
}

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

DRILL_PLUGIN(configure_boasts, .name = "configure-boasts", .version = "1",
             .transports = DRILL_TCP | DRILL_UDP, .summary = "Promises more than it declared",
             .configure = boast, .transform = echo);
