/* SPDX-License-Identifier: MIT */
#include "ink.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "safe_text.h"

#define INK_FORMAT_BYTES 256

static const char *style_sequence(enum ink_style style)
{
    switch (style) {
    case INK_PLAIN:
        return "\x1b[0m";
    case INK_GOOD:
        return "\x1b[32m";
    case INK_BAD:
        return "\x1b[1;31m";
    case INK_ODD:
        return "\x1b[33m";
    case INK_FAINT:
        return "\x1b[2m";
    }
    ASSERT(!"a style has a sequence");
    return "";
}

void ink_style(struct ink *ink, enum ink_style style)
{
    if (ink->color) {
        ink_add(ink, style_sequence(style));
    }
}

void ink_add(struct ink *ink, const char *text)
{
    if (ink->status == 0) {
        ink->status = bytes_add(ink->out, text, strlen(text));
    }
}

void ink_format(struct ink *ink, const char *format, ...)
{
    char text[INK_FORMAT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    /* Formats hold numbers and our own words; the words of others have no bound. */
    ASSERT(length >= 0 && (size_t)length < sizeof(text));
    ink_add(ink, text);
}

void ink_safe_of(struct ink *ink, const void *text, size_t size)
{
    if (ink->status == 0) {
        ink->status = safe_text_add(ink->out, text, size);
    }
}

void ink_safe(struct ink *ink, const char *text)
{
    ink_safe_of(ink, text, strlen(text));
}

void ink_quoted(struct ink *ink, const void *data, size_t size)
{
    if (ink->status == 0) {
        ink->status = safe_text_add_quoted(ink->out, data, size);
    }
}
