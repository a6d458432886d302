/* SPDX-License-Identifier: MIT */
/*
 * Answers a line with its reverse; a line that holds a zero byte breaks the protocol.
 *
 * Planted: the way out for such a line forgets the copy. Seen by: leak.
 */
#include <sockdrill/plugin.h>

static size_t frame(const struct drill_context *context, struct drill_bytes in)
{
    (void)context;
    const uint8_t *newline = memchr(in.data, '\n', in.size);
    return newline ? (size_t)(newline - in.data) + 1 : 0;
}

static enum drill_status reverse(const struct drill_context *context, struct drill_bytes in,
                                 struct drill_buffer *out)
{
    uint8_t *copy = context->services->allocate(context, in.size);
    if (!copy) {
        return DRILL_PROTOCOL_ERROR;
    }
    for (size_t i = 0; i < in.size; i++) {
        if (in.data[i] == '\0') {
#ifdef CLEAN
            context->services->release(context, copy);
#endif
            return DRILL_PROTOCOL_ERROR;
        }
        copy[in.size - 1 - i] = in.data[i];
    }
    drill_put(out, copy, in.size);
    context->services->release(context, copy);
    return DRILL_OK;
}

DRILL_PLUGIN(leak_on_error, .name = "leak-on-error", .version = "1", .transports = DRILL_TCP,
             .properties = DRILL_SPLIT_INVARIANT | DRILL_LENGTH_PRESERVING, .transform = reverse,
             .frame = frame);
