/* SPDX-License-Identifier: MIT */
/* Executes calls in one world. */
#include "party.h"
#include "transfer.h"

#include <errno.h>
#include <string.h>

/* tcpmux: nobody offers it, and no ephemeral port is so low. */
#define PORT_NOWHERE 1

void party_begin(struct party *party, struct world *world)
{
    party->world = world;
    party->coincidence = false;
    for (int i = 0; i < SEQUENCE_SLOTS; i++) {
        party->slots[i] = (struct party_slot){.socket = -1, .peer = WHO_NOBODY};
    }
}

void party_end(struct party *party)
{
    for (int i = 0; i < SEQUENCE_SLOTS; i++) {
        struct party_slot *slot = &party->slots[i];
        if (slot->socket >= 0) {
            if (slot->stream) {
                world_set(party->world, slot->socket, WORLD_RESET_ON_CLOSE, 1);
            }
            world_close(party->world, slot->socket);
            slot->socket = -1;
        }
    }
}

/* The lowest slot that has or had the port; each transport and family has ports of its own. */
static int party_owner(const struct party *party, const struct party_slot *like, uint16_t port)
{
    for (int i = 0; i < SEQUENCE_SLOTS && port > 0; i++) {
        const struct party_slot *slot = &party->slots[i];
        if (slot->port == port && slot->stream == like->stream && slot->family == like->family) {
            return i;
        }
    }
    return port > 0 ? WHO_STRANGER : WHO_NOBODY;
}

static enum outcome_host host_of(const struct world_address *address)
{
    struct world_address loopback = world_loopback(address->family, address->port);
    if (world_address_equal(address, &loopback)) {
        return HOST_LOOPBACK;
    }
    for (size_t i = 0; i < sizeof(address->ip); i++) {
        if (address->ip[i] != 0) {
            return HOST_OTHER;
        }
    }
    return HOST_ANY;
}

void party_tell(const struct party *party, const struct party_slot *slot,
                const struct world_address *address, struct outcome *outcome)
{
    outcome->host = (uint8_t)host_of(address);
    outcome->who = party_owner(party, slot, address->port);
}

void party_learn(struct party *party, struct party_slot *slot)
{
    struct world_address address;
    if (world_getsockname(party->world, slot->socket, &address) != 0 || address.port == 0 ||
        address.port == slot->port) {
        return;
    }
    int owner = party_owner(party, slot, address.port);
    party->coincidence = party->coincidence || (owner >= 0 && !slot->lent);
    slot->port = address.port;
    slot->bound = false;
}

struct world_address party_target(const struct party *party, const struct party_slot *slot,
                                  int target)
{
    const struct party_slot *other = target >= 0 ? &party->slots[target] : NULL;
    uint16_t port = 0;
    if (other && other->port > 0 && other->family == slot->family &&
        other->stream == slot->stream) {
        port = other->port;
    } else if (target >= 0 || target == TARGET_NOWHERE) {
        port = PORT_NOWHERE;
    }
    return world_loopback(slot->family, port);
}

static int call_socket(struct party *party, const struct call *call)
{
    struct party_slot *slot = &party->slots[call->slot];
    bool stream = call->op == OP_TCP4 || call->op == OP_TCP6;
    enum world_family family = call->op == OP_TCP4 || call->op == OP_UDP4 ? WORLD_IPV4 : WORLD_IPV6;
    int socket = world_socket(party->world, stream ? WORLD_TCP : WORLD_UDP, family);
    *slot = (struct party_slot){
        .socket = socket, .stream = stream, .family = family, .peer = WHO_NOBODY};
    if (socket < 0 || !stream) {
        return socket < 0 ? socket : 0;
    }
    /* As the harness does. Nagle's algorithm would let small data wait for the kernel's timers. */
    return world_set(party->world, socket, WORLD_NO_DELAY, 1);
}

static int call_bind(struct party *party, const struct call *call)
{
    struct party_slot *slot = &party->slots[call->slot];
    struct world_address address = party_target(party, slot, call->target);
    if (call->target == TARGET_ANY) {
        memset(address.ip, 0, sizeof(address.ip));
    }
    if (call->target >= 0 && address.port == PORT_NOWHERE) {
        address.port = 0;
    }
    int status = world_bind(party->world, slot->socket, &address);
    slot->lent = address.port > 0;
    if (status == 0) {
        party_learn(party, slot);
        slot->bound = true;
    }
    return status;
}

