/* SPDX-License-Identifier: MIT */
#include "plugin_check.h"

#include <inttypes.h>
#include <string.h>

bool plugin_check_name(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    size_t length = strspn(name, allowed);
    return length > 0 && length <= PLUGIN_NAME_BYTES_MAX && name[length] == '\0';
}

/* The length of the character that `text` starts with, 0 when it is malformed. A NUL is one. */
static size_t utf8_length(const uint8_t *text)
{
    /* The second byte's range excludes overlong forms, surrogates and what is above U+10FFFF. */
    static const struct {
        uint8_t first_min, first_max, second_min, second_max;
        size_t length;
    } forms[] = {
        {0x00, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (text[0] < forms[i].first_min || text[0] > forms[i].first_max) {
            continue;
        }
        /* A terminator is no continuation byte, so this never reads past the end. */
        bool whole = forms[i].length == 1 ||
                     (text[1] >= forms[i].second_min && text[1] <= forms[i].second_max);
        for (size_t j = 2; whole && j < forms[i].length; j++) {
            whole = (text[j] & 0xc0) == 0x80;
        }
        return whole ? forms[i].length : 0;
    }
    return 0;
}

bool plugin_check_utf8(const char *text)
{
    const uint8_t *byte = (const uint8_t *)text;
    while (*byte) {
        size_t length = utf8_length(byte);
        if (length == 0) {
            return false;
        }
        byte += length;
    }
    return true;
}

bool plugin_check_line(const char *text)
{
    size_t size = strnlen(text, PLUGIN_TEXT_BYTES_MAX + 1);
    if (size > PLUGIN_TEXT_BYTES_MAX || !plugin_check_utf8(text)) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if ((uint8_t)text[i] < 0x20 || text[i] == 0x7f) {
            return false;
        }
    }
    return true;
}

/* The sentence for an integer option whose range or fallback makes no sense. */
static int check_integer(const struct drill_option *option, struct drill_error *error)
{
    int64_t fallback = option->fallback.integer;
    if (option->minimum > option->maximum) {
        return drill_error_set(error,
                               "its option '%s' has the empty range %" PRId64 " to %" PRId64
                               "; let .minimum be at most .maximum",
                               option->name, option->minimum, option->maximum);
    }
    bool any = option->minimum == 0 && option->maximum == 0;
    if (!any && (fallback < option->minimum || fallback > option->maximum)) {
        return drill_error_set(error,
                               "its option '%s' falls back to %" PRId64
                               ", outside its range %" PRId64 " to %" PRId64 "; correct .fallback",
                               option->name, fallback, option->minimum, option->maximum);
    }
    return 0;
}

static int check_type(const struct drill_option *option, struct drill_error *error)
{
    switch (option->type) {
    case DRILL_STRING:
        if (option->fallback.string && !plugin_check_line(option->fallback.string)) {
            return drill_error_set(error,
                                   "its option '%s' falls back to something that is not one line "
                                   "of UTF-8 of at most %d bytes; correct .fallback",
                                   option->name, PLUGIN_TEXT_BYTES_MAX);
        }
        return 0;
    case DRILL_INTEGER:
        return check_integer(option, error);
    case DRILL_BOOLEAN:
        if (option->fallback.integer != 0 && option->fallback.integer != 1) {
            return drill_error_set(
                error, "its boolean option '%s' falls back to %" PRId64 "; use 0 or 1 in .fallback",
                option->name, option->fallback.integer);
        }
        return 0;
    }
    return drill_error_set(error,
                           "its option '%s' has the unknown type %d; use DRILL_STRING, "
                           "DRILL_INTEGER or DRILL_BOOLEAN",
                           option->name, (int)option->type);
}

