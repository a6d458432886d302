/* SPDX-License-Identifier: MIT */
/*
 * The text of a scenario file: a strict JSON scanner that knows where everything stands.
 *
 * jansson makes the values; this scanner runs over the same bytes before it, so that what it
 * refuses has an exact place, and after it, to find the place of a JSON pointer. It allocates
 * nothing but the pointers it writes. Stateless between calls.
 */
#ifndef DRILL_CORE_SCENARIO_TEXT_H
#define DRILL_CORE_SCENARIO_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "bytes.h"

struct scenario_text {
    const char *data; /* borrowed */
    size_t size;
};

/* What scenario_text_check found. */
struct scenario_text_fault {
    size_t offset;      /* of the first offending byte */
    char sentence[256]; /* for a person */
};

/* Whether the text is one JSON value in valid UTF-8, nested no deeper than SCENARIO_DEPTH_MAX. 0;
 * or -EINVAL with the fault and the JSON pointer of the value it lies in; or -ENOMEM. */
int scenario_text_check(const struct scenario_text *text, struct scenario_text_fault *fault,
                        struct bytes *pointer);

/* The token that ends at byte `end` of a checked text: where it starts, and its JSON pointer (of
 * the member for a key). 0, -ENOENT or -ENOMEM. */
int scenario_text_token(const struct scenario_text *text, size_t end, size_t *start,
                        struct bytes *pointer);

/* Where the value of a JSON pointer starts in a checked text, or with `key` the key of that member;
 * what does not exist is answered with its nearest ancestor. */
size_t scenario_text_find(const struct scenario_text *text, const char *pointer, bool key);

/* Line and column of a byte, both from 1; columns count bytes. */
void scenario_text_place(const struct scenario_text *text, size_t offset, unsigned *line,
                         unsigned *column);

#endif
