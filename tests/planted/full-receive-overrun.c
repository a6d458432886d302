/* SPDX-License-Identifier: MIT */
/*
 * Echoes by way of a text in memory of the session.
 *
 * Planted: the memory has no room for the NUL behind a receive of 1024 bytes. Seen by: sanitizer.
 */
#include <sockdrill/plugin.h>

#define TEXT_BYTES 1024

struct state {
    char *text;
};

static enum drill_status begin(const struct drill_context *context, struct drill_buffer *out)
{
    struct state *state = context->state;
    (void)out;
#ifdef CLEAN
    state->text = context->services->allocate(context, TEXT_BYTES + 1);
#else
    state->text = context->services->allocate(context, TEXT_BYTES);
#endif
    return state->text ? DRILL_SILENT : DRILL_PROTOCOL_ERROR;
}

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    const struct state *state = context->state;
    for (size_t at = 0; at < in.size; at += TEXT_BYTES) {
        size_t size = in.size - at < TEXT_BYTES ? in.size - at : TEXT_BYTES;
        memcpy(state->text, in.data + at, size);
        state->text[size] = '\0';
        drill_put(out, state->text, size);
    }
    return DRILL_OK;
}

static void end(const struct drill_context *context)
{
    const struct state *state = context->state;
    context->services->release(context, state->text);
}

DRILL_PLUGIN(full_receive_overrun, .name = "full-receive-overrun", .version = "1",
             .transports = DRILL_TCP, .properties = DRILL_SPLIT_INVARIANT | DRILL_LENGTH_PRESERVING,
             .state_size = sizeof(struct state), .open = begin, .transform = echo, .close = end);
