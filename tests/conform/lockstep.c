/* SPDX-License-Identifier: MIT */
/* Makes each call in both worlds and compares. */
#include "lockstep.h"

#include <errno.h>
#include <string.h>

#include "clock.h"
#include "level.h"
#include "loose.h"

static bool is_datagram(const struct lockstep *lockstep, const struct call *call)
{
    return (call->op == OP_RECV || call->op == OP_RECVFROM) &&
           !lockstep->parties[0].slots[call->slot].stream;
}

/* How much `fill` gets rid of is the buffers' business. */
static bool outcomes_equal(const struct lockstep *lockstep, const struct call *call,
                           const struct outcome *outcomes)
{
    const struct outcome *a = &outcomes[0];
    const struct outcome *b = &outcomes[1];
    if (a->made != b->made || a->status != b->status || a->host != b->host || a->who != b->who ||
        (a->amount != b->amount && call->op != OP_FILL) || a->wrong || b->wrong ||
        memcmp(a->ready, b->ready, sizeof(a->ready)) != 0) {
        return false;
    }
    if (a->made && a->status > 0 && is_datagram(lockstep, call)) {
        size_t length = (size_t)(a->status < call->number ? a->status : call->number);
        return memcmp(lockstep->parties[0].data, lockstep->parties[1].data, length) == 0;
    }
    return true;
}

/* Whether `mine` could become `theirs` by itself when something that is under way arrives. */
static bool is_behind(const struct lockstep *lockstep, const struct call *call,
                      const struct outcome *mine, const struct outcome *theirs)
{
    bool stream = call->slot >= 0 && lockstep->parties[0].slots[call->slot].stream;
    if (!mine->made || !theirs->made) {
        return false;
    }
    switch ((enum sequence_op)call->op) {
    case OP_ACCEPT:
        return mine->status == -EAGAIN;
    case OP_RECV:
    case OP_RECVFROM:
        return mine->status == -EAGAIN ||
               (stream && mine->status > 0 && mine->status < theirs->status);
    case OP_DRAIN:
        return mine->status == -EAGAIN;
    case OP_CONNECT:
        return mine->status == -EALREADY;
    case OP_PEER:
        return mine->status == -ENOTCONN;
    case OP_ERROR:
        return mine->status == 0;
    case OP_QUEUE:
    case OP_DROPPED:
        return mine->status >= 0 && mine->status < theirs->status;
    case OP_WAIT:
        return true;
    case OP_TCP4:
    case OP_TCP6:
    case OP_UDP4:
    case OP_UDP6:
    case OP_BIND:
    case OP_LISTEN:
    case OP_SEND:
    case OP_SENDTO:
    case OP_FLOOD:
    case OP_FILL:
    case OP_SHUT_RD:
    case OP_SHUT_WR:
    case OP_SHUT_RDWR:
    case OP_CLOSE:
    case OP_LINGER:
    case OP_SNDBUF:
    case OP_RCVBUF:
    case OP_NAME:
    case OP_WATCH:
    case OP_COUNT:
        return false;
    }
    return false;
}

/* Makes the call once more and merges what it brings. */
static void ask_again(struct party *party, const struct call *call, struct outcome *outcome)
{
    struct call again = *call;
    struct outcome more;
    bool partly = (call->op == OP_RECV || call->op == OP_RECVFROM) && outcome->status > 0;
    if (partly) {
        again.number -= outcome->status;
    }
    party_call(party, &again, &more);
    more.amount += outcome->amount;
    more.wrong = more.wrong || outcome->wrong;
    if (partly) {
        more.status = more.status > 0 ? more.status + outcome->status : outcome->status;
    }
    *outcome = more;
}

/* Gives real sockets that are behind some time to catch up. The clock is read before they are
 * asked: should this process be put aside for longer than that, they are asked once more. */
static bool catch_up(struct lockstep *lockstep, const struct call *call, struct outcome *outcomes)
{
    uint64_t until_ns = 0;
    for (;;) {
        uint64_t now_ns = clock_real_ns();
        bool asked = false;
        for (int i = 0; i < 2; i++) {
            if (lockstep->worlds[i]->ops->kind == WORLD_KERNEL &&
                is_behind(lockstep, call, &outcomes[i], &outcomes[1 - i])) {
                ask_again(&lockstep->parties[i], call, &outcomes[i]);
                asked = true;
            }
        }
        if (asked && outcomes_equal(lockstep, call, outcomes)) {
            lockstep->counts.waits++;
            return true;
        }
        until_ns = until_ns ? until_ns : clock_after(now_ns, lockstep->patience_ns);
        if (!asked || now_ns >= until_ns) {
            return false;
        }
    }
}

