/* SPDX-License-Identifier: MIT */
/* Answers each receive with the milliseconds of run clock since its session opened. */
#include <inttypes.h>
#include <stdio.h>

#include <sockdrill/plugin.h>

struct state {
    uint64_t opened_ns;
};

static enum drill_status start(const struct drill_context *context, struct drill_buffer *out)
{
    struct state *state = context->state;
    (void)out;
    state->opened_ns = context->services->now_ns(context);
    return DRILL_SILENT;
}

static enum drill_status tell(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    const struct state *state = context->state;
    char text[32];
    (void)in;
    uint64_t elapsed_ns = context->services->now_ns(context) - state->opened_ns;
    snprintf(text, sizeof(text), "%" PRIu64 "\n", elapsed_ns / 1000000);
    drill_put_string(out, text);
    return DRILL_OK;
}

DRILL_PLUGIN(clock, .name = "clock", .version = "1", .transports = DRILL_TCP | DRILL_UDP,
             .properties = DRILL_ONE_REPLY_PER_DATAGRAM, .summary = "Tells the run clock",
             .state_size = sizeof(struct state), .open = start, .transform = tell);
