/* SPDX-License-Identifier: MIT */
/*
 * A strict JSON tokenizer (RFC 8259) that keeps the way to where it is: which member of which list
 * or object.
 *
 * Used by scenario_text only. In place, on the stack; allocates nothing; the text is borrowed.
 */
#ifndef DRILL_CORE_SCENARIO_SCAN_H
#define DRILL_CORE_SCENARIO_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "scenario.h"
#include "scenario_text.h"

/* What the grammar allows next. */
enum scan_state {
    SCAN_VALUE,
    SCAN_VALUE_OR_END, /* just after '[' */
    SCAN_KEY,
    SCAN_KEY_OR_END, /* just after '{' */
    SCAN_COLON,
    SCAN_COMMA_OR_END,
    SCAN_DONE
};

enum scan_token {
    SCAN_TOKEN_FAULT,
    SCAN_TOKEN_END, /* of the text */
    SCAN_TOKEN_PUNCTUATION,
    SCAN_TOKEN_KEY,
    SCAN_TOKEN_SCALAR,
    SCAN_TOKEN_OPEN /* '[' or '{': its frame is on the stack already */
};

/* An open list or object, and which of its members is being read. */
struct scan_frame {
    bool is_list;
    bool has_key;
    size_t index;
    size_t key_start, key_end; /* with the quotes */
};

struct scan {
    const unsigned char *data;
    size_t size, offset;
    size_t start; /* of the last token, which ends at `offset` */
    enum scan_state state;
    unsigned depth;
    struct scan_frame frames[SCENARIO_DEPTH_MAX];
    const char *fault;   /* a sentence, with SCAN_TOKEN_FAULT */
    size_t fault_offset; /* where */
};

void scan_init(struct scan *scan, const struct scenario_text *text);

/* The next token; its bytes are [start, offset). After SCAN_TOKEN_FAULT and SCAN_TOKEN_END nothing
 * more comes. */
enum scan_token scan_next(struct scan *scan);

/* The four hexadecimal digits of \uXXXX at `offset`, or -1. */
int scan_unit(const unsigned char *data, size_t size, size_t offset);

#endif
