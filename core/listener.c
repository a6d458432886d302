/* SPDX-License-Identifier: MIT */
/* A listener: its socket, its plugin, whom it accepts. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"

static void listener_logged(void *owner, uint64_t session, const char *message)
{
    struct listener *listener = owner;
    const struct server_observer *observer = &listener->server->observer;
    if (observer->logged) {
        observer->logged(observer->owner, listener, session, message);
    }
}

static void listener_wake_at(void *owner, uint64_t session, uint64_t wake_ns)
{
    struct listener *listener = owner;
    if (listener->calling && listener->calling->id == session &&
        session_plugin(listener->calling)->wake) {
        session_wake_at(listener->calling, wake_ns);
    }
}

static enum drill_status listener_post(void *owner, uint64_t from, uint64_t to,
                                       struct drill_bytes bytes)
{
    struct session *session = session_find(owner, to);
    (void)from;
    return session ? session_post(session, bytes) : DRILL_SILENT;
}

static void listener_starve(struct listener *listener);

/* The interest that fits the state: connections beyond sessions_max wait in the backlog. */
static void listener_watch(struct listener *listener)
{
    uint32_t events = WORLD_READABLE;
    if (listener->watch.socket < 0) {
        return;
    }
    if (!listener->accepting || listener->starved) {
        events = 0;
    } else if (listener->options.transport == WORLD_UDP) {
        bool pending = listener->sessions && session_has_pending(listener->sessions);
        events = pending ? WORLD_WRITABLE : WORLD_READABLE;
    } else if (listener->session_count >= listener->options.sessions_max) {
        events = 0;
    }
    if (loop_watch(listener->server->loop, &listener->watch, events) != 0 && !listener->starved) {
        listener_starve(listener);
    }
}

/* Out of descriptors or memory: waiting connections stay in the backlog until a session ends or
 * some time went by. */
static void listener_starve(struct listener *listener)
{
    uint64_t now_ns = clock_now_ns(listener->server->clock);
    listener->starved = true;
    timers_set(&listener->server->timers, &listener->retry, clock_after(now_ns, LISTENER_RETRY_NS));
    listener_watch(listener);
}

static void listener_retry(struct timer *timer, uint64_t now_ns)
{
    struct listener *listener =
        (struct listener *)(void *)((char *)timer - offsetof(struct listener, retry));
    (void)now_ns;
    listener->starved = false;
    listener_watch(listener);
}

static void listener_close_socket(struct listener *listener)
{
    if (listener->watch.socket >= 0) {
        struct loop *loop = listener->server->loop;
        world_close(loop->world, loop_forget(loop, &listener->watch));
    }
}

static void listener_accept(struct listener *listener)
{
    struct world_address peer;
    int socket = world_accept(listener->server->loop->world, listener->watch.socket, &peer);
    if (socket == -EMFILE || socket == -ENFILE || socket == -ENOBUFS || socket == -ENOMEM) {
        listener_starve(listener);
        return;
    }
    if (socket < 0) {
        /* Nobody there any more, a signal, or a connection that failed before it was accepted:
         * accept(2). */
        return;
    }
    struct session *session = session_new(listener, socket, &peer);
    if (listener->accepted_count >= listener->options.sessions_total) {
        listener_close_socket(listener);
    }
    listener_watch(listener);
    session_open(session);
}

static void listener_ready(struct loop_watch *watch, uint32_t events)
{
    struct listener *listener =
        (struct listener *)(void *)((char *)watch - offsetof(struct listener, watch));
    if (listener->options.transport == WORLD_UDP) {
        session_datagram_ready(listener->sessions, events);
    } else {
        listener_accept(listener);
    }
}

/* A bound socket, listening where that applies; or -errno. Accepted sockets inherit its options:
 * socket(7), tcp(7). */