int plugin_check_options(const struct drill_option *options, size_t count,
                         struct drill_error *error)
{
    if (count > PLUGIN_OPTIONS_MAX) {
        return drill_error_set(error, "its option table has %zu entries; at most %d are allowed",
                               count, PLUGIN_OPTIONS_MAX);
    }
    if (count > 0 && !options) {
        return drill_error_set(error, "it has %zu options but no table; set .options", count);
    }
    for (size_t i = 0; i < count; i++) {
        const struct drill_option *option = &options[i];
        if (!option->name || !plugin_check_name(option->name)) {
            return drill_error_set(error,
                                   "entry %zu of its option table has no proper name; use 1 to %d "
                                   "letters, digits, '-' and '_'",
                                   i, PLUGIN_NAME_BYTES_MAX);
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(options[j].name, option->name) == 0) {
                return drill_error_set(error,
                                       "its option '%s' is there twice, as entries %zu and %zu; "
                                       "remove or rename one",
                                       option->name, j, i);
            }
        }
        if (option->help && !plugin_check_line(option->help)) {
            return drill_error_set(error,
                                   "the help of its option '%s' is not one line of UTF-8 of at "
                                   "most %d bytes",
                                   option->name, PLUGIN_TEXT_BYTES_MAX);
        }
        int status = check_type(option, error);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

static int check_texts(const struct drill_descriptor *descriptor, struct drill_error *error)
{
    if (!descriptor->name || descriptor->name[0] == '\0') {
        return drill_error_set(error, "the name is empty; set .name in DRILL_PLUGIN");
    }
    if (!plugin_check_name(descriptor->name)) {
        return drill_error_set(error,
                               "the name is not made of 1 to %d letters, digits, '-' and '_'; "
                               "change .name in DRILL_PLUGIN",
                               PLUGIN_NAME_BYTES_MAX);
    }
    if (!descriptor->version || descriptor->version[0] == '\0') {
        return drill_error_set(error, "the version is empty; set .version in DRILL_PLUGIN");
    }
    if (!plugin_check_line(descriptor->version)) {
        return drill_error_set(error,
                               "the version is not one line of UTF-8 of at most %d bytes; change "
                               ".version in DRILL_PLUGIN",
                               PLUGIN_TEXT_BYTES_MAX);
    }
    if (descriptor->summary && !plugin_check_line(descriptor->summary)) {
        return drill_error_set(error,
                               "the summary is not one line of UTF-8 of at most %d bytes; change "
                               ".summary in DRILL_PLUGIN",
                               PLUGIN_TEXT_BYTES_MAX);
    }
    return 0;
}

static int check_flags(const struct drill_descriptor *descriptor, struct drill_error *error)
{
    if (descriptor->transports == 0) {
        return drill_error_set(error, "it serves no transport; set .transports to DRILL_TCP, "
                                      "DRILL_UDP or both");
    }
    if (descriptor->transports & ~PLUGIN_TRANSPORTS) {
        return drill_error_set(error,
                               "its transports hold the unknown bits 0x%" PRIx32
                               "; use DRILL_TCP, DRILL_UDP or both",
                               descriptor->transports & ~PLUGIN_TRANSPORTS);
    }
    if (descriptor->properties & ~PLUGIN_PROPERTIES) {
        return drill_error_set(error,
                               "its properties hold the unknown bits 0x%" PRIx32
                               "; use those of <sockdrill/plugin.h>, or a newer sockdrill",
                               descriptor->properties & ~PLUGIN_PROPERTIES);
    }
    return 0;
}

static int check_sizes(const struct drill_descriptor *descriptor, struct drill_error *error)
{
    if (descriptor->config_size > PLUGIN_STATE_BYTES_MAX) {
        return drill_error_set(error,
                               "it asks for %zu bytes of config; at most %zu are given, more can "
                               "be had from services->allocate",
                               descriptor->config_size, PLUGIN_STATE_BYTES_MAX);
    }
    if (descriptor->state_size > PLUGIN_STATE_BYTES_MAX) {
        return drill_error_set(error,
                               "it asks for %zu bytes of state per session; at most %zu are "
                               "given, more can be had from services->allocate",
                               descriptor->state_size, PLUGIN_STATE_BYTES_MAX);
    }
    if (descriptor->message_max > PLUGIN_MESSAGE_BYTES_MAX) {
        return drill_error_set(error,
                               "its message_max is %zu bytes; at most %zu are allowed, so lower "
                               ".message_max",
                               descriptor->message_max, PLUGIN_MESSAGE_BYTES_MAX);
    }
    return 0;
}

int plugin_check(const struct drill_descriptor *descriptor, struct drill_error *error)
{
    int status = check_texts(descriptor, error);
    if (status == 0) {
        status = check_flags(descriptor, error);
    }
    if (status == 0) {
        status = check_sizes(descriptor, error);
    }
    if (status == 0 && !descriptor->transform) {
        status = drill_error_set(error, "it has no transform; set .transform in DRILL_PLUGIN");
    }
    if (status == 0) {
        status = plugin_check_options(descriptor->options, descriptor->option_count, error);
    }
    if (status == 0 && descriptor->option_count > 0 && !descriptor->configure) {
        status = drill_error_set(error, "it declares options but nothing reads them; set "
                                        ".configure in DRILL_PLUGIN");
    }
    return status;
}
