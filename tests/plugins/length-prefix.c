/* SPDX-License-Identifier: MIT */
/*
 * Messages of two bytes of big-endian length and so many bytes of payload. Answers each with its
 * payload reversed, in a message of the same form. A length of 0 can never become a message.
 */
#include <sockdrill/plugin.h>

#define PREFIX_BYTES  2
#define MESSAGE_BYTES 1024

static size_t frame(const struct drill_context *context, struct drill_bytes in)
{
    (void)context;
    if (in.size < PREFIX_BYTES) {
        return 0;
    }
    size_t payload = (size_t)in.data[0] << 8 | in.data[1];
    if (payload == 0) {
        return DRILL_FRAME_BAD;
    }
    return in.size < PREFIX_BYTES + payload ? 0 : PREFIX_BYTES + payload;
}

static enum drill_status reverse(const struct drill_context *context, struct drill_bytes in,
                                 struct drill_buffer *out)
{
    (void)context;
    uint8_t *room = drill_reserve(out, in.size);
    for (size_t i = 0; room && i < in.size; i++) {
        room[i] = i < PREFIX_BYTES ? in.data[i] : in.data[in.size - 1 - (i - PREFIX_BYTES)];
    }
    return DRILL_OK;
}

DRILL_PLUGIN(length_prefix, .name = "length-prefix", .version = "1", .transports = DRILL_TCP,
             .properties = DRILL_SPLIT_INVARIANT | DRILL_LENGTH_PRESERVING,
             .summary = "Reverses the payload of length-prefixed messages",
             .message_max = MESSAGE_BYTES, .transform = reverse, .frame = frame);
