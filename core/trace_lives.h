/* SPDX-License-Identifier: MIT */
/*
 * The lives of a trace's sockets: a number that is closed and given out again is another life. What
 * trace_story.h names parties by. Lifetime: init, fini; borrows the view's memory meanwhile.
 */
#ifndef DRILL_CORE_TRACE_LIVES_H
#define DRILL_CORE_TRACE_LIVES_H

#include "trace_index.h"
#include "trace_story.h"

struct trace_life {
    enum trace_role role;
    uint32_t client; /* TRACE_ROLE_SIDE: the life of its client, or TRACE_NOBODY */
    uint32_t mark;   /* TRACE_ROLE_CLIENT: the event with its name, or TRACE_NOBODY */
};

struct trace_lives {
    const struct trace_view *view;
    struct trace_life *lives; /* owned, in order of birth */
    size_t count, capacity;
    struct trace_index index; /* of open sockets and of clients' addresses */
    uint32_t *life_of;        /* owned: by event, TRACE_NOBODY for none */
    uint32_t *peer_of;        /* owned: by event, the life of the client it has to do with */
};

/* 0, or -ENOMEM; then there is nothing to end. */
int trace_lives_init(struct trace_lives *lives, const struct trace_view *view);
void trace_lives_fini(struct trace_lives *lives);

#endif
