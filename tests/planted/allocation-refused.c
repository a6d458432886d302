/* SPDX-License-Identifier: MIT */
/*
 * Messages of four bytes of big-endian length and so many bytes of payload; answers each with the
 * payload's last byte.
 *
 * Planted: memory for the payload is taken by its announced length without a look at whether it was
 * given; the host refuses more than 1 GiB. Seen by: sanitizer (a null pointer).
 */
#include <sockdrill/plugin.h>

#define HEADER_BYTES 4

struct state {
    uint32_t header_size, length, size;
    uint8_t *payload;
};

static void drop(const struct drill_context *context)
{
    struct state *state = context->state;
    context->services->release(context, state->payload);
    *state = (struct state){0};
}

static enum drill_status collect(const struct drill_context *context, struct drill_bytes in,
                                 struct drill_buffer *out)
{
    struct state *state = context->state;
    for (size_t i = 0; i < in.size; i++) {
        if (state->header_size < HEADER_BYTES) {
            state->length = state->length << 8 | in.data[i];
            if (++state->header_size == HEADER_BYTES && state->length > 0) {
                state->payload = context->services->allocate(context, state->length);
#ifdef CLEAN
                if (!state->payload) {
                    return DRILL_PROTOCOL_ERROR;
                }
#endif
            }
        } else {
            state->payload[state->size++] = in.data[i];
        }
        if (state->header_size == HEADER_BYTES && state->size == state->length) {
            if (state->size > 0) {
                drill_put(out, &state->payload[state->size - 1], 1);
            }
            drop(context);
        }
    }
    return DRILL_OK;
}

DRILL_PLUGIN(allocation_refused, .name = "allocation-refused", .version = "1",
             .transports = DRILL_TCP, .properties = DRILL_SPLIT_INVARIANT,
             .state_size = sizeof(struct state), .transform = collect, .close = drop);
