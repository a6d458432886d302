/* SPDX-License-Identifier: MIT */
/*
 * A place in a simulated world's life to come back to: cheaper than a reset for whoever begins each
 * time with the same few sockets.
 */
#include <string.h>

#include "world_sim_internal.h"

bool world_sim_mark(struct world *world)
{
    struct sim *sim = sim_of(world);
    struct sim_mark *mark = &sim->mark;
    uint32_t used = sim->socket_pool.used;
    bool still = sim->heap_count == 0 && sim->ready_count == 0 && sim->open_sockets == used &&
                 sim->chunk_pool.used == 0 && sim->datagram_pool.used == 0;
    if (!still || used > SIM_MARKED_MAX) {
        return false;
    }
    mark->used = used;
    memcpy(mark->sockets, sim->sockets, used * sizeof(*sim->sockets));
    mark->prng = sim->prng;
    mark->serial = sim->serial;
    mark->now_ns = sim->now_ns;
    memcpy(mark->ports_held, sim->ports_held, sizeof(mark->ports_held));
    memcpy(mark->next_port, sim->next_port, sizeof(mark->next_port));
    memcpy(mark->next_spare, sim->next_spare, sizeof(mark->next_spare));
    return true;
}

bool world_sim_rewind(struct world *world)
{
    struct sim *sim = sim_of(world);
    const struct sim_mark *mark = &sim->mark;
    if (sim->heap_count != 0 || sim->ready_count != 0 || sim->open_sockets != mark->used) {
        return false;
    }
    for (uint32_t i = 0; i < sim->socket_pool.used; i++) {
        const struct sim_socket *s = &sim->sockets[i];
        bool as_marked = i < mark->used ? s->id == mark->sockets[i].id && s->queue_length == 0 &&
                                              s->young == 0 && s->inbox_length == 0
                                        : s->state == SIM_FREE;
        if (!as_marked) {
            return false;
        }
    }
    memcpy(sim->sockets, mark->sockets, mark->used * sizeof(*sim->sockets));
    sim->socket_pool.free = sim->chunk_pool.free = sim->datagram_pool.free = SIM_NONE;
    sim->socket_pool.used = mark->used;
    sim->chunk_pool.used = sim->datagram_pool.used = 0;
    sim->prng = mark->prng;
    sim->serial = mark->serial;
    sim->now_ns = mark->now_ns;
    sim->hung_ns = sim->hung_connects = 0;
    sim->exhausted = false;
    memcpy(sim->ports_held, mark->ports_held, sizeof(mark->ports_held));
    memcpy(sim->next_port, mark->next_port, sizeof(mark->next_port));
    memcpy(sim->next_spare, mark->next_spare, sizeof(mark->next_spare));
    return true;
}
