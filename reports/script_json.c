/* SPDX-License-Identifier: MIT */
#include "script_json.h"

#include <errno.h>
#include <stdbool.h>

/* A character that could end the script element or, in a script, a line; 0: none begins here. */
static unsigned special(const uint8_t *text, size_t size)
{
    if (text[0] == '<' || text[0] == '>' || text[0] == '&') {
        return text[0];
    }
    bool separator = size >= 3 && text[0] == 0xe2 && text[1] == 0x80 && (text[2] & 0xfe) == 0xa8;
    return separator ? 0x2000U | (text[2] & 0x3fU) : 0;
}

/* Such characters stand in strings only, so each can be written as an escape. */
static int add_escaped(struct bytes *out, const uint8_t *text, size_t size)
{
    size_t start = 0;
    int status = 0;
    for (size_t i = 0; i < size && status == 0; i++) {
        unsigned code = special(text + i, size - i);
        if (code == 0) {
            continue;
        }
        status = bytes_add(out, text + start, i - start);
        if (status == 0) {
            status = bytes_add_format(out, "\\u%04x", code);
        }
        i += code > 0xff ? 2 : 0;
        start = i + 1;
    }
    return status == 0 ? bytes_add(out, text + start, size - start) : status;
}

static int add_piece(const char *piece, size_t size, void *room)
{
    return bytes_add(room, piece, size) == 0 ? 0 : -1;
}

int script_json_add(struct bytes *out, const json_t *value, struct bytes *room)
{
    bytes_clear(room);
    if (json_dump_callback(value, add_piece, room, JSON_COMPACT | JSON_ENCODE_ANY) != 0) {
        return -ENOMEM;
    }
    return add_escaped(out, room->data, room->size);
}