/* Which slot connected to `listener` from this port; the latest one when there are several. */
static int accepted_peer(const struct party *party, const struct party_slot *listener,
                         uint16_t port)
{
    for (int i = SEQUENCE_SLOTS - 1; i >= 0; i--) {
        const struct party_slot *slot = &party->slots[i];
        if (slot->stream && slot->family == listener->family && slot->port == port &&
            slot->destination == listener->port) {
            return i;
        }
    }
    return WHO_STRANGER;
}

static int call_accept(struct party *party, const struct call *call, struct outcome *outcome)
{
    const struct party_slot *listener = &party->slots[call->target];
    struct party_slot *slot = &party->slots[call->slot];
    struct world_address address;
    int socket = world_accept(party->world, listener->socket, &address);
    if (socket < 0) {
        return socket;
    }
    int peer = accepted_peer(party, listener, address.port);
    party_tell(party, listener, &address, outcome);
    outcome->who = peer;
    *slot = (struct party_slot){.socket = socket,
                                .stream = true,
                                .family = listener->family,
                                .bound = true,
                                .port = listener->port,
                                .peer = peer};
    if (peer >= 0) {
        party->slots[peer].peer = call->slot;
    }
    return world_set(party->world, socket, WORLD_NO_DELAY, 1);
}

static int call_connect(struct party *party, const struct call *call)
{
    struct party_slot *slot = &party->slots[call->slot];
    struct world_address address = party_target(party, slot, call->target);
    int status = world_connect(party->world, slot->socket, &address);
    if (!slot->stream && status == 0) {
        slot->destination = address.port;
    }
    if (status == -EINPROGRESS) {
        slot->sent = 0;
        slot->received = 0;
        slot->peer = WHO_NOBODY;
        slot->destination = address.port;
        slot->listening = slot->broken = slot->mute = slot->deaf = false;
    }
    if (status == 0 || status == -EINPROGRESS) {
        party_learn(party, slot);
        party->coincidence = party->coincidence || slot->port == address.port;
    }
    return status;
}

static int call_listen(struct party *party, const struct call *call)
{
    struct party_slot *slot = &party->slots[call->slot];
    int status = world_listen(party->world, slot->socket, call->number);
    if (status == 0) {
        slot->listening = true;
        party_learn(party, slot);
    }
    return status;
}

static int call_shutdown(struct party *party, const struct call *call)
{
    struct party_slot *slot = &party->slots[call->slot];
    enum world_shutdown how = call->op == OP_SHUT_RD   ? WORLD_SHUT_RD
                              : call->op == OP_SHUT_WR ? WORLD_SHUT_WR
                                                       : WORLD_SHUT_RDWR;
    int status = world_shutdown(party->world, slot->socket, how);
    slot->deaf = slot->deaf || (status == 0 && how != WORLD_SHUT_WR);
    slot->mute = slot->mute || (status == 0 && how != WORLD_SHUT_RD);
    slot->listening = slot->listening && !slot->deaf;
    return status;
}

static int call_close(struct party *party, const struct call *call)
{
    struct party_slot *slot = &party->slots[call->slot];
    int status = world_close(party->world, slot->socket);
    slot->socket = -1;
    return status;
}

static int call_address(struct party *party, const struct call *call, struct outcome *outcome)
{
    struct party_slot *slot = &party->slots[call->slot];
    struct world_address address;
    int status = call->op == OP_NAME ? world_getsockname(party->world, slot->socket, &address)
                                     : world_getpeername(party->world, slot->socket, &address);
    if (status == 0) {
        party_tell(party, slot, &address, outcome);
    }
    return status;
}

static int call_watch(struct party *party, const struct call *call)
{
    int socket = party->slots[call->slot].socket;
    return world_watch(party->world, socket, (uint32_t)call->number, &party->slots[call->slot]);
}

static int call_wait(struct party *party, struct outcome *outcome)
{
    struct world_event events[SEQUENCE_SLOTS];
    int count = world_wait(party->world, 0, events, SEQUENCE_SLOTS);
    for (int i = 0; i < count; i++) {
        struct party_slot *slot = events[i].token;
        outcome->ready[slot - party->slots] = (uint8_t)events[i].events;
    }
    return count;
}

