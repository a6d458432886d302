/* SPDX-License-Identifier: MIT */
/*
 * Messages of one byte of length and at most 63 bytes of payload; answers with the payload.
 *
 * Planted: length and header are added in 8 bits, so that a length of 255 passes the check as 0.
 * Seen by: sanitizer.
 */
#include <sockdrill/plugin.h>

#define HEADER_BYTES  1
#define MESSAGE_BYTES 64

#ifdef CLEAN
#define WHOLE_TYPE size_t
#else
#define WHOLE_TYPE uint8_t
#endif

struct state {
    uint8_t *message;
    size_t size;
};

static enum drill_status begin(const struct drill_context *context, struct drill_buffer *out)
{
    struct state *state = context->state;
    (void)out;
    state->message = context->services->allocate(context, MESSAGE_BYTES);
    return state->message ? DRILL_SILENT : DRILL_PROTOCOL_ERROR;
}

static enum drill_status unwrap(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    struct state *state = context->state;
    for (size_t i = 0; i < in.size; i++) {
        state->message[state->size++] = in.data[i];
        WHOLE_TYPE whole = (WHOLE_TYPE)(state->message[0] + HEADER_BYTES);
        if (whole > MESSAGE_BYTES) {
            return DRILL_PROTOCOL_ERROR;
        }
        if (state->size >= whole) {
            drill_put(out, state->message + HEADER_BYTES, state->message[0]);
            state->size = 0;
        }
    }
    return DRILL_OK;
}

static void end(const struct drill_context *context)
{
    const struct state *state = context->state;
    context->services->release(context, state->message);
}

DRILL_PLUGIN(prefix_wraps, .name = "prefix-wraps", .version = "1", .transports = DRILL_TCP,
             .properties = DRILL_SPLIT_INVARIANT, .state_size = sizeof(struct state), .open = begin,
             .transform = unwrap, .close = end);
