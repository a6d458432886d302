/* SPDX-License-Identifier: MIT */
#include "json_text.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "check.h"
#include "safe_text.h"

#define INDENT_STEP 2

/* How far a line may grow; what goes beyond is not even tried. */
struct line {
    struct bytes *out;
    size_t size_max; /* of all of `out` */
    int status;      /* -E2BIG: it does not fit */
};

static void add_piece(struct line *line, const void *piece, size_t size)
{
    if (line->status == 0 && size > line->size_max - line->out->size) {
        line->status = -E2BIG;
    } else if (line->status == 0) {
        line->status = bytes_add(line->out, piece, size);
    }
}

static int add_dumped(const char *piece, size_t size, void *argument)
{
    struct line *line = argument;
    add_piece(line, piece, size);
    return line->status == 0 ? 0 : -1;
}

/* By jansson, which knows how anything is written. */
static void add_any(struct line *line, const json_t *value)
{
    if (json_dump_callback(value, add_dumped, line, JSON_ENCODE_ANY) != 0 && line->status == 0) {
        line->status = -ENOMEM;
    }
}

/* Whether a string is written as it is. */
static bool is_plain(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] < ' ' || text[i] > '~' || text[i] == '"' || text[i] == '\\') {
            return false;
        }
    }
    return true;
}

static void add_plain(struct line *line, const char *text, size_t size)
{
    add_piece(line, "\"", 1);
    add_piece(line, text, size);
    add_piece(line, "\"", 1);
}

/* A key of a report that was read may be anything. */
static void add_member_key(struct line *line, const char *key)
{
    size_t size = strlen(key);
    if (is_plain(key, size)) {
        add_plain(line, key, size);
        return;
    }
    json_t *string = json_stringn_nocheck(key, size);
    if (string) {
        add_any(line, string);
    } else {
        line->status = -ENOMEM;
    }
    json_decref(string);
}

static void add_count(struct line *line, uint64_t count)
{
    char digits[20];
    size_t start = sizeof(digits);
    do {
        digits[--start] = (char)('0' + count % 10);
        count /= 10;
    } while (count > 0);
    add_piece(line, digits + start, sizeof(digits) - start);
}

static void add_compact(struct line *line, const json_t *value);

static void add_compact_members(struct line *line, const json_t *object)
{
    const char *separator = "{", *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        add_piece(line, separator, strlen(separator));
        add_member_key(line, key);
        add_piece(line, ": ", 2);
        add_compact(line, value);
        if (line->status != 0) {
            return;
        }
        separator = ", ";
    }
    add_piece(line, separator[0] == '{' ? "{}" : "}", separator[0] == '{' ? 2 : 1);
}

static void add_compact_items(struct line *line, const json_t *array)
{
    add_piece(line, "[", 1);
    for (size_t i = 0; i < json_array_size(array) && line->status == 0; i++) {
        add_piece(line, ", ", i > 0 ? 2 : 0);
        add_compact(line, json_array_get(array, i));
    }
    add_piece(line, "]", 1);
}

/* As jansson would do it, which takes several times as long: nearly all of a report is counts and
 * plain words, and there is one for each scenario. */
static void add_compact(struct line *line, const json_t *value)
{
    if (json_is_object(value)) {
        add_compact_members(line, value);
    } else if (json_is_array(value)) {
        add_compact_items(line, value);
    } else if (json_is_integer(value) && json_integer_value(value) >= 0) {
        add_count(line, (uint64_t)json_integer_value(value));
    } else if (json_is_string(value) &&
               is_plain(json_string_value(value), json_string_length(value))) {
        add_plain(line, json_string_value(value), json_string_length(value));
    } else {
        add_any(line, value);
    }
}

static struct line line_of(struct bytes *out, size_t columns)
{
    size_t room = out->size_max - out->size;
    return (struct line){.out = out, .size_max = out->size + (columns < room ? columns : room)};
}

/* 0, -E2BIG when it takes more than `columns`, or -errno. */
static int add_one_line(struct bytes *out, const json_t *value, size_t columns)
{
    struct line line = line_of(out, columns);
    add_compact(&line, value);
    return line.status;
}

/* A list whose members are all numbers, or all lists of numbers. */
static bool is_numbers(const json_t *value)
{
    if (!json_is_array(value)) {
        return false;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *member = json_array_get(value, i);
        if (!json_is_integer(member) && !is_numbers(member)) {
            return false;
        }
    }
    return true;
}

static bool has_members(const json_t *value)
{
    return json_array_size(value) > 0 || json_object_size(value) > 0;
}

static int add_value(struct bytes *out, const json_t *value, size_t indent, size_t column);

