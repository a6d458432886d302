/* SPDX-License-Identifier: MIT */
/* How both worlds come to agree again about streams and datagram queues that are loose. */
#include "level.h"

#include <errno.h>
#include <string.h>

#include "clock.h"
#include "loose.h"

/* How long a kernel may take to hand over the rest. Beyond that it waits for a timer of its own. */
#define LEVEL_PATIENCE_NS (2 * CLOCK_MS)

/* Reads to the end in one world, or until everything that was accepted is there. */
static void drain_stream(struct party *party, int sender, int receiver, struct outcome *outcome)
{
    struct call drain = {.op = OP_DRAIN, .slot = receiver};
    bool kernel = party->world->ops->kind == WORLD_KERNEL;
    uint64_t until_ns = 0;
    for (;;) {
        uint64_t now_ns = kernel ? clock_real_ns() : 0;
        party_call(party, &drain, outcome);
        if (!loose_may_go_on(party, receiver, outcome->status) || outcome->wrong ||
            loose_under_way(party, sender) == 0 || !kernel) {
            return;
        }
        until_ns = until_ns ? until_ns : now_ns + LEVEL_PATIENCE_NS;
        if (now_ns >= until_ns) {
            return;
        }
    }
}

/* The end may come later than the data: a kernel that only has that left is asked again. */
static void await_end(struct lockstep *lockstep, int receiver, struct outcome *ends)
{
    struct call drain = {.op = OP_DRAIN, .slot = receiver};
    for (int i = 0; i < 2; i++) {
        if (ends[i].status != -EAGAIN || ends[1 - i].status == -EAGAIN ||
            lockstep->worlds[i]->ops->kind != WORLD_KERNEL) {
            continue;
        }
        uint64_t now_ns = clock_real_ns();
        uint64_t until_ns = clock_after(now_ns, lockstep->patience_ns);
        while (ends[i].status == -EAGAIN && now_ns < until_ns) {
            now_ns = clock_real_ns();
            party_call(&lockstep->parties[i], &drain, &ends[i]);
        }
        lockstep->counts.waits += ends[i].status == ends[1 - i].status;
    }
}

/* Whether one world's end is possible in view of what was sent. A reset may swallow bytes, the end
 * of the stream and nothing at all may not. */
static bool end_is_whole(const struct lockstep *lockstep, int i, int sender,
                         const struct outcome *end)
{
    const struct party *party = &lockstep->parties[i];
    int receiver = party->slots[sender].peer;
    bool reset = (end->status < 0 && end->status != -EAGAIN) || party->slots[receiver].broken;
    return !end->wrong && (reset || loose_under_way(party, sender) == 0);
}

static enum level_result judge_ends(struct lockstep *lockstep, int sender,
                                    const struct outcome *ends)
{
    for (int i = 0; i < 2; i++) {
        bool kernel = lockstep->worlds[i]->ops->kind == WORLD_KERNEL;
        if (!end_is_whole(lockstep, i, sender, &ends[i])) {
            int receiver = lockstep->parties[i].slots[sender].peer;
            bool stuck = kernel && !ends[i].wrong &&
                         loose_may_go_on(&lockstep->parties[i], receiver, ends[i].status);
            return stuck ? LEVEL_STUCK : LEVEL_DIFFERS;
        }
    }
    if (ends[0].status == ends[1].status) {
        return LEVEL_DONE;
    }
    /* What reaches a receiver that has shut down both ways resets it, and that hangs on the room.
     * So does whether the end of the stream got through before a reset, whoever provoked that. */
    const struct party_slot *from = &lockstep->parties[0].slots[sender];
    const struct party_slot *to = &lockstep->parties[0].slots[from->peer];
    bool ended = from->mute || from->socket < 0;
    bool both_tell = ends[0].status != -EAGAIN && ends[1].status != -EAGAIN;
    return (to->deaf && to->mute) || (ended && both_tell) ? LEVEL_STUCK : LEVEL_DIFFERS;
}