static enum lockstep_end judge(struct lockstep *lockstep, const struct call *call,
                               struct outcome *outcomes)
{
    if (outcomes_equal(lockstep, call, outcomes)) {
        return LOCKSTEP_SAME;
    }
    /* Loose first: a stream that stands still would only cost the whole patience. */
    switch (level_settle(lockstep, call, outcomes)) {
    case LEVEL_NONE:
        return catch_up(lockstep, call, outcomes) ? LOCKSTEP_SAME : LOCKSTEP_DIFFERS;
    case LEVEL_DONE:
        lockstep->counts.levelled++;
        return LOCKSTEP_SAME;
    case LEVEL_AGAIN:
        lockstep->counts.levelled++;
        party_call(&lockstep->parties[0], call, &outcomes[0]);
        party_call(&lockstep->parties[1], call, &outcomes[1]);
        if (outcomes_equal(lockstep, call, outcomes) || catch_up(lockstep, call, outcomes)) {
            return LOCKSTEP_SAME;
        }
        if (!loose_holds_room(lockstep, call, outcomes)) {
            return LOCKSTEP_DIFFERS;
        }
        lockstep->counts.held++;
        return LOCKSTEP_SAME;
    case LEVEL_STUCK:
        return LOCKSTEP_CUT;
    case LEVEL_DIFFERS:
        break;
    }
    return LOCKSTEP_DIFFERS;
}

/* Two worlds of one kernel share its ports, and what one gave back the other may get. */
static bool ports_shared(const struct lockstep *lockstep)
{
    if (lockstep->worlds[0]->ops->kind != lockstep->worlds[1]->ops->kind) {
        return false;
    }
    for (int i = 0; i < SEQUENCE_SLOTS; i++) {
        for (int j = 0; j < SEQUENCE_SLOTS; j++) {
            uint16_t port = lockstep->parties[0].slots[i].port;
            if (port > 0 && port == lockstep->parties[1].slots[j].port) {
                return lockstep->worlds[0]->ops->kind == WORLD_KERNEL;
            }
        }
    }
    return false;
}

static enum lockstep_end lockstep_play(struct lockstep *lockstep, const struct sequence *sequence)
{
    for (int i = 0; i < sequence->count; i++) {
        const struct call *call = &sequence->calls[i];
        struct outcome *outcomes = lockstep->outcomes[i];
        lockstep->calls = i + 1;
        lockstep->counts.calls++;
        party_call(&lockstep->parties[0], call, &outcomes[0]);
        party_call(&lockstep->parties[1], call, &outcomes[1]);
        loose_note(lockstep, call, outcomes);
        if (lockstep->parties[0].coincidence || lockstep->parties[1].coincidence ||
            ports_shared(lockstep)) {
            return LOCKSTEP_COINCIDENCE;
        }
        enum lockstep_end end = judge(lockstep, call, outcomes);
        if (end != LOCKSTEP_SAME) {
            return end;
        }
        loose_tighten(lockstep, call, outcomes);
    }
    return LOCKSTEP_SAME;
}

enum lockstep_end lockstep_run(struct lockstep *lockstep, const struct sequence *sequence)
{
    lockstep->small = false;
    memset(lockstep->loose, 0, sizeof(lockstep->loose));
    memset(lockstep->dropped, 0, sizeof(lockstep->dropped));
    memset(lockstep->queued, 0, sizeof(lockstep->queued));
    memset(lockstep->queued_bytes, 0, sizeof(lockstep->queued_bytes));
    lockstep->calls = 0;
    party_begin(&lockstep->parties[0], lockstep->worlds[0]);
    party_begin(&lockstep->parties[1], lockstep->worlds[1]);
    enum lockstep_end end = lockstep_play(lockstep, sequence);
    party_end(&lockstep->parties[0]);
    party_end(&lockstep->parties[1]);
    return end;
}
