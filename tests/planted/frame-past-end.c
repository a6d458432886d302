/* SPDX-License-Identifier: MIT */
/*
 * Echoes messages of one byte of length, the payload, and four bytes of checksum when the length's
 * top bit says so.
 *
 * Planted: a message counts as whole before its checksum has come. Seen by: plugin (the host
 * refuses a message that is longer than its input).
 */
#include <sockdrill/plugin.h>

static size_t frame(const struct drill_context *context, struct drill_bytes in)
{
    size_t whole = 1 + (size_t)(in.data[0] & 0x7f);
    size_t checksum = in.data[0] & 0x80 ? 4 : 0;
    (void)context;
#ifdef CLEAN
    if (in.size < whole + checksum) {
#else
    if (in.size < whole) {
#endif
        return 0;
    }
    return whole + checksum;
}

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

DRILL_PLUGIN(frame_past_end, .name = "frame-past-end", .version = "1", .transports = DRILL_TCP,
             .properties = DRILL_SPLIT_INVARIANT | DRILL_LENGTH_PRESERVING, .transform = echo,
             .frame = frame);
