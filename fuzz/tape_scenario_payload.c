/* SPDX-License-Identifier: MIT */
/* Payloads: text where it is, short ones in hexadecimal, long ones in base64. */
#include <stdio.h>
#include <stdlib.h>

#include "tape_scenario_internal.h"

#define HEX_BYTES_MAX 64

static bool is_printable(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bool space = data[i] == '\n' || data[i] == '\r' || data[i] == '\t';
        if ((data[i] < 0x20 && !space) || data[i] == 0x7f) {
            return false;
        }
    }
    return true;
}

static json_t *hex_text(const uint8_t *data, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    char text[2 * HEX_BYTES_MAX];
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[data[i] >> 4];
        text[2 * i + 1] = digits[data[i] & 15];
    }
    return json_stringn(text, 2 * size);
}

/* RFC 4648, with padding. */
static json_t *base64_text(const uint8_t *data, size_t size)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t length = (size + 2) / 3 * 4, at = 0;
    char *text = malloc(length + 1);
    if (!text) {
        return NULL;
    }
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        uint32_t group = (uint32_t)data[i] << 16 | (left > 1 ? (uint32_t)data[i + 1] << 8 : 0) |
                         (left > 2 ? data[i + 2] : 0);
        text[at++] = letters[group >> 18];
        text[at++] = letters[group >> 12 & 63];
        text[at++] = left > 1 ? letters[group >> 6 & 63] : '=';
        text[at++] = left > 2 ? letters[group & 63] : '=';
    }
    json_t *string = json_stringn(text, length);
    free(text);
    return string;
}

static json_t *bytes_payload(struct writer *writer, const struct plan_part *part)
{
    const char *text = part->size > 0 ? (const char *)part->data : "";
    json_t *string = is_printable(part->data, part->size) ? writer_string(text, part->size) : NULL;
    if (string) {
        return string;
    }
    json_t *object = json_object();
    if (part->size <= HEX_BYTES_MAX) {
        writer_put(writer, object, "hex", hex_text(part->data, part->size));
    } else {
        writer_put(writer, object, "base64", base64_text(part->data, part->size));
    }
    return object;
}

static json_t *capture_name(uint32_t capture)
{
    char name[24];
    snprintf(name, sizeof(name), "c%u", capture);
    return json_string(name);
}

static json_t *integer(uint64_t number)
{
    return json_integer((json_int_t)number);
}

static json_t *part_payload(struct writer *writer, const struct plan_part *part)
{
    char fill = (char)part->fill;
    if (part->kind == PLAN_BYTES) {
        return bytes_payload(writer, part);
    }
    json_t *object = json_object();
    switch (part->kind) {
    case PLAN_BYTES:
        break;
    case PLAN_FILL:
        writer_put(writer, object, "fill", writer_string(&fill, 1));
        writer_put(writer, object, "size", integer(part->size));
        break;
    case PLAN_RANDOM:
        writer_put(writer, object, "random", integer(part->size));
        writer_put(writer, object, "seed", integer(part->seed));
        break;
    case PLAN_CAPTURED:
        writer_put(writer, object, "captured", capture_name(part->capture));
        break;
    case PLAN_ANY:
        writer_put(writer, object, "any", integer(part->size));
        break;
    case PLAN_CAPTURE:
        writer_put(writer, object, "capture", capture_name(part->capture));
        writer_put(writer, object, "size", integer(part->size));
        break;
    }
    return object;
}

json_t *writer_payload(struct writer *writer, const struct plan_payload *payload)
{
    if (payload->part_count == 1) {
        return part_payload(writer, &payload->parts[0]);
    }
    json_t *list = json_array();
    for (size_t i = 0; i < payload->part_count; i++) {
        writer_append(writer, list, part_payload(writer, &payload->parts[i]));
    }
    return list;
}
