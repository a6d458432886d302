/* SPDX-License-Identifier: MIT */
/* What the kernel may decide as it likes, by stream and by datagram queue. */
#include "loose.h"

#include <errno.h>
#include <string.h>

/* A stream with at most so many bytes under way must be taken and given whole: well below the first
 * window that a kernel offers with its default buffers, and a fraction of what fits when a small
 * buffer was asked for. */
#define STREAM_BYTES       32768u
#define STREAM_BYTES_SMALL 100u
/* The same for datagrams that wait at one socket. */
#define QUEUE_DATAGRAMS       100u
#define QUEUE_BYTES           60000u
#define QUEUE_DATAGRAMS_SMALL 1u

uint64_t loose_under_way(const struct party *party, int sender)
{
    const struct party_slot *slot = &party->slots[sender];
    uint64_t received = slot->peer >= 0 ? party->slots[slot->peer].received : 0;
    return slot->sent > received ? slot->sent - received : 0;
}

static void note_stream(struct lockstep *lockstep, int sender)
{
    uint64_t most = lockstep->small ? STREAM_BYTES_SMALL : STREAM_BYTES;
    if (loose_under_way(&lockstep->parties[0], sender) > most ||
        loose_under_way(&lockstep->parties[1], sender) > most) {
        lockstep->loose[sender] = true;
    }
}

/* With a small buffer, a stream that was loose once remains so: when the room comes back that its
 * sender has lost hangs on acknowledgements, which the kernel delays as it likes.
 *
 * Before the end is told in both worlds, the end of a stream that was loose may still be held up
 * when all its bytes are through; and a receiver that has shut down for reading offers no new room
 * by reading. */
void loose_tighten_stream(struct lockstep *lockstep, int sender, bool over)
{
    const struct party_slot *slots = lockstep->parties[0].slots;
    const struct party_slot *slot = &slots[sender];
    bool held_up = slot->mute || slot->socket < 0 || (slot->peer >= 0 && slots[slot->peer].deaf);
    if (!lockstep->small && (over || !held_up) &&
        loose_under_way(&lockstep->parties[0], sender) == 0 &&
        loose_under_way(&lockstep->parties[1], sender) == 0) {
        lockstep->loose[sender] = false;
    }
}

static void note_datagrams(struct lockstep *lockstep, uint16_t port, uint64_t count, uint64_t size)
{
    uint64_t most = lockstep->small ? QUEUE_DATAGRAMS_SMALL : QUEUE_DATAGRAMS;
    for (int i = 0; i < SEQUENCE_SLOTS; i++) {
        const struct party_slot *slot = &lockstep->parties[0].slots[i];
        if (slot->socket >= 0 && !slot->stream && slot->port == port) {
            lockstep->queued[i] += count;
            lockstep->queued_bytes[i] += count * size;
            lockstep->loose[i] = lockstep->loose[i] || lockstep->queued[i] > most ||
                                 lockstep->queued_bytes[i] > QUEUE_BYTES;
        }
    }
}

void loose_tighten_queue(struct lockstep *lockstep, int slot)
{
    lockstep->queued[slot] = 0;
    lockstep->queued_bytes[slot] = 0;
    lockstep->loose[slot] = false;
}

static void note_send(struct lockstep *lockstep, const struct call *call,
                      const struct outcome *outcomes)
{
    const struct party_slot *slots = lockstep->parties[0].slots;
    const struct party_slot *slot = &slots[call->slot];
    if (slot->stream) {
        note_stream(lockstep, call->slot);
    } else if (outcomes[0].status >= 0) {
        uint16_t port = call->target >= 0 ? slots[call->target].port : slot->destination;
        bool flood = call->op == OP_FLOOD;
        note_datagrams(lockstep, port, flood ? outcomes[0].amount : 1,
                       flood ? 1 : (uint64_t)call->number);
    }
}

void loose_note(struct lockstep *lockstep, const struct call *call, const struct outcome *outcomes)
{
    if (!outcomes[0].made || !outcomes[1].made) {
        return;
    }
    switch (call->op) {
    case OP_SNDBUF:
    case OP_RCVBUF:
        lockstep->small = true;
        break;
    case OP_SEND:
    case OP_SENDTO:
    case OP_FLOOD:
    case OP_FILL:
        note_send(lockstep, call, outcomes);
        break;
    default:
        break;
    }
}

bool loose_may_go_on(const struct party *party, int receiver, int status)
{
    return status == -EAGAIN || (status == 0 && party->slots[receiver].deaf);
}

void loose_tighten(struct lockstep *lockstep, const struct call *call,
                   const struct outcome *outcomes)
{
    bool receives = call->op == OP_RECV || call->op == OP_RECVFROM || call->op == OP_DRAIN;
    if (!receives || !outcomes[0].made || !outcomes[1].made) {
        return;
    }
    const struct party_slot *slot = &lockstep->parties[0].slots[call->slot];
    if (slot->stream && slot->peer >= 0) {
        loose_tighten_stream(
            lockstep, slot->peer,
            outcomes[0].status <= 0 &&
                !loose_may_go_on(&lockstep->parties[0], call->slot, outcomes[0].status));
    } else if (!slot->stream && outcomes[0].status == -EAGAIN && outcomes[1].status == -EAGAIN) {
        loose_tighten_queue(lockstep, call->slot);
    }
}

static bool is_blurred(const struct lockstep *lockstep, int slot)
{
    const struct party_slot *mine = &lockstep->parties[0].slots[slot];
    return mine->stream &&
           (lockstep->loose[slot] || (mine->peer >= 0 && lockstep->loose[mine->peer]));
}

bool loose_blurs(const struct lockstep *lockstep, const struct call *call,
                 const struct outcome *outcomes)
{
    if (call->op != OP_WAIT) {
        return call->slot >= 0 && is_blurred(lockstep, call->slot);
    }
    for (int i = 0; i < SEQUENCE_SLOTS; i++) {
        if (outcomes[0].ready[i] != outcomes[1].ready[i] && !is_blurred(lockstep, i)) {
            return false;
        }
    }
    return true;
}

/* With a small buffer bytes take up room until they are acknowledged, though they were read long
 * ago, and a kernel may leave that to a timer. A simulated stream that was read has room. */
bool loose_holds_room(const struct lockstep *lockstep, const struct call *call,
                      const struct outcome *outcomes)
{
    if (call->op != OP_WAIT || !lockstep->small) {
        return false;
    }
    for (int i = 0; i < SEQUENCE_SLOTS; i++) {
        unsigned differ = outcomes[0].ready[i] ^ outcomes[1].ready[i];
        int without = outcomes[0].ready[i] & WORLD_WRITABLE ? 1 : 0;
        if (differ != 0 &&
            (differ != WORLD_WRITABLE || !lockstep->parties[0].slots[i].stream ||
             !lockstep->loose[i] || lockstep->worlds[without]->ops->kind != WORLD_KERNEL)) {
            return false;
        }
    }
    return true;
}
