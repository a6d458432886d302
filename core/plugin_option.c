/* SPDX-License-Identifier: MIT */
/*
 * The option half of plugin_info.h: values from text, and what a value may be.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plugin_check.h"
#include "plugin_info.h"

/* How much of a person's text a sentence repeats. */
#define TEXT_SHOWN "%.100s"

static int check_range(const struct drill_option *option, int64_t integer,
                       struct drill_error *error)
{
    bool any = option->minimum == 0 && option->maximum == 0;
    if (any || (integer >= option->minimum && integer <= option->maximum)) {
        return 0;
    }
    return drill_error_set(error,
                           "option '%s' must be from %" PRId64 " to %" PRId64 ", not %" PRId64,
                           option->name, option->minimum, option->maximum, integer);
}

int plugin_option_check(const struct drill_option *option, const struct drill_value *value,
                        struct drill_error *error)
{
    switch (option->type) {
    case DRILL_STRING:
        if (!value->string && option->fallback.string) {
            return drill_error_set(error, "option '%s' needs a string", option->name);
        }
        if (value->string && !plugin_check_utf8(value->string)) {
            return drill_error_set(error, "option '%s' is not valid UTF-8", option->name);
        }
        return 0;
    case DRILL_INTEGER:
        return check_range(option, value->integer, error);
    case DRILL_BOOLEAN:
        if (value->integer != 0 && value->integer != 1) {
            return drill_error_set(error, "option '%s' must be 0 or 1, not %" PRId64, option->name,
                                   value->integer);
        }
        return 0;
    }
    return drill_error_set(error, "option '%s' has an unknown type", option->name);
}

/* Strictly decimal: strtoll alone would let leading space and a plus sign pass. */
static int parse_integer(const struct drill_option *option, const char *text, int64_t *integer,
                         struct drill_error *error)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    size_t length = strspn(digits, "0123456789");
    if (length == 0 || digits[length] != '\0') {
        return drill_error_set(error, "option '%s' needs an integer, not '" TEXT_SHOWN "'",
                               option->name, text);
    }
    errno = 0;
    *integer = strtoll(text, NULL, 10);
    if (errno == ERANGE) {
        return drill_error_set(error,
                               "option '%s' needs an integer of 64 bits, not '" TEXT_SHOWN "'",
                               option->name, text);
    }
    return 0;
}

static int parse_boolean(const struct drill_option *option, const char *text, int64_t *integer,
                         struct drill_error *error)
{
    *integer = strcmp(text, "true") == 0;
    if (*integer || strcmp(text, "false") == 0) {
        return 0;
    }
    return drill_error_set(error, "option '%s' needs true or false, not '" TEXT_SHOWN "'",
                           option->name, text);
}

int plugin_option_parse(const struct drill_option *option, const char *text,
                        struct drill_value *value, struct drill_error *error)
{
    struct drill_value parsed = {0};
    int status = 0;
    switch (option->type) {
    case DRILL_STRING:
        parsed.string = text;
        break;
    case DRILL_INTEGER:
        status = parse_integer(option, text, &parsed.integer, error);
        break;
    case DRILL_BOOLEAN:
        status = parse_boolean(option, text, &parsed.integer, error);
        break;
    }
    if (status == 0) {
        status = plugin_option_check(option, &parsed, error);
    }
    if (status == 0) {
        *value = parsed;
    }
    return status;
}
