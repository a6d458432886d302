/* SPDX-License-Identifier: MIT */
#include "loop.h"

void loop_init(struct loop *loop, struct world *world)
{
    loop->world = world;
    loop->ready = 0;
    loop->next = 0;
}

int loop_watch(struct loop *loop, struct loop_watch *watch, uint32_t events)
{
    if (watch->events == events) {
        return 0;
    }
    int status = world_watch(loop->world, watch->socket, events, watch);
    if (status == 0) {
        watch->events = events;
    }
    return status;
}

int loop_forget(struct loop *loop, struct loop_watch *watch)
{
    for (int i = loop->next; i < loop->ready; i++) {
        if (loop->events[i].token == watch) {
            loop->events[i].token = NULL;
        }
    }
    int socket = watch->socket;
    watch->socket = -1;
    watch->events = 0;
    return socket;
}

int loop_turn(struct loop *loop, uint64_t deadline_ns)
{
    ASSERT(loop->next == loop->ready);
    int ready = world_wait(loop->world, deadline_ns, loop->events, LOOP_EVENTS_MAX);
    if (ready < 0) {
        return ready;
    }
    int called = 0;
    loop->ready = ready;
    for (loop->next = 0; loop->next < loop->ready;) {
        struct world_event *event = &loop->events[loop->next++];
        struct loop_watch *watch = event->token;
        /* The interest may have shrunk since the world was asked; failures are always of interest.
         */
        uint32_t events = watch ? event->events & (watch->events | WORLD_FAILED) : 0;
        if (events != 0 && watch->events != 0) {
            watch->ready(watch, events);
            called++;
        }
    }
    loop->next = loop->ready = 0;
    return called;
}
