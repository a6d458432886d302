/* SPDX-License-Identifier: MIT */
/*
 * The simulated world's clock, and what it brings: packets under way and timers.
 *
 * They wait in a heap by time. At one instant flows come in an order drawn from the seed, and
 * within a flow first come is first served. A packet that cannot fail and finds the heap full
 * arrives at once; the pool is so large that this takes four such packets of every socket.
 */
#include "world_sim_internal.h"

static void event_deliver(struct sim *sim, const struct sim_event *event)
{
    struct sim_socket *to = sim_at(sim, event->to);
    switch (event->kind) {
    case SIM_SYN:
        sim_syn_arrives(sim, sim_at(sim, event->from));
        return;
    case SIM_SYN_ACK:
        sim_syn_ack_arrives(sim, to, sim_at(sim, event->from));
        return;
    case SIM_ACK:
        sim_ack_arrives(sim, to);
        return;
    case SIM_DATA:
        sim_data_arrives(sim, event);
        return;
    case SIM_FIN:
        sim_fin_arrives(sim, event);
        return;
    case SIM_FIN_ACK:
        sim_fin_ack_arrives(sim, to);
        return;
    case SIM_RST:
        sim_rst_arrives(sim, to);
        return;
    case SIM_DATAGRAM:
        sim_datagram_arrives(sim, event->datagram);
        return;
    case SIM_UNREACHABLE:
        sim_unreachable_arrives(sim, event->datagram);
        return;
    case SIM_SYN_TIMER:
        sim_syn_timer(sim, to);
        return;
    case SIM_OVERTAKE_TIMER:
        sim_overtake_timer(sim, to);
        return;
    }
}

static bool event_is_timer(const struct sim_event *event)
{
    return event->kind == SIM_SYN_TIMER || event->kind == SIM_OVERTAKE_TIMER;
}

static bool event_before(const struct sim_event *a, const struct sim_event *b)
{
    if (a->due_ns != b->due_ns) {
        return a->due_ns < b->due_ns;
    }
    return a->rank != b->rank ? a->rank < b->rank : a->order < b->order;
}

/* Sockets know where their timer is. */
static void heap_place(struct sim *sim, uint32_t at, const struct sim_event *event)
{
    sim->heap[at] = *event;
    if (event_is_timer(event)) {
        sim->sockets[event->to.at].timer = at;
    }
}

static uint32_t heap_up(struct sim *sim, uint32_t at, const struct sim_event *event)
{
    while (at > 0 && event_before(event, &sim->heap[(at - 1) / 2])) {
        heap_place(sim, at, &sim->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    return at;
}

static uint32_t heap_down(struct sim *sim, uint32_t at, const struct sim_event *event)
{
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child + 1 < sim->heap_count && event_before(&sim->heap[child + 1], &sim->heap[child])) {
            child++;
        }
        if (child >= sim->heap_count || !event_before(&sim->heap[child], event)) {
            return at;
        }
        heap_place(sim, at, &sim->heap[child]);
        at = child;
    }
}

static void heap_remove(struct sim *sim, uint32_t at)
{
    struct sim_event last = sim->heap[--sim->heap_count];
    if (at < sim->heap_count) {
        at = heap_up(sim, at, &last);
        heap_place(sim, heap_down(sim, at, &last), &last);
    }
}

/* One flow has one rank at one instant: the finaliser of SplitMix64 over both. */
static uint64_t event_rank(const struct sim *sim, uint64_t flow, uint64_t due_ns)
{
    struct prng prng = {.state = sim->flow_seed ^ due_ns};
    prng.state = prng_next(&prng) ^ flow;
    return prng_next(&prng);
}

/* False: no room. */
static bool heap_put(struct sim *sim, struct sim_event *event, uint64_t flow, uint64_t due_ns)
{
    if (sim->heap_count >= sim->heap_max) {
        return false;
    }
    event->due_ns = due_ns < sim->now_ns ? UINT64_MAX : due_ns;
    event->order = ++sim->serial;
    event->rank = event_rank(sim, flow, event->due_ns);
    uint32_t at = heap_up(sim, sim->heap_count++, event);
    heap_place(sim, at, event);
    return true;
}

