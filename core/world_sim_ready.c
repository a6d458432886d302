/* SPDX-License-Identifier: MIT */
/*
 * The simulated world's readiness.
 *
 * The set of ready sockets is kept with every change, as an array in two parts: in front those that
 * `wait` has not told since it began a new round, behind them those that it has. A `wait` with room
 * for all tells all; one with less draws from the front first, so that none starves.
 */
#include <errno.h>

#include "world_sim_internal.h"

/* tcp_poll, inet_csk_listen_poll. */
static uint32_t ready_tcp(struct sim *sim, const struct sim_socket *s)
{
    uint32_t events = s->error ? WORLD_FAILED : 0;
    if (s->state == SIM_LISTEN) {
        return s->queue_length > 0 ? WORLD_READABLE : 0;
    }
    if (s->shutdown == SIM_SHUT_ALL || s->state == SIM_CLOSED) {
        events |= WORLD_FAILED;
    }
    if (s->shutdown & SIM_SHUT_RD) {
        events |= WORLD_READABLE;
    }
    if (s->state == SIM_SYN_SENT) {
        return events;
    }
    if (s->readable > 0) {
        events |= WORLD_READABLE;
    }
    /* sk_stream_is_writeable: a third of the buffer is free. */
    const struct sim_socket *peer = sim_peer(sim, s);
    size_t waiting = peer ? sim_waiting(peer) : 0;
    if ((s->shutdown & SIM_SHUT_WR) || waiting * 3 <= (size_t)s->send_room * 2) {
        events |= WORLD_WRITABLE;
    }
    return events;
}

/* udp_poll. */
static uint32_t ready_udp(const struct sim_socket *s)
{
    bool readable = s->inbox_length > 0 || (s->shutdown & SIM_SHUT_RD);
    bool failed = s->error || s->shutdown == SIM_SHUT_ALL;
    return WORLD_WRITABLE | (readable ? WORLD_READABLE : 0) | (failed ? WORLD_FAILED : 0);
}

static void ready_place(struct sim *sim, uint32_t at, uint32_t number)
{
    sim->ready[at] = number;
    sim->sockets[number].ready = at;
}

static void ready_swap(struct sim *sim, uint32_t a, uint32_t b)
{
    uint32_t number = sim->ready[a];
    ready_place(sim, a, sim->ready[b]);
    ready_place(sim, b, number);
}

/* What stood in front of those that were told moves behind them. */
static void ready_add(struct sim *sim, struct sim_socket *s)
{
    uint32_t last = sim->ready_count++;
    uint32_t at = sim->ready_fresh++;
    if (at != last) {
        ready_place(sim, last, sim->ready[at]);
    }
    ready_place(sim, at, sim_number(sim, s));
}

/* The last fresh one takes its place, and the last of all that one's. */
static void ready_remove(struct sim *sim, struct sim_socket *s)
{
    uint32_t at = s->ready;
    if (at < sim->ready_fresh) {
        uint32_t fresh = --sim->ready_fresh;
        ready_place(sim, at, sim->ready[fresh]);
        at = fresh;
    }
    uint32_t last = --sim->ready_count;
    if (at != last) {
        ready_place(sim, at, sim->ready[last]);
    }
    s->ready = SIM_NONE;
}

void sim_ready_update(struct sim *sim, struct sim_socket *s)
{
    uint32_t events = s->transport == WORLD_TCP ? ready_tcp(sim, s) : ready_udp(s);
    s->events = events & (s->interest | WORLD_FAILED);
    if (s->events != 0 && s->ready == SIM_NONE) {
        ready_add(sim, s);
    } else if (s->events == 0 && s->ready != SIM_NONE) {
        ready_remove(sim, s);
    }
}

void sim_unwatch(struct sim *sim, struct sim_socket *s)
{
    s->interest = 0;
    if (s->ready != SIM_NONE) {
        ready_remove(sim, s);
    }
}

int sim_watch(struct world *world, int socket, uint32_t events, void *token)
{
    struct sim *sim = sim_of(world);
    struct sim_socket *s = sim_get(sim, socket);
    if (!s) {
        return -EBADF;
    }
    if (events == 0) {
        sim_unwatch(sim, s);
        return 0;
    }
    s->interest = events;
    s->token = token;
    sim_refresh(sim, s);
    return 0;
}

/* Draws `count` of the places [first, last) and brings them to last - count, ..., last - 1. */
static void ready_draw(struct sim *sim, uint32_t first, uint32_t last, uint32_t count)
{
    for (uint32_t i = 0; i < count && last - first > 1; i++, last--) {
        uint32_t at = first + (uint32_t)prng_below(&sim->prng, last - first);
        ready_swap(sim, at, last - 1);
    }
}

/* Copies what stands at [first, last). */
static int ready_copy(const struct sim *sim, uint32_t first, uint32_t last,
                      struct world_event *events)
{
    for (uint32_t i = first; i < last; i++) {
        const struct sim_socket *s = &sim->sockets[sim->ready[i]];
        events[i - first] = (struct world_event){.token = s->token, .events = s->events};
    }
    return (int)(last - first);
}

static void ready_shuffle(struct sim *sim, struct world_event *events, int count)
{
    for (int left = count; left > 1; left--) {
        int at = (int)prng_below(&sim->prng, (uint64_t)left);
        struct world_event event = events[at];
        events[at] = events[left - 1];
        events[left - 1] = event;
    }
}

static int ready_tell(struct sim *sim, struct world_event *events, int room)
{
    uint32_t count = sim->ready_count;
    uint32_t fresh = sim->ready_fresh;
    int told = 0;
    if (count <= (uint32_t)room) {
        told = ready_copy(sim, 0, count, events);
        sim->ready_fresh = count;
    } else if ((uint32_t)room < fresh) {
        ready_draw(sim, 0, fresh, (uint32_t)room);
        sim->ready_fresh = fresh - (uint32_t)room;
        return ready_copy(sim, sim->ready_fresh, fresh, events);
    } else {
        /* All that were left of this round, and the first of the next one. */
        uint32_t more = (uint32_t)room - fresh;
        ready_draw(sim, fresh, count, more);
        told = ready_copy(sim, 0, fresh, events);
        told += ready_copy(sim, count - more, count, events + told);
        sim->ready_fresh = count - more;
    }
    ready_shuffle(sim, events, told);
    return told;
}

int sim_wait(struct world *world, uint64_t deadline_ns, struct world_event *events, int count)
{
    struct sim *sim = sim_of(world);
    sim_run_due(sim);
    while (sim->ready_count == 0 && sim->now_ns < deadline_ns) {
        if (sim->heap_count == 0 || sim->heap[0].due_ns > deadline_ns) {
            /* Nothing will ever happen: there is no time to wait for either. */
            sim->now_ns = deadline_ns == UINT64_MAX ? sim->now_ns : deadline_ns;
            break;
        }
        sim->now_ns = sim->heap[0].due_ns;
        sim_run_due(sim);
    }
    return sim->ready_count == 0 ? 0 : ready_tell(sim, events, count);
}
