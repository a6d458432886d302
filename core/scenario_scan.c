/* SPDX-License-Identifier: MIT */
#include "scenario_scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

int scan_unit(const unsigned char *data, size_t size, size_t offset)
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

enum scan_token scan_next(struct scan *scan)
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

void scan_init(struct scan *scan, const struct scenario_text *text)
{
    memset(scan, 0, offsetof(struct scan, frames));
    scan->data = (const unsigned char *)text->data;
    scan->size = text->size;
    scan->fault = NULL;
    scan->fault_offset = 0;
}
