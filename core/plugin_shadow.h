/* SPDX-License-Identifier: MIT */
/*
 * A session that exists for the plugin only: no connection, no loop. What a real session received
 * is given to it again, cut in the same places or in others, to see whether the plugin answers the
 * same.
 *
 * It uses the listener's configuration, as any session of it does, and gives back what the plugin
 * allocates for it by closing. In place; one thread.
 */
#ifndef DRILL_CORE_PLUGIN_SHADOW_H
#define DRILL_CORE_PLUGIN_SHADOW_H

#include "plugin_host.h"

struct plugin_shadow {
    struct plugin_listener *plugin;
    uint64_t session; /* as its context says */
    void *state;      /* owned; `state_size` bytes */
    uint8_t *reply;   /* owned */
    size_t reply_max;
    bool on; /* it was opened, and no answer has ended it */
    /* Gets each answer; borrowed until it returns. */
    void (*answered)(void *owner, const uint8_t *data, size_t size);
    void *owner;
};

/* Takes memory for sessions of this listener. 0 or -ENOMEM. */
int plugin_shadow_init(struct plugin_shadow *shadow, struct plugin_listener *plugin,
                       size_t reply_max);
void plugin_shadow_fini(struct plugin_shadow *shadow);

/* Begins as the session numbered `session`: zeroed state, the plugin's greeting. */
void plugin_shadow_open(struct plugin_shadow *shadow, uint64_t session);

/* What the plugin takes next of `data`: a whole message where it frames (0: there is none), else
 * all of it. */
size_t plugin_shadow_next(struct plugin_shadow *shadow, const uint8_t *data, size_t size);

/* One call of `transform`. Nothing happens once the session is over. */
void plugin_shadow_receive(struct plugin_shadow *shadow, const uint8_t *data, size_t size);

/* The peer's end: `rest` is what `frame` left incomplete. Nothing happens once it is over. */
void plugin_shadow_finish(struct plugin_shadow *shadow, const uint8_t *rest, size_t size);

/* Ends the session. */
void plugin_shadow_close(struct plugin_shadow *shadow);

#endif
