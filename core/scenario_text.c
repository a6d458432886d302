/* SPDX-License-Identifier: MIT */
#include "scenario_text.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "scenario_scan.h"

/* Writes one UTF-8 character and returns its length. */
static size_t put_utf8(unsigned code, unsigned char out[4])
{
    if (code < 0x80) {
        out[0] = (unsigned char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (unsigned char)(0xc0 | code >> 6);
        out[1] = (unsigned char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (unsigned char)(0xe0 | code >> 12);
        out[1] = (unsigned char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (unsigned char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (unsigned char)(0xf0 | code >> 18);
    out[1] = (unsigned char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (unsigned char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (unsigned char)(0x80 | (code & 0x3f));
    return 4;
}

/* Decodes the character at `*offset` of a checked string, escaped or not, and moves behind it. */
static size_t key_character(const unsigned char *data, size_t *offset, unsigned char out[4])
{
    if (data[*offset] != '\\') {
        out[0] = data[(*offset)++];
        return 1;
    }
    unsigned char kind = data[*offset + 1];
    if (kind != 'u') {
        static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
        const char *found = strchr(from, kind);
        ASSERT(found);
        out[0] = (unsigned char)to[found - from];
        *offset += 2;
        return 1;
    }
    unsigned unit = (unsigned)scan_unit(data, SIZE_MAX, *offset + 2);
    *offset += 6;
    if (unit >= 0xd800 && unit < 0xdc00) {
        unsigned low = (unsigned)scan_unit(data, SIZE_MAX, *offset + 2);
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        *offset += 6;
    }
    return put_utf8(unit, out);
}

static int pointer_add_key(struct bytes *pointer, const unsigned char *data, size_t start,
                           size_t end)
{
    int status = bytes_add(pointer, "/", 1);
    size_t offset = start + 1;
    while (status == 0 && offset < end - 1) {
        unsigned char character[4];
        size_t size = key_character(data, &offset, character);
        if (character[0] == '~' || character[0] == '/') {
            status = bytes_add(pointer, character[0] == '~' ? "~0" : "~1", 2);
        } else {
            status = bytes_add(pointer, character, size);
        }
    }
    return status;
}

/* The pointer of the value (or key) that was read last; an open container is its own value. */
static int scan_pointer(const struct scan *scan, unsigned depth, struct bytes *pointer)
{
    int status = 0;
    for (unsigned i = 0; i < depth && status == 0; i++) {
        const struct scan_frame *frame = &scan->frames[i];
        if (frame->is_list) {
            status = bytes_add_format(pointer, "/%zu", frame->index);
        } else if (frame->has_key) {
            status = pointer_add_key(pointer, scan->data, frame->key_start, frame->key_end);
        }
    }
    return status;
}

/* The first byte that is not part of well-formed UTF-8 (RFC 3629), or `size`. */
static size_t utf8_fault(const unsigned char *data, size_t size)
{
    size_t at = 0;
    while (at < size) {
        unsigned char c = data[at];
        size_t length = c < 0x80   ? 1
                        : c < 0xc2 ? 0
                        : c < 0xe0 ? 2
                        : c < 0xf0 ? 3
                        : c < 0xf5 ? 4
                                   : 0;
        if (length == 0 || length > size - at) {
            return at;
        }
        for (size_t i = 1; i < length; i++) {
            if ((data[at + i] & 0xc0) != 0x80) {
                return at;
            }
        }
        /* Over-long forms, surrogates and what lies beyond U+10FFFF show in the second byte. */
        if (length > 1 &&
            ((c == 0xe0 && data[at + 1] < 0xa0) || (c == 0xed && data[at + 1] > 0x9f) ||
             (c == 0xf0 && data[at + 1] < 0x90) || (c == 0xf4 && data[at + 1] > 0x8f))) {
            return at;
        }
        at += length;
    }
    return size;
}

static int fault_set(struct scenario_text_fault *fault, size_t offset, const char *sentence)
{
    fault->offset = offset;
    snprintf(fault->sentence, sizeof(fault->sentence), "%s", sentence);
    return -EINVAL;
}

int scenario_text_check(const struct scenario_text *text, struct scenario_text_fault *fault,
                        struct bytes *pointer)
{
    const unsigned char *data = (const unsigned char *)text->data;
    size_t bad = utf8_fault(data, text->size);
    if (bad < text->size) {
        return fault_set(fault, bad, "invalid UTF-8: a scenario is UTF-8 text");
    }
    if (text->size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
        return fault_set(fault, 0, "the file begins with a byte order mark: save it without");
    }
    struct scan scan;
    scan_init(&scan, text);
    enum scan_token token;
    do {
        token = scan_next(&scan);
    } while (token != SCAN_TOKEN_FAULT && token != SCAN_TOKEN_END);
    if (token == SCAN_TOKEN_END) {
        return 0;
    }
    fault_set(fault, scan.fault_offset, scan.fault);
    return scan_pointer(&scan, scan.depth, pointer) == 0 ? -EINVAL : -ENOMEM;
}

int scenario_text_token(const struct scenario_text *text, size_t end, size_t *start,
                        struct bytes *pointer)
{
    struct scan scan;
    scan_init(&scan, text);
    for (;;) {
        enum scan_token token = scan_next(&scan);
        if (token == SCAN_TOKEN_FAULT || token == SCAN_TOKEN_END || scan.start >= end) {
            return -ENOENT;
        }
        if (scan.offset == end) {
            *start = scan.start;
            return scan_pointer(&scan, scan.depth, pointer);
        }
    }
}

/* Whether the pointer segment [segment, segment_end) names this member of the frame. */
static bool frame_matches(const struct scan *scan, const struct scan_frame *frame,
                          const char *segment, const char *segment_end)
{
    size_t size = (size_t)(segment_end - segment);
    if (frame->is_list) {
        char number[24];
        int length = snprintf(number, sizeof(number), "%zu", frame->index);
        return (size_t)length == size && memcmp(number, segment, size) == 0;
    }
    size_t offset = frame->key_start + 1;
    while (offset < frame->key_end - 1) {
        unsigned char character[4];
        size_t length = key_character(scan->data, &offset, character);
        const void *expected = character;
        if (character[0] == '~' || character[0] == '/') {
            expected = character[0] == '~' ? "~0" : "~1";
            length = 2;
        }
        if ((size_t)(segment_end - segment) < length || memcmp(segment, expected, length) != 0) {
            return false;
        }
        segment += length;
    }
    return segment == segment_end;
}

static const char *segment_end(const char *segment)
{
    return segment + strcspn(segment, "/");
}

size_t scenario_text_find(const struct scenario_text *text, const char *pointer, bool key)
{
    struct scan scan;
    scan_init(&scan, text);
    size_t best = 0;
    unsigned matched = 0; /* frames on the way to the value that `best` starts */
    const char *rest = pointer;
    for (;;) {
        enum scan_token token = scan_next(&scan);
        if (token == SCAN_TOKEN_FAULT || token == SCAN_TOKEN_END || scan.depth < matched) {
            return best;
        }
        bool opened = token == SCAN_TOKEN_OPEN;
        unsigned depth = scan.depth - (opened ? 1 : 0); /* frames around this token */
        if (token == SCAN_TOKEN_PUNCTUATION || depth != matched) {
            continue;
        }
        if (matched > 0) {
            const struct scan_frame *frame = &scan.frames[matched - 1];
            if (!frame_matches(&scan, frame, rest + 1, segment_end(rest + 1))) {
                continue;
            }
            bool last = *segment_end(rest + 1) == '\0';
            if (token == SCAN_TOKEN_KEY) {
                if (last && key) {
                    return scan.start;
                }
                continue;
            }
            rest = segment_end(rest + 1);
        }
        best = scan.start;
        if (*rest == '\0' || !opened) {
            return best;
        }
        matched = scan.depth;
    }
}

void scenario_text_place(const struct scenario_text *text, size_t offset, unsigned *line,
                         unsigned *column)
{
    unsigned lines = 1;
    size_t line_start = 0;
    for (size_t i = 0; i < offset && i < text->size; i++) {
        if (text->data[i] == '\n') {
            lines++;
            line_start = i + 1;
        }
    }
    *line = lines;
    *column = (unsigned)(offset - line_start) + 1;
}
