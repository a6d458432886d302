/* SPDX-License-Identifier: MIT */
/*
 * Stays silent when spoken to and answers "tick" `delay_ms` later, `ticks` times in a row. Every
 * receive starts anew; "stop" takes the request back.
 */
#include <sockdrill/plugin.h>

#define MS UINT64_C(1000000)

static const struct drill_option options[] = {
    {.name = "delay_ms",
     .type = DRILL_INTEGER,
     .fallback = {.integer = 100},
     .minimum = 0,
     .maximum = INT64_C(86400000),
     .help = "milliseconds from a receive to its tick"},
    {.name = "ticks",
     .type = DRILL_INTEGER,
     .fallback = {.integer = 1},
     .minimum = 1,
     .maximum = 1000,
     .help = "how many ticks follow a receive"},
};

struct config {
    uint64_t delay_ns;
    int64_t ticks;
};

struct state {
    int64_t left;
};

static enum drill_status configure(const struct drill_context *context,
                                   const struct drill_value *values, uint32_t *properties)
{
    struct config *config = context->config;
    (void)properties;
    config->delay_ns = (uint64_t)values[0].integer * MS;
    config->ticks = values[1].integer;
    return DRILL_OK;
}

static enum drill_status hear(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    const struct config *config = context->config;
    struct state *state = context->state;
    (void)out;
    if (in.size == 4 && memcmp(in.data, "stop", 4) == 0) {
        context->services->wake_after(context, UINT64_MAX);
        return DRILL_SILENT;
    }
    state->left = config->ticks;
    context->services->wake_after(context, config->delay_ns);
    return DRILL_SILENT;
}

static enum drill_status tick(const struct drill_context *context, struct drill_buffer *out)
{
    const struct config *config = context->config;
    struct state *state = context->state;
    if (--state->left > 0) {
        context->services->wake_after(context, config->delay_ns);
    }
    drill_put_string(out, "tick");
    return DRILL_OK;
}

DRILL_PLUGIN(waker, .name = "waker", .version = "1", .transports = DRILL_TCP,
             .summary = "Answers later", .config_size = sizeof(struct config),
             .state_size = sizeof(struct state), .options = options, .option_count = 2,
             .configure = configure, .transform = hear, .wake = tick);
