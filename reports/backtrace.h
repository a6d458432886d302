/* SPDX-License-Identifier: MIT */
/*
 * Names the frames of a result's backtrace: function, file and line, from the symbols and the debug
 * information in the files themselves (elfutils). Nothing is fetched from elsewhere.
 *
 * A `struct backtrace` keeps the files that it opened; one serves all results of a run. Not
 * thread-safe.
 */
#ifndef DRILL_REPORTS_BACKTRACE_H
#define DRILL_REPORTS_BACKTRACE_H

#include "result.h"

struct backtrace;

/* NULL without memory. */
struct backtrace *backtrace_new(void);
void backtrace_free(struct backtrace *backtrace);

#define BACKTRACE_TEXT_BYTES 1024

struct backtrace_place {
    char function[256]; /* "" when the file does not tell; then there is no source either */
    char source[512];   /* as the compiler was given it; "" when the file does not tell */
    unsigned line;      /* of `source` */
};

/* What is known of a frame. */
void backtrace_find(struct backtrace *backtrace, const struct result_frame *frame,
                    struct backtrace_place *place);

/* The same for a person: "shout (uppercase.c:17)", "shout (uppercase.so+0x1139)" or
 * "uppercase.so+0x1139". A NULL `backtrace` is allowed and knows nothing. Returns `text`. */
const char *backtrace_text(struct backtrace *backtrace, const struct result_frame *frame,
                           char text[BACKTRACE_TEXT_BYTES]);

#endif
