/* SPDX-License-Identifier: MIT */
#include "safe_text.h"

#include <string.h>

size_t safe_text_sequence(const uint8_t *text, size_t size, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = size > 0 ? text[0] : 0xff;
    size_t length = first < 0x80             ? 1
                    : (first & 0xe0) == 0xc0 ? 2
                    : (first & 0xf0) == 0xe0 ? 3
                    : (first & 0xf8) == 0xf0 ? 4
                                             : 0;
    if (length == 0 || length > size) {
        return 0;
    }
    uint32_t value = length == 1 ? first : first & (0xffU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            return 0;
        }
        value = value << 6 | (text[i] & 0x3fU);
    }
    if (value < least[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
        return 0;
    }
    *code = value;
    return length;
}

bool safe_text_is_plain(const uint8_t *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bool printable = text[i] >= 0x20 && text[i] < 0x7f;
        if (!printable && text[i] != '\n' && text[i] != '\t') {
            return false;
        }
    }
    return true;
}

/* Controls of C0 and C1, what reorders or hides the text around it, and what is no character. */
static bool is_harmful(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad || code == 0x61c ||
           (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
           (code >= 0xfff9 && code <= 0xfffb) || (code >= 0xfdd0 && code <= 0xfdef) ||
           (code & 0xfffe) == 0xfffe || code >= 0xe0000;
}

/* The letter that stands after the backslash in C, or 0. */
static char short_escape(uint32_t code)
{
    switch (code) {
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    case '"':
    case '\\':
        return (char)code;
    default:
        return 0;
    }
}

static int add_escaped(struct bytes *out, const uint8_t *text, size_t size, bool quoted)
{
    int status = 0;
    for (size_t i = 0; i < size && status == 0;) {
        uint32_t code = 0;
        size_t length = safe_text_sequence(text + i, size - i, &code);
        char letter = quoted && length == 1 ? short_escape(code) : 0;
        if (letter) {
            status = bytes_add_format(out, "\\%c", letter);
        } else if (length == 0 || (length == 1 && is_harmful(code))) {
            status = bytes_add_format(out, "\\x%02x", text[i]);
        } else if (is_harmful(code)) {
            status = bytes_add_format(out, "\\u{%04x}", (unsigned)code);
        } else {
            status = bytes_add(out, text + i, length);
        }
        i += length ? length : 1;
    }
    return status;
}

int safe_text_add(struct bytes *out, const void *text, size_t size)
{
    return add_escaped(out, text, size, false);
}

int safe_text_add_quoted(struct bytes *out, const void *text, size_t size)
{
    int status = bytes_add_byte(out, '"', 1);
    if (status == 0) {
        status = add_escaped(out, text, size, true);
    }
    return status == 0 ? bytes_add_byte(out, '"', 1) : status;
}

int safe_text_add_utf8(struct bytes *out, const void *text, size_t size)
{
    const uint8_t *data = text;
    int status = 0;
    for (size_t i = 0; i < size && status == 0;) {
        uint32_t code = 0;
        size_t length = safe_text_sequence(data + i, size - i, &code);
        status = length ? bytes_add(out, data + i, length) : bytes_add(out, "\xef\xbf\xbd", 3);
        i += length ? length : 1;
    }
    return status;
}

int safe_text_add_entities(struct bytes *out, const void *text, size_t size, const char *special)
{
    const uint8_t *data = text;
    int status = 0;
    for (size_t i = 0; i < size && status == 0; i++) {
        bool plain = data[i] != 0 && !strchr(special, data[i]);
        status = plain ? bytes_add(out, data + i, 1) : bytes_add_format(out, "&#%u;", data[i]);
    }
    return status;
}

int safe_text_add_shell(struct bytes *out, const char *text)
{
    int status = bytes_add_byte(out, '\'', 1);
    for (; *text && status == 0; text++) {
        status = *text == '\'' ? bytes_add(out, "'\\''", 4) : bytes_add(out, text, 1);
    }
    return status == 0 ? bytes_add_byte(out, '\'', 1) : status;
}