static int listener_open_socket(struct world *world, const struct listener_options *options)
{
    int socket = world_socket(world, options->transport, options->address.family);
    if (socket < 0) {
        return socket;
    }
    int status = world_bind(world, socket, &options->address);
    if (status == 0 && options->send_buffer_bytes > 0) {
        status = world_set(world, socket, WORLD_SEND_BUFFER, (int)options->send_buffer_bytes);
    }
    if (status == 0 && options->transport == WORLD_TCP) {
        status = world_set(world, socket, WORLD_NO_DELAY, 1);
        if (status == 0) {
            status = world_listen(world, socket, (int)options->backlog);
        }
    }
    if (status != 0) {
        world_close(world, socket);
        return status;
    }
    return socket;
}

static int listener_bind(struct listener *listener, struct drill_error *error)
{
    struct world *world = listener->server->loop->world;
    int socket = listener->options.socket;
    if (socket < 0) {
        socket = listener_open_socket(world, &listener->options);
    }
    if (socket < 0) {
        char text[WORLD_ADDRESS_TEXT];
        drill_error_set(error, "cannot listen on %s: %s",
                        world_address_text(&listener->options.address, text), strerror(-socket));
        return socket;
    }
    int status = world_getsockname(world, socket, &listener->address);
    ASSERT(status == 0);
    listener->watch = (struct loop_watch){.ready = listener_ready, .socket = socket};
    return 0;
}

/* The pool, from the last listener where it fits. */
static int listener_make_room(struct listener *listener)
{
    struct server *server = listener->server;
    const struct drill_descriptor *plugin = &listener->options.plugin->descriptor;
    const struct listener_options *options = &listener->options;
    struct session_pool_shape shape = {
        .slot_bytes = sizeof(struct session),
        .state_bytes = plugin->state_size,
        .reply_bytes = 2 * (size_t)options->reply_bytes_max,
        .input_bytes = plugin->frame ? plugin->message_max + options->recv_buffer_bytes : 0,
        .receive_bytes = options->recv_buffer_bytes,
        .answer_bytes = options->reply_bytes_max,
        .slots = options->sessions_max,
    };
    if (server->spare_pool && session_pool_fits(server->spare_pool, &shape)) {
        listener->pool = server->spare_pool;
        server->spare_pool = NULL;
    } else {
        listener->pool = session_pool_new(&shape);
    }
    bool posts = listener->plugin.properties & DRILL_SHARED_STATE;
    listener->id_heads = posts ? calloc(options->sessions_max, sizeof(*listener->id_heads)) : NULL;
    bool complete = listener->pool && (listener->id_heads || !posts);
    listener->receive = complete ? listener->pool->receive : NULL;
    listener->reply = complete ? listener->pool->answer : NULL;
    return complete ? timers_reserve(&server->timers, (size_t)options->sessions_max + 1) : -ENOMEM;
}

static void listener_give_room_back(struct listener *listener)
{
    struct server *server = listener->server;
    if (listener->pool) {
        session_pool_free(server->spare_pool);
        server->spare_pool = listener->pool;
    }
    free(listener->id_heads);
}

static void listener_start(struct listener *listener)
{
    listener->next = listener->server->listeners;
    listener->server->listeners = listener;
    listener->accepting = true;
    if (listener->options.transport == WORLD_UDP) {
        struct world_address nobody = {0};
        session_open(session_new(listener, -1, &nobody));
    }
    listener_watch(listener);
}

/* No reply is longer than a UDP payload can be (RFC 768, RFC 791, RFC 8200): a longer one
 * overflows. */
static uint32_t listener_datagram_max(const struct listener_options *options)
{
    uint32_t most = options->address.family == WORLD_IPV6 ? 65527 : 65507;
    return options->reply_bytes_max < most ? options->reply_bytes_max : most;
}

void listener_drop(struct listener *listener)
{
    if (listener) {
        plugin_listener_fini(&listener->plugin);
        free(listener);
    }
}

/* One that is blank but for the room of its plugin; NULL without memory. */
static struct listener *listener_take(struct server *server)
{
    struct listener *listener = server->spare;
    if (!listener) {
        return calloc(1, sizeof(*listener));
    }
    server->spare = NULL;
    *listener = (struct listener){.plugin.room = listener->plugin.room};
    return listener;
}

