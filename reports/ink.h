/* SPDX-License-Identifier: MIT */
/*
 * Writes coloured text for people into bytes, remembering the first failure.
 *
 * A page is built by many small additions; checking each would hide what is written. Once one
 * failed the following do nothing, and the builder looks at `status` at its end. Not thread-safe.
 */
#ifndef DRILL_REPORTS_INK_H
#define DRILL_REPORTS_INK_H

#include <stdbool.h>
#include <stddef.h>

#include "bytes.h"

struct ink {
    struct bytes *out; /* borrowed */
    bool color;        /* else styles write nothing */
    int status;        /* 0, or the error of the first addition that failed */
};

enum ink_style { INK_PLAIN, INK_GOOD, INK_BAD, INK_ODD, INK_FAINT };

/* What follows is written in `style`; INK_PLAIN ends any other. */
void ink_style(struct ink *ink, enum ink_style style);

/* Our own words, added as they are. */
void ink_add(struct ink *ink, const char *text);
void ink_format(struct ink *ink, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The words of others: see safe_text.h. */
void ink_safe(struct ink *ink, const char *text);
void ink_safe_of(struct ink *ink, const void *text, size_t size);
void ink_quoted(struct ink *ink, const void *data, size_t size);

#endif
