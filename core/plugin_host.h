/* SPDX-License-Identifier: MIT */
/*
 * Loads plugins and carries their calls.
 *
 * `plugin_load` maps a shared object and checks its descriptor; a `struct plugin_listener` is one
 * configured use of it (its config, its options, its services, what it allocated). The session
 * layer calls the descriptor's functions with contexts made here. The only user of <dlfcn.h>. One
 * thread; a hostile plugin can still crash the process, which is why scenario runs happen in worker
 * processes.
 */
#ifndef DRILL_CORE_PLUGIN_HOST_H
#define DRILL_CORE_PLUGIN_HOST_H

#include <stdbool.h>

#include <sockdrill/plugin.h>

#include "check.h"
#include "clock.h"
#include "plugin_check.h"
#include "prng.h"

/* What one listener's plugin may hold at a time; `allocate` gives NULL beyond it. */
#define PLUGIN_ALLOCATED_BYTES_MAX ((size_t)1 << 30)

struct plugin {
    /* A copy, grown with zeros to this host's size; `message_max` is resolved: never 0. */
    struct drill_descriptor descriptor;
    void *handle; /* of dlopen; NULL for a plugin linked into the program */
    char *path;   /* owned; "" when linked */
    /* plugin_note.h: the descriptor before that put itself in front, and where it notes. */
    struct drill_descriptor noted;
    volatile uint32_t *note; /* NULL: nobody asked */
};

/* Loads and checks the regular file `path`. 0, or -errno with a sentence that names the path;
 * nothing is kept. */
int plugin_load(const char *path, struct plugin **plugin, struct drill_error *error);

/* The same for a descriptor linked into the program; it must stay valid. */
int plugin_adopt(const struct drill_descriptor *descriptor, struct plugin **plugin,
                 struct drill_error *error);
void plugin_free(struct plugin *plugin);

/* How a listener's callbacks reach the rest of the harness. */
struct plugin_hooks {
    void *owner;
    /* `log`: one line; NULL drops it. */
    void (*log)(void *owner, uint64_t session, const char *message);
    /* `wake_after`, `post`: as the plugin header says; `wake_ns` is on the run clock,
     * CLOCK_NEVER_NS takes back. */
    void (*wake_at)(void *owner, uint64_t session, uint64_t wake_ns);
    enum drill_status (*post)(void *owner, uint64_t from, uint64_t to, struct drill_bytes bytes);
};

struct plugin_allocation; /* a header in front of what the plugin holds */

/* Memory for config and values, of exactly the size of the last plugin that needed some. */
struct plugin_room {
    void *config;
    size_t config_bytes;
    struct drill_value *values;
    size_t value_count;
};

/* One configured use of a plugin. In place; must not move after plugin_listener_init. */
struct plugin_listener {
    struct plugin_room room; /* owned; outlives plugin_listener_end */
    const struct plugin *plugin;
    struct run_clock *clock;
    struct plugin_hooks hooks;
    struct prng prng;
    bool framing;       /* `frame` runs, which must depend on its input only */
    bool asked_outside; /* random, clock, wake or post was used: answers hang on more than input */
    uint32_t transport;
    uint32_t properties;                   /* declared, less what `configure` cleared */
    void *config;                          /* in the room */
    struct drill_value *values;            /* in the room; owns its strings */
    struct plugin_allocation *allocations; /* a list of what `allocate` handed out */
    size_t allocated_bytes, allocated_count;
    char *said; /* the last line logged in `configure`, for its refusal; NULL at other times */
};

/*
 * Configures a listener that is all zero, or that plugin_listener_end left. `values` has one entry
 * per option in table order (copied); NULL takes every fallback. 0, or -errno with a sentence; then
 * there is nothing to undo. The hooks' functions may be called from inside.
 *
 * A plugin that breaks the contract of a service (gives back memory that is not its own, asks for a
 * wake where it cannot get one) has its process aborted with a sentence on standard error: that is
 * a crash of the plugin, reported like any other.
 */
int plugin_listener_init(struct plugin_listener *listener, const struct plugin *plugin,
                         uint32_t transport, const struct drill_value *values, uint64_t seed,
                         struct run_clock *clock, struct plugin_hooks hooks,
                         struct drill_error *error);
/* Back to what it was after plugin_listener_init with another `seed`: what the plugin still held is
 * freed, its config zeroed and configured again. 0, or -EINVAL with a sentence: then only
 * plugin_listener_end and plugin_listener_fini may follow. */
int plugin_listener_renew(struct plugin_listener *listener, uint64_t seed,
                          struct drill_error *error);
/* Frees whatever the plugin still held: read `allocated_count` first to see a leak. The room is
 * kept for the next plugin_listener_init. */
void plugin_listener_end(struct plugin_listener *listener);
/* The same, and frees the room. */
void plugin_listener_fini(struct plugin_listener *listener);

/*
 * A call's context, built on the caller's stack so that an idle session pays nothing for it.
 * `public` must be first: the services find the listener behind the pointer they are given.
 */
struct plugin_call {
    struct drill_context public;
    struct plugin_listener *listener;
};

/* A context for one call on behalf of `session` (0: none) with its `state`. */
struct plugin_call plugin_call_make(struct plugin_listener *listener, uint64_t session,
                                    void *state);

#endif
