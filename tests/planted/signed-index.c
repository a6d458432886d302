/* SPDX-License-Identifier: MIT */
/*
 * Answers each byte with its kind: 'd' for digits, 'o' for other ASCII, '?' beyond.
 *
 * Planted: bytes beyond ASCII become negative and index in front of the table. Seen by: sanitizer.
 */
#include <sockdrill/plugin.h>

static const uint8_t is_digit[128] = {
    ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1,
    ['5'] = 1, ['6'] = 1, ['7'] = 1, ['8'] = 1, ['9'] = 1,
};

static uint8_t kind(uint8_t byte)
{
#ifdef CLEAN
    int index = byte;
#else
    int index = (signed char)byte;
#endif
    if (index >= (int)sizeof(is_digit)) {
        return '?';
    }
    return is_digit[index] ? 'd' : 'o';
}

static enum drill_status sort(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    uint8_t *room = drill_reserve(out, in.size);
    (void)context;
    for (size_t i = 0; room && i < in.size; i++) {
        room[i] = kind(in.data[i]);
    }
    return DRILL_OK;
}

DRILL_PLUGIN(signed_index, .name = "signed-index", .version = "1", .transports = DRILL_TCP,
             .properties = DRILL_SPLIT_INVARIANT | DRILL_LENGTH_PRESERVING, .transform = sort);
