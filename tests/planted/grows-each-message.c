/* SPDX-License-Identifier: MIT */
/*
 * Collects the first bytes of lines and answers each line with how many there are, modulo ten.
 *
 * Planted: the room doubles with every line, not when it is full. Seen by: plugin (the host refuses
 * more than 1 GiB, and the plugin reports its error) or memory, whatever bound comes first.
 */
#include <sockdrill/plugin.h>

#define ROOM_BYTES 4096

struct state {
    uint8_t *room;
    size_t used, size;
};

static size_t frame(const struct drill_context *context, struct drill_bytes in)
{
    (void)context;
    const uint8_t *newline = memchr(in.data, '\n', in.size);
    return newline ? (size_t)(newline - in.data) + 1 : 0;
}

static enum drill_status grow(const struct drill_context *context)
{
    struct state *state = context->state;
    size_t size = state->size > 0 ? 2 * state->size : ROOM_BYTES;
#ifdef CLEAN
    if (state->used < state->size) {
        return DRILL_OK;
    }
#endif
    uint8_t *room = context->services->allocate(context, size);
    if (!room) {
        return DRILL_INTERNAL_ERROR;
    }
    if (state->used > 0) {
        memcpy(room, state->room, state->used);
    }
    context->services->release(context, state->room);
    state->room = room;
    state->size = size;
    return DRILL_OK;
}

static enum drill_status collect(const struct drill_context *context, struct drill_bytes in,
                                 struct drill_buffer *out)
{
    struct state *state = context->state;
    enum drill_status status = grow(context);
    if (status == DRILL_OK) {
        state->room[state->used++] = in.data[0];
        uint8_t digit = (uint8_t)('0' + state->used % 10);
        drill_put(out, &digit, 1);
    }
    return status;
}

static void end(const struct drill_context *context)
{
    const struct state *state = context->state;
    context->services->release(context, state->room);
}

DRILL_PLUGIN(grows_each_message, .name = "grows-each-message", .version = "1",
             .transports = DRILL_TCP, .properties = DRILL_SPLIT_INVARIANT,
             .state_size = sizeof(struct state), .transform = collect, .frame = frame,
             .close = end);
