/* SPDX-License-Identifier: MIT */
/*
 * Swaps the bytes of each pair; an odd last byte is answered at the end.
 *
 * Planted: whether a byte is owed at the end is told from the last receive alone, so that with some
 * cuts it is dropped. Seen by: split (SPLIT_INVARIANT).
 */
#include <sockdrill/plugin.h>

struct state {
    uint8_t held;
    uint8_t holds; /* 0 or 1 */
    uint8_t owed;  /* 0 or 1: `held` is to be answered at the end */
};

static enum drill_status swap(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    struct state *state = context->state;
    for (size_t i = 0; i < in.size; i++) {
        if (state->holds) {
            drill_put(out, &in.data[i], 1);
            drill_put(out, &state->held, 1);
        } else {
            state->held = in.data[i];
        }
        state->holds = !state->holds;
    }
#ifdef CLEAN
    state->owed = state->holds;
#else
    state->owed = in.size % 2;
#endif
    return DRILL_OK;
}

static enum drill_status finish(const struct drill_context *context, struct drill_bytes rest,
                                struct drill_buffer *out)
{
    const struct state *state = context->state;
    (void)rest;
    if (state->holds && state->owed) {
        drill_put(out, &state->held, 1);
    }
    return DRILL_OK;
}

DRILL_PLUGIN(carry_lost_at_eof, .name = "carry-lost-at-eof", .version = "1",
             .transports = DRILL_TCP, .properties = DRILL_SPLIT_INVARIANT,
             .state_size = sizeof(struct state), .transform = swap, .eof = finish);
