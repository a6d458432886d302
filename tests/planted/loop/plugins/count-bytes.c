/* SPDX-License-Identifier: MIT */
/* Correct, for a planted loop: answers each byte with the low byte of its number in the session. */
#include <sockdrill/plugin.h>

struct state {
    uint8_t count;
};

static enum drill_status number(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    struct state *state = context->state;
    for (size_t i = 0; i < in.size; i++) {
        state->count++;
        drill_put(out, &state->count, 1);
    }
    return DRILL_OK;
}

DRILL_PLUGIN(count_bytes, .name = "count-bytes", .version = "1", .transports = DRILL_TCP,
             .properties = DRILL_SPLIT_INVARIANT | DRILL_LENGTH_PRESERVING,
             .state_size = sizeof(struct state), .transform = number);
