/* SPDX-License-Identifier: MIT */
#include "value_text.h"

#include <string.h>

#include "check.h"
#include "evidence_text.h"
#include "json_text.h"

void value_text_words(struct ink *ink, const char *text, size_t size, size_t bytes_max)
{
    size_t shown = size < bytes_max ? size : bytes_max;
    while (shown > 0 && shown < size && ((uint8_t)text[shown] & 0xc0) == 0x80) {
        shown--;
    }
    ink_safe_of(ink, text, shown);
    ink_add(ink, shown < size ? "..." : "");
}

void value_text_add(struct ink *ink, const json_t *value, size_t bytes_max)
{
    if (!value || json_is_null(value)) {
        ink_add(ink, value ? "not told" : "nothing");
        return;
    }
    if (json_is_string(value)) {
        value_text_words(ink, json_string_value(value), json_string_length(value), bytes_max);
        return;
    }
    struct bytes text;
    bytes_init(&text, JSON_TEXT_BYTES_MAX);
    if (json_text_add_line(&text, value) == 0) {
        value_text_words(ink, (const char *)text.data, text.size, bytes_max);
    } else {
        ink_add(ink, "...");
    }
    bytes_fini(&text);
}

void value_text_labelled(struct ink *ink, const char *label, const json_t *value, size_t bytes_max)
{
    ink_format(ink, "    %-10s", label);
    value_text_add(ink, value, bytes_max);
    ink_add(ink, "\n");
}

static uint64_t count_of(const json_t *object, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(object, key));
}

static uint8_t digit(char letter)
{
    return (uint8_t)(letter <= '9' ? letter - '0' : letter - 'a' + 10);
}

/* The reader has checked that the digits are some, and few enough. */
static uint32_t read_hex(const json_t *hex, uint8_t *out)
{
    const char *digits = json_string_value(hex);
    size_t size = json_string_length(hex) / 2;
    ASSERT(size <= RESULT_HEAD_BYTES);
    for (size_t i = 0; i < size; i++) {
        out[i] = (uint8_t)(digit(digits[2 * i]) << 4 | digit(digits[2 * i + 1]));
    }
    return (uint32_t)size;
}

/* Whether the value is a stream; then `evidence` is filled. */
static bool read_bytes(const json_t *value, struct result_evidence *evidence)
{
    *evidence = (struct result_evidence){.kind = EVIDENCE_NONE};
    const json_t *hex = json_object_get(value, "hex");
    if (!hex) {
        return false;
    }
    evidence->kind = EVIDENCE_BYTES;
    evidence->offset = count_of(value, "offset");
    evidence->stream.length = count_of(value, "length");
    evidence->stream.head_size = read_hex(hex, evidence->stream.head);
    return true;
}

void value_text_evidence(struct ink *ink, const json_t *value, const json_t *other,
                         size_t bytes_max)
{
    struct result_evidence own, others;
    read_bytes(other, &others);
    if (read_bytes(value, &own)) {
        evidence_text_add_words(ink, &own, &others);
    } else {
        value_text_add(ink, value, bytes_max);
    }
}

static bool same_head(const struct result_evidence *a, const struct result_evidence *b)
{
    return a->kind == b->kind && a->offset == b->offset && a->stream.length == b->stream.length &&
           a->stream.head_size == b->stream.head_size &&
           memcmp(a->stream.head, b->stream.head, a->stream.head_size) == 0;
}

/* Both begin alike, so a dump would show nothing. */
static void add_same_heads(struct ink *ink, const char *const labels[2],
                           const struct result_evidence *left, const struct result_evidence *right)
{
    const struct result_evidence *sides[2] = {left, right};
    for (size_t i = 0; i < 2; i++) {
        ink_format(ink, "    %-10s", labels[i]);
        evidence_text_add_words(ink, sides[i], sides[1 - i]);
        ink_add(ink, "\n");
    }
    ink_add(ink, "    the hashes differ: what differs lies beyond the bytes that are kept\n");
}

void value_text_sides(struct ink *ink, const char *const labels[2], const json_t *before,
                      const json_t *now, size_t bytes_max)
{
    struct result_evidence left, right;
    bool left_bytes = read_bytes(before, &left), right_bytes = read_bytes(now, &right);
    if (left_bytes && right_bytes && same_head(&left, &right)) {
        add_same_heads(ink, labels, &left, &right);
        return;
    }
    if (!left_bytes && before) {
        value_text_labelled(ink, labels[0], before, bytes_max);
    }
    evidence_text_add_labelled(ink, labels, &left, &right, EVIDENCE_TEXT_ROWS);
    if (!right_bytes && now) {
        value_text_labelled(ink, labels[1], now, bytes_max);
    }
}
