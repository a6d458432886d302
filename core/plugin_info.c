/* SPDX-License-Identifier: MIT */
#include "plugin_info.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "plugin_host.h"

#define WIRE_MAGIC     UINT32_C(0x31495044) /* "DPI1" */
#define WIRE_NO_STRING UINT32_MAX           /* in place of a length: NULL */

/* Which callbacks there are. */
#define WIRE_FRAME 1u
#define WIRE_OPEN  2u
#define WIRE_EOF   4u
#define WIRE_WAKE  8u

static int add_u32(struct bytes *wire, uint32_t number)
{
    return bytes_add(wire, &number, sizeof(number));
}

static int add_u64(struct bytes *wire, uint64_t number)
{
    return bytes_add(wire, &number, sizeof(number));
}

static int add_string(struct bytes *wire, const char *string)
{
    if (!string) {
        return add_u32(wire, WIRE_NO_STRING);
    }
    size_t size = strlen(string);
    int status = size < WIRE_NO_STRING ? add_u32(wire, (uint32_t)size) : -EINVAL;
    return status == 0 ? bytes_add(wire, string, size) : status;
}

static int add_option(struct bytes *wire, const struct drill_option *option)
{
    const char *fallback = option->type == DRILL_STRING ? option->fallback.string : NULL;
    int64_t integer = option->type == DRILL_STRING ? 0 : option->fallback.integer;
    int status = add_string(wire, option->name);
    status = status == 0 ? add_u32(wire, (uint32_t)option->type) : status;
    status = status == 0 ? add_string(wire, fallback) : status;
    status = status == 0 ? add_u64(wire, (uint64_t)integer) : status;
    status = status == 0 ? add_u64(wire, (uint64_t)option->minimum) : status;
    status = status == 0 ? add_u64(wire, (uint64_t)option->maximum) : status;
    return status == 0 ? add_string(wire, option->help ? option->help : "") : status;
}

static int add_all(const struct plugin *plugin, struct bytes *wire)
{
    const struct drill_descriptor *from = &plugin->descriptor;
    uint32_t callbacks = (from->frame ? WIRE_FRAME : 0) | (from->open ? WIRE_OPEN : 0) |
                         (from->eof ? WIRE_EOF : 0) | (from->wake ? WIRE_WAKE : 0);
    int status = add_u32(wire, WIRE_MAGIC);
    status = status == 0 ? add_string(wire, from->name) : status;
    status = status == 0 ? add_string(wire, from->version) : status;
    status = status == 0 ? add_string(wire, from->summary ? from->summary : "") : status;
    status = status == 0 ? add_string(wire, plugin->path) : status;
    status = status == 0 ? add_u32(wire, from->transports) : status;
    status = status == 0 ? add_u32(wire, from->properties) : status;
    status = status == 0 ? add_u32(wire, callbacks) : status;
    status = status == 0 ? add_u64(wire, from->message_max) : status;
    status = status == 0 ? add_u32(wire, (uint32_t)from->option_count) : status;
    for (size_t i = 0; status == 0 && i < from->option_count; i++) {
        status = add_option(wire, &from->options[i]);
    }
    return status;
}

int plugin_info_encode(const struct plugin *plugin, struct bytes *wire)
{
    size_t before = wire->size;
    int status = add_all(plugin, wire);
    if (status != 0) {
        wire->size = before;
    }
    return status;
}

/* What is left to decode; once anything was wrong nothing more is read. */
struct reader {
    const uint8_t *at;
    size_t left;
    int status;
};

static void take(struct reader *reader, void *to, size_t size)
{
    memset(to, 0, size);
    if (reader->status == 0 && reader->left < size) {
        reader->status = -EINVAL;
    }
    if (reader->status == 0) {
        memcpy(to, reader->at, size);
        reader->at += size;
        reader->left -= size;
    }
}

static uint32_t take_u32(struct reader *reader)
{
    uint32_t number;
    take(reader, &number, sizeof(number));
    return number;
}

static uint64_t take_u64(struct reader *reader)
{
    uint64_t number;
    take(reader, &number, sizeof(number));
    return number;
}

/* An owned copy of a string of at most `size_max` bytes; NULL for none, or with a status. */
static char *take_string(struct reader *reader, size_t size_max)
{
    uint32_t size = take_u32(reader);
    if (reader->status != 0 || size == WIRE_NO_STRING) {
        return NULL;
    }
    if (size > size_max || size > reader->left || memchr(reader->at, 0, size)) {
        reader->status = -EINVAL;
        return NULL;
    }
    char *string = malloc((size_t)size + 1);
    if (!string) {
        reader->status = -ENOMEM;
        return NULL;
    }
    take(reader, string, size);
    string[size] = '\0';
    return string;
}

