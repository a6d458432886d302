/* SPDX-License-Identifier: MIT */
/*
 * Turns upper case into lower case, by way of a text that ends in NUL.
 *
 * Planted: the text has room for 1024 bytes with its NUL, so that a receive of exactly 1024 loses
 * its last byte. Seen by: property (LENGTH_PRESERVING).
 */
#include <sockdrill/plugin.h>

#ifdef CLEAN
#define TEXT_BYTES (65536 + 1)
#else
#define TEXT_BYTES 1024
#endif

static enum drill_status whisper(const struct drill_context *context, struct drill_bytes in,
                                 struct drill_buffer *out)
{
    static char text[TEXT_BYTES];
    size_t size = in.size < sizeof(text) ? in.size : sizeof(text) - 1;
    (void)context;
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = in.data[i];
        text[i] = (char)(byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
    }
    text[size] = '\0';
    drill_put(out, text, size);
    return DRILL_OK;
}

DRILL_PLUGIN(full_receive_short, .name = "full-receive-short", .version = "1",
             .transports = DRILL_TCP, .properties = DRILL_SPLIT_INVARIANT | DRILL_LENGTH_PRESERVING,
             .transform = whisper);
