/* SPDX-License-Identifier: MIT */
/* Echoes whole lines of at most 64 bytes, however they were cut, and at the end the unfinished one
 * in angle brackets. */
#include <sockdrill/plugin.h>

static size_t frame(const struct drill_context *context, struct drill_bytes in)
{
    (void)context;
    const uint8_t *newline = memchr(in.data, '\n', in.size);
    return newline ? (size_t)(newline - in.data) + 1 : 0;
}

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

static enum drill_status finish(const struct drill_context *context, struct drill_bytes rest,
                                struct drill_buffer *out)
{
    (void)context;
    drill_put_string(out, "<");
    drill_put(out, rest.data, rest.size);
    drill_put_string(out, ">");
    return DRILL_OK;
}

DRILL_PLUGIN(lines, .name = "lines", .version = "1", .transports = DRILL_TCP,
             .properties = DRILL_SPLIT_INVARIANT | DRILL_LENGTH_PRESERVING,
             .summary = "Echoes whole lines, and the unfinished one at the end", .message_max = 64,
             .transform = echo, .frame = frame, .eof = finish);
