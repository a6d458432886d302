/* SPDX-License-Identifier: MIT */
/*
 * Goes through a JSON text value by value, so that a long list need not be in memory as a whole.
 *
 * Values are jansson's business; here is only what stands between them. Only the members of the
 * outermost object and the items of lists among them are gone through, so nesting has no depth.
 * The first thing that is wrong ends the walk and is told with its place. Not thread-safe.
 */
#ifndef DRILL_REPORTS_JSON_WALK_H
#define DRILL_REPORTS_JSON_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct json_walk {
    const char *text; /* borrowed */
    size_t size, at;
    bool fresh; /* a bracket was opened, and nothing stands in it yet */
    /* What is wrong, once a call has failed. */
    bool no_memory, cut; /* the second: the text ends too early */
    unsigned line, column;
    char what[160];
};

void json_walk_init(struct json_walk *walk, const void *text, size_t size);

/* The letter that the next value begins with; 0 at the end. */
char json_walk_peek(struct json_walk *walk);

/* Goes into the object or list that begins here, which the caller has seen. */
void json_walk_enter(struct json_walk *walk);

/* Whether there is one more in what `close` ends: 1; 0 behind its end; -1: the text is wrong. */
int json_walk_next(struct json_walk *walk, char close);

/* The key of the member that comes, up to behind its colon, as a new string; or NULL. */
json_t *json_walk_key(struct json_walk *walk);

/* The value that comes, as a new reference; or NULL. */
json_t *json_walk_value(struct json_walk *walk);

/* Ends the walk at this place, for a reason of the caller's. */
void json_walk_refuse(struct json_walk *walk, const char *what);

/* Whether nothing comes any more. */
bool json_walk_ends(struct json_walk *walk);

#endif
