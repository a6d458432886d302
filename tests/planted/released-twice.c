/* SPDX-License-Identifier: MIT */
/*
 * Keeps the last byte that is not a command: '?' answers with it, '!' forgets it, all else is
 * answered with nothing.
 *
 * Planted: what '!' released is released again when the session ends. Seen by: sanitizer (the host
 * reads its mark in front of the memory); without one the host's own check ends the process:
 * plugin.
 */
#include <sockdrill/plugin.h>

struct state {
    uint8_t *note;
};

static enum drill_status keep(const struct drill_context *context, uint8_t byte)
{
    struct state *state = context->state;
    if (!state->note) {
        state->note = context->services->allocate(context, 1);
    }
    if (!state->note) {
        return DRILL_PROTOCOL_ERROR;
    }
    *state->note = byte;
    return DRILL_OK;
}

static void forget(const struct drill_context *context)
{
    struct state *state = context->state;
    context->services->release(context, state->note);
#ifdef CLEAN
    state->note = NULL;
#endif
}

static enum drill_status answer(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    const struct state *state = context->state;
    enum drill_status status = DRILL_OK;
    for (size_t i = 0; i < in.size && status == DRILL_OK; i++) {
        if (in.data[i] == '!') {
            forget(context);
        } else if (in.data[i] != '?') {
            status = keep(context, in.data[i]);
        } else if (state->note) {
            drill_put(out, state->note, 1);
        }
    }
    return status;
}

DRILL_PLUGIN(released_twice, .name = "released-twice", .version = "1", .transports = DRILL_TCP,
             .properties = DRILL_SPLIT_INVARIANT, .state_size = sizeof(struct state),
             .transform = answer, .close = forget);
