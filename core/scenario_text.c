/* SPDX-License-Identifier: MIT */
#include "scenario_text.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "scenario.h"

/* What the grammar allows next. */
enum scan_state {
    SCAN_VALUE,
    SCAN_VALUE_OR_END, /* just after '[' */
    SCAN_KEY,
    SCAN_KEY_OR_END, /* just after '{' */
    SCAN_COLON,
    SCAN_COMMA_OR_END,
    SCAN_DONE
};

enum scan_token {
    SCAN_TOKEN_FAULT,
    SCAN_TOKEN_END, /* of the text */
    SCAN_TOKEN_PUNCTUATION,
    SCAN_TOKEN_KEY,
    SCAN_TOKEN_SCALAR,
    SCAN_TOKEN_OPEN /* '[' or '{': its frame is on the stack already */
};

/* An open list or object, and which of its members is being read. */
struct scan_frame {
    bool is_list;
    bool has_key;
    size_t index;
    size_t key_start, key_end; /* with the quotes */
};

struct scan {
    const unsigned char *data;
    size_t size, offset;
    size_t start; /* of the last token, which ends at `offset` */
    enum scan_state state;
    unsigned depth;
    struct scan_frame frames[SCENARIO_DEPTH_MAX];
    const char *fault;   /* a sentence, with SCAN_TOKEN_FAULT */
    size_t fault_offset; /* where */
};

static enum scan_token scan_fault(struct scan *scan, size_t offset, const char *sentence)
{
    scan->fault = sentence;
    scan->fault_offset = offset;
    return SCAN_TOKEN_FAULT;
}

static bool scan_is_digit(const struct scan *scan, size_t offset)
{
    return offset < scan->size && scan->data[offset] >= '0' && scan->data[offset] <= '9';
}

static size_t scan_digits(const struct scan *scan, size_t offset)
{
    while (scan_is_digit(scan, offset)) {
        offset++;
    }
    return offset;
}

/* An integer must fit the 63 bits and the sign that jansson keeps. */
static bool scan_integer_fits(const struct scan *scan, size_t start, size_t end)
{
    char digits[32];
    size_t size = end - start;
    if (size >= sizeof(digits)) {
        return false;
    }
    memcpy(digits, scan->data + start, size);
    digits[size] = '\0';
    errno = 0;
    strtoll(digits, NULL, 10);
    return errno == 0;
}

static enum scan_token scan_number(struct scan *scan)
{
    size_t start = scan->offset;
    size_t at = start + (scan->data[start] == '-');
    size_t end = scan_digits(scan, at);
    if (end == at) {
        return scan_fault(scan, at, "a number needs a digit here");
    }
    if (scan->data[at] == '0' && end > at + 1) {
        return scan_fault(scan, at, "a number does not begin with 0");
    }
    bool integer = true;
    if (end < scan->size && scan->data[end] == '.') {
        integer = false;
        at = end + 1;
        end = scan_digits(scan, at);
        if (end == at) {
            return scan_fault(scan, at, "a number needs a digit here");
        }
    }
    if (end < scan->size && (scan->data[end] == 'e' || scan->data[end] == 'E')) {
        integer = false;
        at = end + 1;
        at += at < scan->size && (scan->data[at] == '+' || scan->data[at] == '-');
        end = scan_digits(scan, at);
        if (end == at) {
            return scan_fault(scan, at, "a number needs a digit here");
        }
    }
    if (integer && !scan_integer_fits(scan, start, end)) {
        return scan_fault(scan, start, "the integer is too large: 64 bits hold it at most");
    }
    scan->offset = end;
    return SCAN_TOKEN_SCALAR;
}

/* The four hexadecimal digits of \uXXXX, or -1. */
static int scan_unit(const unsigned char *data, size_t size, size_t offset)
{
    int unit = 0;
    for (size_t i = offset; i < offset + 4; i++) {
        if (i >= size) {
            return -1;
        }
        unsigned char c = data[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) {
            return -1;
        }
        unit = unit * 16 + digit;
    }
    return unit;
}

/* Checks the escape at `offset` and returns its length, or 0 with a fault. */
static size_t scan_escape(struct scan *scan, size_t offset, bool is_key)
{
    unsigned char kind = offset + 1 < scan->size ? scan->data[offset + 1] : 0;
    if (kind && strchr("\"\\/bfnrt", kind)) {
        return 2;
    }
    int unit = kind == 'u' ? scan_unit(scan->data, scan->size, offset + 2) : -1;
    if (unit < 0) {
        scan_fault(scan, offset, "this escape is not one that JSON has");
        return 0;
    }
    if (unit == 0 && is_key) {
        scan_fault(scan, offset, "a key cannot hold the NUL character");
        return 0;
    }
    if (unit < 0xd800 || unit > 0xdfff) {
        return 6;
    }
    bool paired = unit < 0xdc00 && offset + 7 < scan->size && scan->data[offset + 6] == '\\' &&
                  scan->data[offset + 7] == 'u';
    int low = paired ? scan_unit(scan->data, scan->size, offset + 8) : -1;
    if (low < 0xdc00 || low > 0xdfff) {
        scan_fault(scan, offset, "this escape is half of a surrogate pair: no character");
        return 0;
    }
    return 12;
}