/* `said`: what a receive on the receiver just returned in each world, or NULL. */
static enum level_result level_stream(struct lockstep *lockstep, int sender,
                                      const struct outcome *said, struct outcome *ends)
{
    int receiver = lockstep->parties[0].slots[sender].peer;
    if (receiver < 0 || lockstep->parties[0].slots[receiver].socket < 0 ||
        lockstep->parties[1].slots[receiver].socket < 0) {
        return LEVEL_STUCK;
    }
    for (int i = 0; i < 2; i++) {
        if (said && said[i].status <= 0 &&
            !loose_may_go_on(&lockstep->parties[i], receiver, said[i].status)) {
            ends[i] = said[i];
        } else {
            drain_stream(&lockstep->parties[i], sender, receiver, &ends[i]);
        }
    }
    await_end(lockstep, receiver, ends);
    enum level_result result = judge_ends(lockstep, sender, ends);
    if (result == LEVEL_DONE) {
        for (int i = 0; i < 2; i++) {
            struct party *party = &lockstep->parties[i];
            party->slots[receiver].received = party->slots[sender].sent;
        }
        loose_tighten_stream(lockstep, sender,
                             !loose_may_go_on(&lockstep->parties[0], receiver, ends[0].status));
    }
    return result;
}

/* Whether the datagram in `party->data` comes later in `sender`'s stream than those before. */
static bool in_order(const struct party *party, int sender, size_t size, uint64_t *next)
{
    size_t held = size < DATAGRAM_BYTES ? size : DATAGRAM_BYTES;
    for (; *next < party->slots[sender].sent; ++*next) {
        if (memcmp(party->data, payload_datagram(sender, *next, held), held) == 0) {
            ++*next;
            return true;
        }
    }
    return false;
}

/* Reads everything that waits at a datagram socket of one world. */
static void drain_datagrams(struct party *party, int receiver, struct outcome *end)
{
    uint64_t next[SEQUENCE_SLOTS] = {0};
    struct call call = {.op = OP_RECVFROM, .slot = receiver, .number = DATAGRAM_BYTES};
    do {
        party_call(party, &call, end);
        end->wrong =
            end->status >= 0 &&
            (end->who < 0 || !in_order(party, end->who, (size_t)end->status, &next[end->who]));
    } while (end->status >= 0 && !end->wrong);
}

static enum level_result level_datagrams(struct lockstep *lockstep, int receiver,
                                         struct outcome *ends)
{
    struct call ask = {.op = OP_DROPPED, .slot = receiver};
    uint64_t arrived[2];
    for (int i = 0; i < 2; i++) {
        struct outcome dropped;
        drain_datagrams(&lockstep->parties[i], receiver, &ends[i]);
        party_call(&lockstep->parties[i], &ask, &dropped);
        lockstep->dropped[receiver][i] = (uint64_t)dropped.status;
        arrived[i] = lockstep->parties[i].slots[receiver].received + (uint64_t)dropped.status;
        ends[i].amount = arrived[i];
    }
    if (ends[0].wrong || ends[1].wrong || ends[0].status != ends[1].status ||
        arrived[0] != arrived[1]) {
        return LEVEL_DIFFERS;
    }
    if (ends[0].status == -EAGAIN) {
        loose_tighten_queue(lockstep, receiver);
    }
    return LEVEL_DONE;
}

/* Shows what was found while levelling in place of the call's own outcomes. */
static enum level_result slipped(enum level_result result, const struct outcome *ends,
                                 struct outcome *outcomes)
{
    if (result == LEVEL_DIFFERS) {
        for (int i = 0; i < 2; i++) {
            outcomes[i] = ends[i];
            outcomes[i].slipped = true;
        }
    }
    return result;
}

