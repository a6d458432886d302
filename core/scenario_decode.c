/* SPDX-License-Identifier: MIT */
#include "scenario_decode.h"

#include <stdbool.h>

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

size_t scenario_decode_hex(const char *text, size_t size, uint8_t *data)
{
    if (size % 2 != 0) {
        return SCENARIO_DECODE_BAD;
    }
    for (size_t i = 0; i < size; i += 2) {
        int high = hex_digit(text[i]);
        int low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0) {
            return SCENARIO_DECODE_BAD;
        }
        if (data) {
            data[i / 2] = (uint8_t)(high << 4 | low);
        }
    }
    return size / 2;
}

static int base64_digit(char c)
{
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : c >= '0' && c <= '9' ? c - '0' + 52
           : c == '+'             ? 62
           : c == '/'             ? 63
                                  : -1;
}

size_t scenario_decode_base64(const char *text, size_t size, uint8_t *data)
{
    if (size % 4 != 0) {
        return SCENARIO_DECODE_BAD;
    }
    size_t padding = 0;
    while (padding < 2 && padding < size && text[size - 1 - padding] == '=') {
        padding++;
    }
    size_t made = 0;
    uint32_t bits = 0;
    for (size_t i = 0; i < size; i++) {
        bool pad = i >= size - padding;
        int digit = pad ? 0 : base64_digit(text[i]);
        if (digit < 0) {
            return SCENARIO_DECODE_BAD;
        }
        bits = bits << 6 | (uint32_t)digit;
        if (i % 4 != 3) {
            continue;
        }
        size_t count = i + 1 == size ? 3 - padding : 3;
        /* The bits under the padding must be 0, so that bytes have one spelling. */
        if (count < 3 && (bits & (count == 2 ? 0xffu : 0xffffu)) != 0) {
            return SCENARIO_DECODE_BAD;
        }
        for (size_t byte = 0; byte < count; byte++, made++) {
            if (data) {
                data[made] = (uint8_t)(bits >> (16 - 8 * byte));
            }
        }
        bits = 0;
    }
    return made;
}
