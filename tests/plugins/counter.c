/* SPDX-License-Identifier: MIT */
/* Answers with the number of receives of its session so far, and at the end with the total. */
#include <stdio.h>

#include <sockdrill/plugin.h>

struct state {
    unsigned receives;
};

static void put_number(struct drill_buffer *out, unsigned number)
{
    char text[16];
    snprintf(text, sizeof(text), "%u\n", number);
    drill_put_string(out, text);
}

static enum drill_status count(const struct drill_context *context, struct drill_bytes in,
                               struct drill_buffer *out)
{
    struct state *state = context->state;
    (void)in;
    put_number(out, ++state->receives);
    return DRILL_OK;
}

static enum drill_status total(const struct drill_context *context, struct drill_bytes rest,
                               struct drill_buffer *out)
{
    const struct state *state = context->state;
    (void)rest;
    drill_put_string(out, "total ");
    put_number(out, state->receives);
    return DRILL_OK;
}

DRILL_PLUGIN(counter, .name = "counter", .version = "1", .transports = DRILL_TCP | DRILL_UDP,
             .properties = DRILL_ONE_REPLY_PER_DATAGRAM, .summary = "Counts receives",
             .state_size = sizeof(struct state), .transform = count, .eof = total);