/* `separator`, a new line and `indent` spaces. */
static int add_line_break(struct bytes *out, const char *separator, size_t indent)
{
    int status = bytes_add(out, separator, strlen(separator));
    if (status == 0) {
        status = bytes_add_byte(out, '\n', 1);
    }
    return status == 0 ? bytes_add_byte(out, ' ', indent) : status;
}

static int add_key(struct bytes *out, const char *key)
{
    struct line line = line_of(out, SIZE_MAX);
    add_member_key(&line, key);
    add_piece(&line, ": ", 2);
    return line.status == -E2BIG ? -ENOSPC : line.status;
}

static int add_close(struct bytes *out, char bracket, size_t indent)
{
    int status = add_line_break(out, "", indent);
    return status == 0 ? bytes_add_byte(out, (uint8_t)bracket, 1) : status;
}

static int add_object(struct bytes *out, const json_t *object, size_t indent)
{
    const char *separator = "{";
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        int status = add_line_break(out, separator, indent + INDENT_STEP);
        if (status == 0) {
            status = json_text_add_member(out, key, value, indent + INDENT_STEP);
        }
        if (status != 0) {
            return status;
        }
        separator = ",";
    }
    return add_close(out, '}', indent);
}

static int add_array(struct bytes *out, const json_t *array, size_t indent)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        int status = add_line_break(out, i ? "," : "[", indent + INDENT_STEP);
        if (status == 0) {
            status = add_value(out, json_array_get(array, i), indent + INDENT_STEP,
                               indent + INDENT_STEP);
        }
        if (status != 0) {
            return status;
        }
    }
    return add_close(out, ']', indent);
}

/* `column` is where the value begins, `indent` where its closing bracket would stand. */
static int add_value(struct bytes *out, const json_t *value, size_t indent, size_t column)
{
    size_t start = out->size;
    /* A comma may follow. */
    size_t columns = column < JSON_TEXT_LINE_COLUMNS ? JSON_TEXT_LINE_COLUMNS - column - 1 : 0;
    bool breakable = has_members(value) && !is_numbers(value);
    int status = add_one_line(out, value, breakable ? columns : SIZE_MAX);
    if (status != -E2BIG || !breakable) {
        return status == -E2BIG ? -ENOSPC : status;
    }
    out->size = start;
    return json_is_object(value) ? add_object(out, value, indent) : add_array(out, value, indent);
}

int json_text_add_member(struct bytes *out, const char *key, const json_t *value, size_t indent)
{
    size_t start = out->size;
    int status = add_key(out, key);
    return status == 0 ? add_value(out, value, indent, indent + (out->size - start)) : status;
}

int json_text_add(struct bytes *out, const json_t *value, size_t indent)
{
    ASSERT(value);
    size_t start = out->size;
    int status = add_value(out, value, indent, indent);
    if (status != 0) {
        out->size = start;
    }
    return status;
}

int json_text_add_line(struct bytes *out, const json_t *value)
{
    ASSERT(value);
    size_t start = out->size;
    int status = add_one_line(out, value, SIZE_MAX);
    if (status != 0) {
        out->size = start;
    }
    return status == -E2BIG ? -ENOSPC : status;
}

json_t *json_text_string_of(const void *text, size_t size)
{
    json_t *string = json_stringn(text, size);
    if (string) {
        return string;
    }
    struct bytes fixed;
    bytes_init(&fixed, JSON_TEXT_BYTES_MAX);
    if (safe_text_add_utf8(&fixed, text, size) == 0) {
        string = json_stringn((const char *)fixed.data, fixed.size);
    }
    bytes_fini(&fixed);
    return string;
}

json_t *json_text_string(const char *text)
{
    return json_text_string_of(text, strlen(text));
}

json_t *json_text_integer(uint64_t value)
{
    return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

json_t *json_text_hex(const uint8_t *data, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    struct bytes text;
    bytes_init(&text, JSON_TEXT_BYTES_MAX);
    int status = bytes_reserve(&text, 2 * size);
    for (size_t i = 0; i < size && status == 0; i++) {
        text.data[text.size++] = (uint8_t)digits[data[i] >> 4];
        text.data[text.size++] = (uint8_t)digits[data[i] & 15];
    }
    const char *start = text.data ? (const char *)text.data : "";
    json_t *string = status == 0 ? json_stringn(start, text.size) : NULL;
    bytes_fini(&text);
    return string;
}

void json_text_put(json_t *object, const char *key, json_t *value, int *status)
{
    if (json_object_set_new_nocheck(object, key, value) != 0) {
        *status = -ENOMEM;
    }
}

void json_text_append(json_t *array, json_t *value, int *status)
{
    if (json_array_append_new(array, value) != 0) {
        *status = -ENOMEM;
    }
}

json_t *json_text_whole(json_t *value, int status)
{
    if (status != 0) {
        json_decref(value);
        return NULL;
    }
    return value;
}
