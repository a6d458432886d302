/* SPDX-License-Identifier: MIT */
/* Asks to be woken again and again, "now" without a delay, "later" after a millisecond. */
#include <sockdrill/plugin.h>

struct state {
    uint64_t delay_ns;
};

static enum drill_status hear(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    struct state *state = context->state;
    (void)out;
    state->delay_ns = in.size == 5 && memcmp(in.data, "later", 5) == 0 ? 1000000 : 0;
    context->services->wake_after(context, state->delay_ns);
    return DRILL_SILENT;
}

static enum drill_status wake(const struct drill_context *context, struct drill_buffer *out)
{
    const struct state *state = context->state;
    (void)out;
    context->services->wake_after(context, state->delay_ns);
    return DRILL_SILENT;
}

DRILL_PLUGIN(restless, .name = "restless", .version = "1", .transports = DRILL_TCP | DRILL_UDP,
             .summary = "Is woken without end", .state_size = sizeof(struct state),
             .transform = hear, .wake = wake);
