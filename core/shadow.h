/* SPDX-License-Identifier: MIT */
/*
 * A shadow: a session that exists for the plugin only.
 *
 * It plays what a session received to the plugin once more, by the rules of session_stream.c, and
 * hands the answers to its owner; no world is touched. One shadow plays one session after another
 * in memory that it keeps. What it allocates of the plugin's services and does not release is told
 * apart, so that a leak is counted once. One thread.
 */
#ifndef DRILL_CORE_SHADOW_H
#define DRILL_CORE_SHADOW_H

#include "plugin_host.h"

/* Room of exactly the size that was asked for, so that a sanitizer sees its end. */
struct shadow_room {
    uint8_t *data; /* owned; NULL for 0 bytes */
    size_t size;
};

struct shadow {
    struct plugin_listener *plugin;
    struct shadow_room state, reply; /* kept for the next run */
    uint32_t messages_max;           /* UINT32_MAX: no limit */
    uint64_t session;                /* the id that the plugin is told */
    const uint8_t *input;            /* of the session that is played; from begin to end it is not
                                        consumed */
    size_t begin, end;
    uint32_t messages;
    bool opened; /* the plugin's close is owed */
    bool over;   /* it takes no more input */
    bool failed; /* its plugin failed: no answer of a session that went well is equal */
    /* Gets each answer; borrowed until it returns. */
    void (*answered)(void *owner, const void *data, size_t size);
    void *owner;
    size_t held_count, held_bytes;     /* by the plugin when the session was opened */
    size_t leaked_count, leaked_bytes; /* by all sessions played since shadow_forget */
};

void shadow_init(struct shadow *shadow,
                 void (*answered)(void *owner, const void *data, size_t size), void *owner);
void shadow_fini(struct shadow *shadow);

/* Forgets what leaked: another run begins. */
static inline void shadow_forget(struct shadow *shadow)
{
    shadow->leaked_count = shadow->leaked_bytes = 0;
}

/* Makes ready for the sessions of `plugin` (borrowed). 0 or -ENOMEM. */
int shadow_prepare(struct shadow *shadow, struct plugin_listener *plugin, size_t reply_max,
                   uint32_t messages_max);

/* A fresh session with `id` that will receive from `input`. */
void shadow_open(struct shadow *shadow, uint64_t id, const uint8_t *input);
/* One receive of the next `size` bytes. */
void shadow_receive(struct shadow *shadow, size_t size);
/* Its peer's end, if `finished`, and its own. */
void shadow_close(struct shadow *shadow, bool finished);

#endif
