/* SPDX-License-Identifier: MIT */
/*
 * Settling where the network loses, doubles and reorders datagrams, or lets them and the answers
 * that nobody listens be late, so that several of those are one error: counting alone cannot tell.
 * Such a run is settled when the network carries nothing any more and all that arrived was read;
 * what is missing then is lost. Only a simulated network does this, so that all of it repeats.
 */
#include "run.h"

bool settle_is_lossy(const struct run *run)
{
    const struct world_sim_network *network = &run->plan->network;
    bool late = run_is_udp(run) && network->latency_ns > 0;
    return late ||
           network->loss_percent + network->duplicate_percent + network->reorder_percent > 0;
}

static bool network_carries(const struct run *run)
{
    bool carries = run->listener && listener_is_open(run->listener) &&
                   world_ask(run->world, listener_socket(run->listener), WORLD_UNDER_WAY) > 0;
    for (size_t i = 0; !carries && i < run->connection_count; i++) {
        const struct connection *connection = run->connections[i];
        int socket = connection ? connection->client.watch.socket : -1;
        carries = socket >= 0 && world_ask(run->world, socket, WORLD_UNDER_WAY) > 0;
    }
    return carries;
}

/* What went to a listener that is closed is on its way to no socket, and neither is the answer that
 * nobody is there: it comes in time or is lost. */
static bool refusal_may_come(const struct run *run)
{
    for (size_t i = 0; i < run->connection_count; i++) {
        const struct connection *connection = run->connections[i];
        if (connection && connection->client.state == CLIENT_OPEN &&
            connection->client.refusals < connection->unheard) {
            return run->plan->network.latency_ns > 0;
        }
    }
    return false;
}

static bool receive_all(struct run *run)
{
    bool moved = false;
    for (size_t i = 0; i < run->connection_count; i++) {
        moved = (run->connections[i] && client_receive(&run->connections[i]->client)) || moved;
    }
    return moved;
}

static void book_losses(struct connection *connection)
{
    uint64_t refusals = connection->client.refusals;
    connection->unheard = refusals < connection->unheard ? refusals : connection->unheard;
    uint64_t sent = connection->client.sent - connection->unheard;
    uint64_t arrived = connection->session_received + connection->lost_up;
    connection->lost_up += sent > arrived ? sent - arrived : 0;
    arrived = connection->client.received + connection->lost_down;
    connection->lost_down +=
        connection->session_sent > arrived ? connection->session_sent - arrived : 0;
}

bool settle_lossy(struct run *run)
{
    bool moved = loop_turn(&run->loop, 0) > 0;
    moved = receive_all(run) || moved;
    if (!moved && network_carries(run)) {
        /* To the next packet: one for a client makes nothing ready that the loop watches. */
        moved = true;
        (void)world_pass(run->world, RUN_SETTLE_NS);
    }
    if (!moved && refusal_may_come(run)) {
        (void)loop_turn(&run->loop, clock_after(world_now_ns(run->world), RUN_SETTLE_NS));
        moved = receive_all(run);
    }
    for (size_t i = 0; !moved && i < run->connection_count; i++) {
        if (run->connections[i]) {
            book_losses(run->connections[i]);
        }
    }
    return moved;
}
