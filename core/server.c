/* SPDX-License-Identifier: MIT */
#include "server.h"

#include "session.h"

void server_init(struct server *server, struct loop *loop, struct run_clock *clock,
                 struct server_observer observer)
{
    *server = (struct server){.loop = loop, .clock = clock, .observer = observer};
}

void server_fini(struct server *server)
{
    while (server->listeners) {
        listener_free(server->listeners, NULL);
    }
    listener_drop(server->spare);
    server->spare = NULL;
    session_pool_free(server->spare_pool);
    timers_fini(&server->timers);
    server->spare_pool = NULL;
}

size_t server_run_timers(struct server *server)
{
    if (server->timers.count == 0) {
        return 0;
    }
    return timers_run(&server->timers, clock_now_ns(server->clock));
}

uint64_t server_next_timer_ns(const struct server *server)
{
    return timers_next_ns(&server->timers);
}

void server_drain(struct server *server)
{
    for (struct listener *listener = server->listeners; listener; listener = listener->next) {
        listener_stop(listener);
        struct session *session = listener->sessions;
        while (session) {
            struct session *next = session->next;
            session_close_after_reply(session, SESSION_STOPPED);
            session = next;
        }
    }
}

size_t server_activity(const struct server *server)
{
    size_t activity = 0;
    for (const struct listener *listener = server->listeners; listener; listener = listener->next) {
        activity += listener->session_count + (listener_is_open(listener) ? 1 : 0);
    }
    return activity;
}