/* A slot whose readiness differs: levels whatever about it is loose. */
static enum level_result level_readiness(struct lockstep *lockstep, int slot,
                                         struct outcome *outcomes)
{
    const struct party_slot *mine = &lockstep->parties[0].slots[slot];
    int peer = mine->peer;
    struct outcome ends[2];
    enum level_result result = LEVEL_NONE;
    if (!mine->stream) {
        return lockstep->loose[slot]
                   ? slipped(level_datagrams(lockstep, slot, ends), ends, outcomes)
                   : LEVEL_NONE;
    }
    if (lockstep->loose[slot]) {
        result = slipped(level_stream(lockstep, slot, NULL, ends), ends, outcomes);
    }
    if (peer >= 0 && lockstep->loose[peer] && (result == LEVEL_NONE || result == LEVEL_DONE)) {
        result = slipped(level_stream(lockstep, peer, NULL, ends), ends, outcomes);
    }
    return result;
}

static enum level_result settle_wait(struct lockstep *lockstep, struct outcome *outcomes)
{
    struct outcome before[2] = {outcomes[0], outcomes[1]};
    for (int i = 0; i < SEQUENCE_SLOTS; i++) {
        if (before[0].ready[i] != before[1].ready[i]) {
            enum level_result result = level_readiness(lockstep, i, outcomes);
            if (result != LEVEL_DONE) {
                return result;
            }
        }
    }
    return LEVEL_AGAIN;
}

static enum level_result settle_send(struct lockstep *lockstep, const struct call *call,
                                     struct outcome *outcomes)
{
    struct outcome ends[2];
    for (int i = 0; i < 2; i++) {
        if (outcomes[i].status < 0 && outcomes[i].status != -EAGAIN) {
            return LEVEL_NONE;
        }
    }
    if (!lockstep->parties[0].slots[call->slot].stream || !lockstep->loose[call->slot]) {
        return LEVEL_NONE;
    }
    return slipped(level_stream(lockstep, call->slot, NULL, ends), ends, outcomes);
}

static enum level_result settle_receive(struct lockstep *lockstep, const struct call *call,
                                        struct outcome *outcomes)
{
    struct outcome ends[2];
    const struct party_slot *slot = &lockstep->parties[0].slots[call->slot];
    if (slot->stream) {
        int sender = slot->peer;
        return sender >= 0 && lockstep->loose[sender]
                   ? slipped(level_stream(lockstep, sender, outcomes, ends), ends, outcomes)
                   : LEVEL_NONE;
    }
    return lockstep->loose[call->slot]
               ? slipped(level_datagrams(lockstep, call->slot, ends), ends, outcomes)
               : LEVEL_NONE;
}

static enum level_result settle_dropped(struct lockstep *lockstep, const struct call *call,
                                        struct outcome *outcomes)
{
    const uint64_t *before = lockstep->dropped[call->slot];
    struct outcome ends[2];
    if (lockstep->loose[call->slot]) {
        return slipped(level_datagrams(lockstep, call->slot, ends), ends, outcomes);
    }
    return (uint64_t)outcomes[0].status - before[0] == (uint64_t)outcomes[1].status - before[1]
               ? LEVEL_DONE
               : LEVEL_NONE;
}

static enum level_result level_dispatch(struct lockstep *lockstep, const struct call *call,
                                        struct outcome *outcomes)
{
    if (!outcomes[0].made || !outcomes[1].made || outcomes[0].wrong || outcomes[1].wrong) {
        return LEVEL_NONE;
    }
    switch (call->op) {
    case OP_SEND:
    case OP_SENDTO:
    case OP_FILL:
        return settle_send(lockstep, call, outcomes);
    case OP_RECV:
    case OP_RECVFROM:
    case OP_DRAIN:
        return settle_receive(lockstep, call, outcomes);
    case OP_DROPPED:
        return settle_dropped(lockstep, call, outcomes);
    case OP_WAIT:
        return settle_wait(lockstep, outcomes);
    default:
        return LEVEL_NONE;
    }
}

enum level_result level_settle(struct lockstep *lockstep, const struct call *call,
                               struct outcome *outcomes)
{
    bool blurred = outcomes[0].made && outcomes[1].made && !outcomes[0].wrong &&
                   !outcomes[1].wrong && loose_blurs(lockstep, call, outcomes);
    enum level_result result = level_dispatch(lockstep, call, outcomes);
    return result == LEVEL_NONE && blurred ? LEVEL_STUCK : result;
}