static void take_option(struct reader *reader, struct drill_option *option)
{
    option->name = take_string(reader, PLUGIN_NAME_BYTES_MAX);
    uint32_t type = take_u32(reader);
    if (type < DRILL_STRING || type > DRILL_BOOLEAN) {
        reader->status = reader->status ? reader->status : -EINVAL;
        type = DRILL_STRING;
    }
    option->type = (enum drill_option_type)type;
    option->fallback.string = take_string(reader, PLUGIN_TEXT_BYTES_MAX);
    option->fallback.integer = (int64_t)take_u64(reader);
    option->minimum = (int64_t)take_u64(reader);
    option->maximum = (int64_t)take_u64(reader);
    option->help = take_string(reader, PLUGIN_TEXT_BYTES_MAX);
}

static void take_options(struct reader *reader, struct plugin_info *info)
{
    uint32_t count = take_u32(reader);
    if (reader->status != 0 || count == 0) {
        return;
    }
    if (count > PLUGIN_OPTIONS_MAX) {
        reader->status = -EINVAL;
        return;
    }
    info->options = calloc(count, sizeof(*info->options));
    if (!info->options) {
        reader->status = -ENOMEM;
        return;
    }
    info->option_count = count;
    for (size_t i = 0; i < count && reader->status == 0; i++) {
        take_option(reader, &info->options[i]);
    }
}

static void take_all(struct reader *reader, struct plugin_info *info)
{
    if (take_u32(reader) != WIRE_MAGIC) {
        reader->status = -EINVAL;
    }
    info->name = take_string(reader, PLUGIN_NAME_BYTES_MAX);
    info->version = take_string(reader, PLUGIN_TEXT_BYTES_MAX);
    info->summary = take_string(reader, PLUGIN_TEXT_BYTES_MAX);
    info->path = take_string(reader, PATH_MAX);
    info->transports = take_u32(reader);
    info->properties = take_u32(reader);
    uint32_t callbacks = take_u32(reader);
    info->has_frame = callbacks & WIRE_FRAME;
    info->has_open = callbacks & WIRE_OPEN;
    info->has_eof = callbacks & WIRE_EOF;
    info->has_wake = callbacks & WIRE_WAKE;
    uint64_t message_max = take_u64(reader);
    info->message_max = (size_t)message_max;
    if (message_max < 1 || message_max > PLUGIN_MESSAGE_BYTES_MAX ||
        callbacks > (WIRE_FRAME | WIRE_OPEN | WIRE_EOF | WIRE_WAKE)) {
        reader->status = reader->status ? reader->status : -EINVAL;
    }
    take_options(reader, info);
    if (reader->status == 0 && reader->left > 0) {
        reader->status = -EINVAL;
    }
}

/* Everything is there and is what plugin_load lets pass. */
static bool is_sound(const struct plugin_info *info)
{
    if (!info->name || !info->version || !info->summary || !info->path) {
        return false;
    }
    for (size_t i = 0; i < info->option_count; i++) {
        if (!info->options[i].help ||
            (info->options[i].type != DRILL_STRING && info->options[i].fallback.string)) {
            return false;
        }
    }
    return plugin_check_name(info->name) && info->version[0] && plugin_check_line(info->version) &&
           plugin_check_line(info->summary) && info->transports != 0 &&
           (info->transports & ~PLUGIN_TRANSPORTS) == 0 &&
           (info->properties & ~PLUGIN_PROPERTIES) == 0 &&
           plugin_check_options(info->options, info->option_count, NULL) == 0;
}

int plugin_info_decode(const void *wire, size_t size, struct plugin_info **info)
{
    struct plugin_info *made = calloc(1, sizeof(*made));
    if (!made) {
        return -ENOMEM;
    }
    struct reader reader = {.at = wire, .left = size};
    take_all(&reader, made);
    if (reader.status == 0 && !is_sound(made)) {
        reader.status = -EINVAL;
    }
    if (reader.status != 0) {
        plugin_info_free(made);
        return reader.status;
    }
    *info = made;
    return 0;
}

void plugin_info_free(struct plugin_info *info)
{
    if (!info) {
        return;
    }
    for (size_t i = 0; i < info->option_count; i++) {
        free((char *)info->options[i].name);
        free((char *)info->options[i].fallback.string);
        free((char *)info->options[i].help);
    }
    free(info->options);
    free(info->name);
    free(info->version);
    free(info->summary);
    free(info->path);
    free(info);
}

int plugin_info_option(const struct plugin_info *info, const char *name)
{
    for (size_t i = 0; i < info->option_count; i++) {
        if (strcmp(info->options[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}