/* Kept for the next one. */
static void listener_give_back(struct listener *listener)
{
    struct server *server = listener->server;
    plugin_listener_end(&listener->plugin);
    listener_drop(server->spare);
    server->spare = listener;
}

int server_listen(struct server *server, const struct listener_options *options,
                  struct listener **listener, struct drill_error *error)
{
    struct listener *made = listener_take(server);
    if (!made) {
        drill_error_set(error, "not enough memory for a listener");
        return -ENOMEM;
    }
    made->server = server;
    made->options = *options;
    made->watch.socket = -1;
    made->retry.expired = listener_retry;
    if (options->transport == WORLD_UDP) {
        made->options.sessions_max = 1;
        made->options.reply_bytes_max = listener_datagram_max(options);
    }
    struct plugin_hooks hooks = {made, listener_logged, listener_wake_at, listener_post};
    uint32_t transport = options->transport == WORLD_UDP ? DRILL_UDP : DRILL_TCP;
    int status = plugin_listener_init(&made->plugin, options->plugin, transport, options->values,
                                      options->seed, server->clock, hooks, error);
    if (status != 0) {
        free(made);
        return status;
    }
    status = listener_make_room(made);
    if (status != 0) {
        drill_error_set(error, "not enough memory for %u sessions", made->options.sessions_max);
    } else {
        status = listener_bind(made, error);
        if (status != 0) {
            timers_release(&server->timers, (size_t)made->options.sessions_max + 1);
        }
    }
    if (status != 0) {
        listener_give_room_back(made);
        listener_give_back(made);
        return status;
    }
    listener_start(made);
    *listener = made;
    return 0;
}

void listener_set_accepting(struct listener *listener, bool accepting)
{
    listener->accepting = accepting;
    listener_watch(listener);
}

int listener_renew(struct listener *listener, uint64_t seed, size_t *leaked,
                   struct drill_error *error)
{
    bool udp = listener->options.transport == WORLD_UDP;
    if (udp && listener->sessions) {
        session_end(listener->sessions, SESSION_STOPPED);
    }
    ASSERT(!listener->sessions);
    *leaked = listener->plugin.allocated_count;
    listener->accepted_count = 0;
    session_pool_renew(listener->pool);
    int status = plugin_listener_renew(&listener->plugin, seed, error);
    if (status == 0 && udp) {
        struct world_address nobody = {0};
        session_open(session_new(listener, -1, &nobody));
    }
    return status;
}

void listener_stop(struct listener *listener)
{
    if (listener->options.transport == WORLD_UDP && listener->sessions) {
        session_end(listener->sessions, SESSION_STOPPED);
    }
    listener_close_socket(listener);
}

size_t listener_free(struct listener *listener, int *socket)
{
    struct server *server = listener->server;
    struct listener **link = &server->listeners;
    listener->accepting = false;
    while (listener->sessions) {
        session_end(listener->sessions, SESSION_STOPPED);
    }
    if (socket) {
        *socket = -1;
        if (listener->watch.socket >= 0) {
            listener_watch(listener);
            *socket = loop_forget(server->loop, &listener->watch);
        }
    }
    listener_close_socket(listener);
    timers_set(&server->timers, &listener->retry, CLOCK_NEVER_NS);
    timers_release(&server->timers, (size_t)listener->options.sessions_max + 1);
    while (*link != listener) {
        link = &(*link)->next;
    }
    *link = listener->next;
    size_t leaked = listener->plugin.allocated_count;
    listener_give_room_back(listener);
    listener_give_back(listener);
    return leaked;
}

bool listener_is_open(const struct listener *listener)
{
    return listener->watch.socket >= 0;
}

bool listener_is_accepting(const struct listener *listener)
{
    return listener_is_open(listener) && listener->watch.events != 0;
}

struct world_address listener_address(const struct listener *listener)
{
    return listener->address;
}

int listener_socket(const struct listener *listener)
{
    return listener->watch.socket;
}

struct plugin_listener *listener_plugin(struct listener *listener)
{
    return &listener->plugin;
}