static ssize_t party_dispatch(struct party *party, const struct call *call, struct outcome *outcome)
{
    struct world *world = party->world;
    int socket = call->slot >= 0 ? party->slots[call->slot].socket : -1;
    switch ((enum sequence_op)call->op) {
    case OP_TCP4:
    case OP_TCP6:
    case OP_UDP4:
    case OP_UDP6:
        return call_socket(party, call);
    case OP_BIND:
        return call_bind(party, call);
    case OP_LISTEN:
        return call_listen(party, call);
    case OP_ACCEPT:
        return call_accept(party, call, outcome);
    case OP_CONNECT:
        return call_connect(party, call);
    case OP_SEND:
    case OP_SENDTO:
        return transfer_send(party, call);
    case OP_FLOOD:
        return transfer_flood(party, call, outcome);
    case OP_FILL:
        return transfer_fill(party, call, outcome);
    case OP_RECV:
        return transfer_recv(party, call, outcome);
    case OP_RECVFROM:
        return transfer_recvfrom(party, call, outcome);
    case OP_DRAIN:
        return transfer_drain(party, call, outcome);
    case OP_SHUT_RD:
    case OP_SHUT_WR:
    case OP_SHUT_RDWR:
        return call_shutdown(party, call);
    case OP_CLOSE:
        return call_close(party, call);
    case OP_LINGER:
        return world_set(world, socket, WORLD_RESET_ON_CLOSE, call->number);
    case OP_SNDBUF:
        return world_set(world, socket, WORLD_SEND_BUFFER, call->number);
    case OP_RCVBUF:
        return world_set(world, socket, WORLD_RECEIVE_BUFFER, call->number);
    case OP_NAME:
    case OP_PEER:
        return call_address(party, call, outcome);
    case OP_ERROR:
        return world_ask(world, socket, WORLD_ERROR);
    case OP_QUEUE:
        return world_ask(world, socket, WORLD_ACCEPT_QUEUE);
    case OP_DROPPED:
        return world_ask(world, socket, WORLD_DROPPED);
    case OP_WATCH:
        return call_watch(party, call);
    case OP_WAIT:
        return call_wait(party, outcome);
    case OP_COUNT:
        break;
    }
    return -EINVAL;
}

/* Whether a TCP port that was not bound by us can be bound hangs on connections of earlier
 * sequences that the kernel remembers (TIME_WAIT), so nobody asks for one. */
static bool may_bind(const struct party *party, const struct party_slot *slot, int target)
{
    const struct party_slot *other = target >= 0 ? &party->slots[target] : NULL;
    return !other || other->port == 0 ||
           (other->stream == slot->stream && other->family == slot->family &&
            (!other->stream || other->bound));
}

/* Whether the sockets that the call needs are there, and none that it makes. */
static bool party_can(const struct party *party, const struct call *call)
{
    unsigned takes = sequence_words[call->op].takes;
    if (takes & MAKES_SLOT) {
        return party->slots[call->slot].socket < 0 &&
               (call->op != OP_ACCEPT || party->slots[call->target].socket >= 0);
    }
    if (!(takes & TAKES_SLOT) && !(takes & TAKES_EVENTS)) {
        return true;
    }
    const struct party_slot *slot = &party->slots[call->slot];
    if (call->op == OP_QUEUE && slot->stream && !slot->listening) {
        /* Of other sockets, TCP_INFO tells what the kernel has to do with segments. */
        return false;
    }
    if (call->op == OP_DROPPED && slot->stream) {
        return false;
    }
    return slot->socket >= 0 && (call->op != OP_BIND || may_bind(party, slot, call->target)) &&
           (call->op != OP_FILL || slot->stream) && (call->op != OP_FLOOD || !slot->stream);
}

static void note_reset(struct party_slot *slot, const struct call *call, int status)
{
    int error = call->op == OP_ERROR ? status : -status;
    slot->broken = slot->broken || error == ECONNRESET || (error == EPIPE && !slot->mute);
}

void party_call(struct party *party, const struct call *call, struct outcome *outcome)
{
    memset(outcome, 0, sizeof(*outcome));
    outcome->who = WHO_NOBODY;
    outcome->made = party_can(party, call);
    if (outcome->made) {
        outcome->status = (int32_t)party_dispatch(party, call, outcome);
        if (call->slot >= 0) {
            note_reset(&party->slots[call->slot], call, outcome->status);
        }
    }
}
