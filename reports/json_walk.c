/* SPDX-License-Identifier: MIT */
#include "json_walk.h"

#include <stdio.h>
#include <string.h>

#include "check.h"

void json_walk_init(struct json_walk *walk, const void *text, size_t size)
{
    *walk = (struct json_walk){.text = text, .size = size};
}

/* Notes what is wrong at `offset`; line and column are counted only now, for most walks need none.
 * `line` and `column` are those behind the offset, as jansson counts: 1 and 1 are the place itself.
 */
static void fail_at(struct json_walk *walk, size_t offset, unsigned line, unsigned column,
                    const char *what)
{
    size_t line_start = 0;
    walk->line = line;
    for (size_t i = 0; i < offset; i++) {
        if (walk->text[i] == '\n') {
            walk->line++;
            line_start = i + 1;
        }
    }
    walk->column = line == 1 ? (unsigned)(offset - line_start) + column : column;
    snprintf(walk->what, sizeof(walk->what), "%s", what);
}

/* Something else than what comes was to come here. */
static void fail_here(struct json_walk *walk, const char *what)
{
    walk->cut = walk->at == walk->size;
    fail_at(walk, walk->at, 1, 1, what);
}

void json_walk_refuse(struct json_walk *walk, const char *what)
{
    fail_at(walk, walk->at, 1, 1, what);
}

char json_walk_peek(struct json_walk *walk)
{
    while (walk->at < walk->size && walk->text[walk->at] &&
           strchr(" \t\r\n", walk->text[walk->at])) {
        walk->at++;
    }
    return walk->at < walk->size ? walk->text[walk->at] : '\0';
}

void json_walk_enter(struct json_walk *walk)
{
    ASSERT(walk->at < walk->size);
    walk->at++;
    walk->fresh = true;
}

int json_walk_next(struct json_walk *walk, char close)
{
    char letter = json_walk_peek(walk);
    bool fresh = walk->fresh;
    walk->fresh = false;
    if (letter == close) {
        walk->at++;
        return 0;
    }
    if (!fresh && letter != ',') {
        fail_here(walk, close == '}' ? "',' or '}' expected" : "',' or ']' expected");
        return -1;
    }
    walk->at += !fresh;
    return 1;
}

/* Behind a number or a word jansson passes over a NUL without counting it: what follows would be
 * read at the wrong place. No JSON has one. */
static bool holds_nul(struct json_walk *walk, size_t size)
{
    size_t rest = walk->size - walk->at;
    const char *nul = memchr(walk->text + walk->at, '\0', size < rest ? size + 1 : rest);
    if (nul) {
        fail_at(walk, (size_t)(nul - walk->text), 1, 1, "a NUL byte");
    }
    return nul;
}

json_t *json_walk_value(struct json_walk *walk)
{
    json_error_t found = {0};
    json_t *value =
        json_loadb(walk->text + walk->at, walk->size - walk->at,
                   JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, &found);
    if (value && holds_nul(walk, (size_t)found.position)) {
        json_decref(value);
        return NULL;
    }
    if (value) {
        walk->at += (size_t)found.position;
        return value;
    }
    enum json_error_code code = json_error_code(&found);
    walk->no_memory = code == json_error_out_of_memory;
    walk->cut = code == json_error_premature_end_of_input;
    fail_at(walk, walk->at, found.line > 0 ? (unsigned)found.line : 1,
            found.column > 0 ? (unsigned)found.column : 0, found.text);
    return NULL;
}

json_t *json_walk_key(struct json_walk *walk)
{
    if (json_walk_peek(walk) != '"') {
        fail_here(walk, "a key expected");
        return NULL;
    }
    json_t *key = json_walk_value(walk);
    if (key && json_walk_peek(walk) != ':') {
        fail_here(walk, "':' expected");
        json_decref(key);
        return NULL;
    }
    walk->at += key != NULL;
    return key;
}

bool json_walk_ends(struct json_walk *walk)
{
    (void)json_walk_peek(walk);
    if (walk->at < walk->size) {
        fail_here(walk, "the end of the file expected");
    }
    return walk->at == walk->size;
}
