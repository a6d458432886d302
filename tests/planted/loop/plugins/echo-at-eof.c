/* SPDX-License-Identifier: MIT */
/* Correct, for a planted loop: answers the first 4096 bytes of a stream at its end, and nothing
 * before. */
#include <sockdrill/plugin.h>

struct state {
    size_t size;
    uint8_t data[4096];
};

static enum drill_status collect(const struct drill_context *context, struct drill_bytes in,
                                 struct drill_buffer *out)
{
    struct state *state = context->state;
    size_t room = sizeof(state->data) - state->size;
    size_t size = in.size < room ? in.size : room;
    (void)out;
    memcpy(state->data + state->size, in.data, size);
    state->size += size;
    return DRILL_SILENT;
}

static enum drill_status answer(const struct drill_context *context, struct drill_bytes rest,
                                struct drill_buffer *out)
{
    const struct state *state = context->state;
    (void)rest;
    drill_put(out, state->data, state->size);
    return DRILL_OK;
}

DRILL_PLUGIN(echo_at_eof, .name = "echo-at-eof", .version = "1", .transports = DRILL_TCP,
             .properties = DRILL_SPLIT_INVARIANT, .state_size = sizeof(struct state),
             .transform = collect, .eof = answer);
