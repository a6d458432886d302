/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

_Noreturn void check_failed(const char *condition, const char *file, int line)
{
    char text[512];
    int length =
        snprintf(text, sizeof(text), "%s:%d: broken invariant: %s\n", file, line, condition);
    if (length > 0 && write(STDERR_FILENO, text, (size_t)length) < 0) {
        abort();
    }
    abort();
}

_Noreturn void check_plugin_misused(const char *plugin, const char *sentence)
{
    char text[512];
    int length =
        snprintf(text, sizeof(text), "plugin '%s' broke its contract: %s\n", plugin, sentence);
    if (length > 0 && write(STDERR_FILENO, text, (size_t)length) < 0) {
        abort();
    }
    abort();
}

int drill_error_set(struct drill_error *error, const char *format, ...)
{
    if (error) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(error->sentence, sizeof(error->sentence), format, arguments);
        va_end(arguments);
    }
    return -EINVAL;
}

const char *drill_error_text(const struct drill_error *error, char *text, size_t size)
{
    char place[600] = "";
    char pointer[600] = "";
    if (error->line > 0) {
        snprintf(place, sizeof(place), "%s:%u:%u: ", error->file, error->line, error->column);
    } else if (error->file[0]) {
        snprintf(place, sizeof(place), "%s: ", error->file);
    }
    if (error->pointer[0]) {
        snprintf(pointer, sizeof(pointer), " (at %s)", error->pointer);
    }
    snprintf(text, size, "%s%s%s", place, error->sentence, pointer);
    return text;
}