bool sim_packet_room(const struct sim *sim)
{
    return sim->heap_count < sim->heap_soft;
}

static void packet_send(struct sim *sim, struct sim_event *event, uint64_t flow)
{
    uint64_t latency_ns = sim->network.latency_ns;
    if (latency_ns == 0 || !heap_put(sim, event, flow, sim->now_ns + latency_ns)) {
        event_deliver(sim, event);
    }
}

void sim_packet(struct sim *sim, enum sim_kind kind, struct sim_end from, struct sim_end to,
                size_t size)
{
    struct sim_event event = {.kind = kind, .from = from, .to = to, .size = size};
    packet_send(sim, &event, from.at == SIM_NONE ? ~to.id : from.id);
}

void sim_packet_datagram(struct sim *sim, enum sim_kind kind, uint32_t datagram)
{
    struct sim_event event = {.kind = kind, .datagram = datagram, .from.at = SIM_NONE};
    const struct sim_datagram *of = &sim->datagrams[datagram];
    uint64_t ports = (uint64_t)of->from.port << 16 | of->to.port;
    event.to.at = SIM_NONE;
    packet_send(sim, &event, (uint64_t)1 << 63 | (uint64_t)kind << 32 | ports);
}

/* Who would receive it now; NULL: nobody, or it is a timer. */
static struct sim_socket *event_receiver(struct sim *sim, const struct sim_event *event)
{
    const struct sim_datagram *datagram = &sim->datagrams[event->datagram];
    struct sim_socket *client = sim_at(sim, event->from);
    switch (event->kind) {
    case SIM_SYN:
        return client ? sim_listener_at(sim, &client->peer) : NULL;
    case SIM_DATAGRAM:
        return sim_inbox_at(sim, &datagram->to, &datagram->from);
    case SIM_UNREACHABLE:
        return sim_inbox_at(sim, &datagram->from, &datagram->to);
    case SIM_SYN_ACK:
    case SIM_ACK:
    case SIM_DATA:
    case SIM_FIN:
    case SIM_FIN_ACK:
    case SIM_RST:
        return sim_at(sim, event->to);
    case SIM_SYN_TIMER:
    case SIM_OVERTAKE_TIMER:
        return NULL;
    }
    return NULL;
}

uint32_t sim_packets_to(struct sim *sim, const struct sim_socket *s)
{
    uint32_t count = s->held != SIM_NONE;
    for (uint32_t i = 0; i < sim->heap_count; i++) {
        count += event_receiver(sim, &sim->heap[i]) == s;
    }
    return count;
}

void sim_timer_set(struct sim *sim, struct sim_socket *s, enum sim_kind kind, uint64_t due_ns)
{
    struct sim_event event = {.kind = kind, .to = sim_end_of(sim, s), .from.at = SIM_NONE};
    heap_put(sim, &event, s->id, due_ns);
}

void sim_timer_cancel(struct sim *sim, struct sim_socket *s)
{
    if (s->timer != SIM_NONE) {
        heap_remove(sim, s->timer);
        s->timer = SIM_NONE;
    }
}

bool sim_run_due(struct sim *sim)
{
    bool ran = false;
    while (sim->heap_count > 0 && sim->heap[0].due_ns <= sim->now_ns) {
        struct sim_event event = sim->heap[0];
        heap_remove(sim, 0);
        if (event_is_timer(&event)) {
            sim->sockets[event.to.at].timer = SIM_NONE;
        }
        event_deliver(sim, &event);
        ran = true;
    }
    return ran;
}

uint64_t sim_now_ns(struct world *world)
{
    return sim_of(world)->now_ns;
}

uint64_t sim_pass(struct world *world, uint64_t span_ns)
{
    struct sim *sim = sim_of(world);
    uint64_t began_ns = sim->now_ns;
    uint64_t end_ns = span_ns > UINT64_MAX - began_ns ? UINT64_MAX : began_ns + span_ns;
    if (sim_run_due(sim)) {
        return 0;
    }
    bool due = sim->heap_count > 0 && sim->heap[0].due_ns <= end_ns;
    sim->now_ns = due ? sim->heap[0].due_ns : end_ns;
    sim_run_due(sim);
    return sim->now_ns - began_ns;
}
