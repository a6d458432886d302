/* SPDX-License-Identifier: MIT */
/* Sends what comes next in a slot's stream, and verifies what arrives. */
#include "transfer.h"

#include <string.h>

/* Ends `fill` in a world that never says EAGAIN. */
#define FILL_CALLS_MAX 4096
#define FILL_BYTES     32768
#define FLOOD_BYTES    5
#define DRAIN_BYTES    65536

/* One send or sendto of what comes next from this slot. */
static ssize_t send_next(struct party *party, struct party_slot *slot, int target, size_t size)
{
    int sender = (int)(slot - party->slots);
    const uint8_t *data = slot->stream ? payload_stream(sender, slot->sent, size)
                                       : payload_datagram(sender, slot->sent, size);
    struct world_address address = party_target(party, slot, target);
    ssize_t sent = target == TARGET_NONE
                       ? world_send(party->world, slot->socket, data, size)
                       : world_sendto(party->world, slot->socket, data, size, &address);
    if (sent >= 0) {
        slot->sent += slot->stream ? (uint64_t)sent : 1;
    }
    return sent;
}

ssize_t transfer_send(struct party *party, const struct call *call)
{
    struct party_slot *slot = &party->slots[call->slot];
    ssize_t sent = send_next(party, slot, call->target, (size_t)call->number);
    if (!slot->stream && sent >= 0) {
        party_learn(party, slot);
    }
    return sent;
}

ssize_t transfer_flood(struct party *party, const struct call *call, struct outcome *outcome)
{
    struct party_slot *slot = &party->slots[call->slot];
    ssize_t sent = 0;
    for (int i = 0; i < call->number && sent >= 0; i++) {
        sent = send_next(party, slot, call->target, FLOOD_BYTES);
        outcome->amount += sent >= 0 ? 1 : 0;
    }
    if (!slot->stream) {
        party_learn(party, slot);
    }
    return sent < 0 ? sent : 0;
}

ssize_t transfer_fill(struct party *party, const struct call *call, struct outcome *outcome)
{
    struct party_slot *slot = &party->slots[call->slot];
    ssize_t sent = 0;
    for (int i = 0; i < FILL_CALLS_MAX && sent >= 0; i++) {
        sent = send_next(party, slot, TARGET_NONE, FILL_BYTES);
        outcome->amount += sent > 0 ? (uint64_t)sent : 0;
    }
    return sent < 0 ? sent : 0;
}

/* Counts and verifies what came by the stream of `slot`. */
static void stream_arrived(struct party_slot *slot, const uint8_t *data, size_t size,
                           struct outcome *outcome)
{
    if (data) {
        outcome->wrong = outcome->wrong || slot->peer < 0 ||
                         memcmp(data, payload_stream(slot->peer, slot->received, size), size) != 0;
    }
    slot->received += size;
}

ssize_t transfer_recv(struct party *party, const struct call *call, struct outcome *outcome)
{
    struct party_slot *slot = &party->slots[call->slot];
    ssize_t received = world_recv(party->world, slot->socket, party->data, (size_t)call->number);
    if (slot->stream && received > 0) {
        stream_arrived(slot, party->data, (size_t)received, outcome);
    } else if (!slot->stream && received >= 0) {
        slot->received++;
    }
    return received;
}

ssize_t transfer_recvfrom(struct party *party, const struct call *call, struct outcome *outcome)
{
    struct party_slot *slot = &party->slots[call->slot];
    struct world_address address;
    ssize_t received =
        world_recvfrom(party->world, slot->socket, party->data, (size_t)call->number, &address);
    if (slot->stream && received > 0) {
        /* With MSG_TRUNC a stream's bytes are thrown away: tcp(7). */
        stream_arrived(slot, NULL, (size_t)received, outcome);
    } else if (!slot->stream && received >= 0) {
        slot->received++;
        party_tell(party, slot, &address, outcome);
    }
    return received;
}

/* Ends with what the last receive returned: 0 at the end of a stream, or an error. */
ssize_t transfer_drain(struct party *party, const struct call *call, struct outcome *outcome)
{
    struct party_slot *slot = &party->slots[call->slot];
    ssize_t received;
    do {
        received = world_recv(party->world, slot->socket, party->data, DRAIN_BYTES);
        if (received > 0 && slot->stream) {
            stream_arrived(slot, party->data, (size_t)received, outcome);
            outcome->amount += (uint64_t)received;
        } else if (received >= 0 && !slot->stream) {
            slot->received++;
            outcome->amount++;
        }
    } while (slot->stream ? received > 0 : received >= 0);
    return received;
}