static enum scan_token scan_string(struct scan *scan, bool is_key)
{
    size_t at = scan->offset + 1;
    while (at < scan->size && scan->data[at] != '"') {
        if (scan->data[at] < 0x20) {
            return scan_fault(scan, at, "a control character in a string must be escaped");
        }
        size_t length = scan->data[at] == '\\' ? scan_escape(scan, at, is_key) : 1;
        if (length == 0) {
            return SCAN_TOKEN_FAULT;
        }
        at += length;
    }
    if (at >= scan->size) {
        return scan_fault(scan, scan->offset, "this string is never closed");
    }
    scan->offset = at + 1;
    return is_key ? SCAN_TOKEN_KEY : SCAN_TOKEN_SCALAR;
}

static enum scan_token scan_word(struct scan *scan)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t length = strlen(words[i]);
        if (scan->size - scan->offset >= length &&
            memcmp(scan->data + scan->offset, words[i], length) == 0) {
            scan->offset += length;
            return SCAN_TOKEN_SCALAR;
        }
    }
    return scan_fault(scan, scan->offset, "a JSON value must stand here");
}

static enum scan_token scan_open(struct scan *scan)
{
    if (scan->depth == SCENARIO_DEPTH_MAX) {
        return scan_fault(scan, scan->offset, "nested deeper than 64 levels");
    }
    bool is_list = scan->data[scan->offset] == '[';
    scan->frames[scan->depth++] = (struct scan_frame){.is_list = is_list};
    scan->state = is_list ? SCAN_VALUE_OR_END : SCAN_KEY_OR_END;
    scan->offset++;
    return SCAN_TOKEN_OPEN;
}

static enum scan_token scan_close(struct scan *scan)
{
    ASSERT(scan->depth > 0);
    scan->depth--;
    scan->offset++;
    scan->state = scan->depth ? SCAN_COMMA_OR_END : SCAN_DONE;
    return SCAN_TOKEN_PUNCTUATION;
}

static enum scan_token scan_value(struct scan *scan)
{
    unsigned char c = scan->data[scan->offset];
    if (c == '{' || c == '[') {
        return scan_open(scan);
    }
    enum scan_token token = c == '"'                             ? scan_string(scan, false)
                            : c == '-' || (c >= '0' && c <= '9') ? scan_number(scan)
                                                                 : scan_word(scan);
    if (token == SCAN_TOKEN_SCALAR) {
        scan->state = scan->depth ? SCAN_COMMA_OR_END : SCAN_DONE;
    }
    return token;
}

static enum scan_token scan_key(struct scan *scan)
{
    if (scan->data[scan->offset] != '"') {
        return scan_fault(scan, scan->offset, "a key in double quotes must stand here");
    }
    struct scan_frame *frame = &scan->frames[scan->depth - 1];
    frame->key_start = scan->offset;
    enum scan_token token = scan_string(scan, true);
    if (token == SCAN_TOKEN_KEY) {
        frame->key_end = scan->offset;
        frame->has_key = true;
        scan->state = SCAN_COLON;
    }
    return token;
}

static enum scan_token scan_comma(struct scan *scan)
{
    struct scan_frame *frame = &scan->frames[scan->depth - 1];
    unsigned char c = scan->data[scan->offset];
    if (c == (frame->is_list ? ']' : '}')) {
        return scan_close(scan);
    }
    if (c != ',') {
        return scan_fault(scan, scan->offset,
                          frame->is_list ? "a \",\" or \"]\" must stand here"
                                         : "a \",\" or \"}\" must stand here");
    }
    scan->offset++;
    frame->index++;
    frame->has_key = false;
    scan->state = frame->is_list ? SCAN_VALUE : SCAN_KEY;
    return SCAN_TOKEN_PUNCTUATION;
}

static enum scan_token scan_end(struct scan *scan)
{
    if (scan->state == SCAN_DONE) {
        return SCAN_TOKEN_END;
    }
    return scan_fault(scan, scan->size,
                      scan->size == 0 ? "the file is empty" : "the file ends in the middle");
}

static enum scan_token scan_next(struct scan *scan)
{
    while (scan->offset < scan->size && scan->data[scan->offset] &&
           strchr(" \t\r\n", scan->data[scan->offset])) {
        scan->offset++;
    }
    scan->start = scan->offset;
    if (scan->offset == scan->size) {
        return scan_end(scan);
    }
    unsigned char c = scan->data[scan->offset];
    switch (scan->state) {
    case SCAN_VALUE_OR_END:
        return c == ']' ? scan_close(scan) : scan_value(scan);
    case SCAN_VALUE:
        return scan_value(scan);
    case SCAN_KEY_OR_END:
        return c == '}' ? scan_close(scan) : scan_key(scan);
    case SCAN_KEY:
        return scan_key(scan);
    case SCAN_COLON:
        if (c != ':') {
            return scan_fault(scan, scan->offset, "a \":\" must stand here");
        }
        scan->offset++;
        scan->state = SCAN_VALUE;
        return SCAN_TOKEN_PUNCTUATION;
    case SCAN_COMMA_OR_END:
        return scan_comma(scan);
    case SCAN_DONE:
        break;
    }
    return scan_fault(scan, scan->offset, "nothing may follow the JSON value");
}

static void scan_init(struct scan *scan, const struct scenario_text *text)
{
    memset(scan, 0, offsetof(struct scan, frames));
    scan->data = (const unsigned char *)text->data;
    scan->size = text->size;
    scan->fault = NULL;
    scan->fault_offset = 0;
}

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
