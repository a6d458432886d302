/* SPDX-License-Identifier: MIT */
/* The inside of a story, for trace_story.c and trace_story_difference.c alone. */
#ifndef DRILL_CORE_TRACE_STORY_INTERNAL_H
#define DRILL_CORE_TRACE_STORY_INTERNAL_H

#include "trace_index.h"
#include "trace_story.h"

struct trace_story {
    struct trace_view view;
    struct trace_party *parties; /* owned, and so are their labels, of which the names are a part */
    size_t party_count, party_capacity;
    struct trace_index names; /* of parties; the role is the space */
    uint32_t *party_of;       /* owned: by event */
    uint32_t *peer_of;        /* owned: by event */
    uint32_t *told;           /* owned: the events that are compared, party by party */
    uint32_t *firsts;         /* owned: where each party's begin; one more for their end */
    uint32_t *ranks;          /* owned: by event, how many that are compared stand before it */
};

/* Bytes that need not end in a NUL. */
struct story_name {
    const char *text;
    size_t size;
};

/* The party of this role and name; TRACE_NOBODY: none. */
uint32_t trace_story_find(const struct trace_story *story, enum trace_role role,
                          struct story_name name);

#endif
