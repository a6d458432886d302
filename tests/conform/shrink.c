/* SPDX-License-Identifier: MIT */
/* Removes runs of calls, then makes arguments plain, until nothing more can go. */
#include "shrink.h"

#include <string.h>

#include "clock.h"

/* While shrinking a late kernel gets less time, for most sequences are played in vain. */
#define SHRINK_PATIENCE_NS (2 * CLOCK_MS)

struct shrinking {
    struct lockstep *lockstep;
    struct sequence *best;
    enum lockstep_end (*play)(void *context, const struct sequence *sequence);
    void *context;
};

/* Keeps the candidate when the worlds still differ about it. */
static bool shrink_try(struct shrinking *shrinking, const struct sequence *candidate)
{
    if (shrinking->play(shrinking->context, candidate) != LOCKSTEP_DIFFERS) {
        return false;
    }
    *shrinking->best = *candidate;
    /* What comes after the difference says nothing. */
    shrinking->best->count = shrinking->lockstep->calls;
    return true;
}

static bool shrink_calls(struct shrinking *shrinking)
{
    bool any = false;
    for (int run = shrinking->best->count / 2; run >= 1; run /= 2) {
        for (int first = 0; first + run <= shrinking->best->count;) {
            struct sequence candidate = *shrinking->best;
            size_t after = (size_t)(candidate.count - first - run);
            memmove(&candidate.calls[first], &candidate.calls[first + run],
                    after * sizeof(candidate.calls[0]));
            candidate.count -= run;
            if (shrink_try(shrinking, &candidate)) {
                any = true;
            } else {
                first++;
            }
        }
    }
    return any;
}

/* Two calls that only go together, such as a client and its accept. */
static bool shrink_pairs(struct shrinking *shrinking)
{
    for (int first = 0; first < shrinking->best->count; first++) {
        for (int second = first + 1; second < shrinking->best->count; second++) {
            struct sequence candidate = {0};
            for (int i = 0; i < shrinking->best->count; i++) {
                if (i != first && i != second) {
                    candidate.calls[candidate.count++] = shrinking->best->calls[i];
                }
            }
            if (shrink_try(shrinking, &candidate)) {
                return true;
            }
        }
    }
    return false;
}

static bool shrink_change(struct shrinking *shrinking, int index, struct call call)
{
    struct sequence candidate = *shrinking->best;
    const struct call *old = &candidate.calls[index];
    if (old->op == call.op && old->target == call.target && old->number == call.number) {
        return false;
    }
    candidate.calls[index] = call;
    return shrink_try(shrinking, &candidate);
}

static bool shrink_number(struct shrinking *shrinking, int index)
{
    static const int plain[] = {0, 1, 3, 5, 100, 1000, 4096};
    struct call call = shrinking->best->calls[index];
    int was = call.number;
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]) && plain[i] < was; i++) {
        if (plain[i] == 0 && (call.op == OP_RECV || call.op == OP_RECVFROM)) {
            continue;
        }
        call.number = plain[i];
        if (shrink_change(shrinking, index, call)) {
            return true;
        }
    }
    return false;
}

static bool shrink_arguments(struct shrinking *shrinking)
{
    bool any = false;
    for (int i = 0; i < shrinking->best->count; i++) {
        struct call call = shrinking->best->calls[i];
        unsigned takes = sequence_words[call.op].takes;
        if (takes & (TAKES_NUMBER | TAKES_EVENTS)) {
            any = shrink_number(shrinking, i) || any;
        } else if (call.op == OP_BIND && call.target != TARGET_FREE) {
            call.target = TARGET_FREE;
            any = shrink_change(shrinking, i, call) || any;
        } else if (call.op == OP_SHUT_RDWR) {
            call.op = OP_SHUT_WR;
            any = shrink_change(shrinking, i, call) || any;
        }
    }
    return any;
}

/* All sockets at once, for IPv4 and IPv6 do not meet. */
static bool shrink_family(struct shrinking *shrinking)
{
    struct sequence candidate = *shrinking->best;
    bool any = false;
    for (int i = 0; i < candidate.count; i++) {
        uint8_t *op = &candidate.calls[i].op;
        if (*op == OP_TCP6 || *op == OP_UDP6) {
            *op = *op == OP_TCP6 ? OP_TCP4 : OP_UDP4;
            any = true;
        }
    }
    return any && shrink_try(shrinking, &candidate);
}

/* Letters in the order of their appearance; changes nothing else. */
static void shrink_letters(struct shrinking *shrinking)
{
    struct sequence candidate = *shrinking->best;
    int names[SEQUENCE_SLOTS];
    int next = 0;
    for (int i = 0; i < SEQUENCE_SLOTS; i++) {
        names[i] = TARGET_NONE;
    }
    for (int i = 0; i < candidate.count; i++) {
        struct call *call = &candidate.calls[i];
        int *parts[2] = {&call->slot, &call->target};
        for (int j = 0; j < 2; j++) {
            if (*parts[j] >= 0) {
                int *name = &names[*parts[j]];
                *name = *name >= 0 ? *name : next++;
                *parts[j] = *name;
            }
        }
    }
    shrink_try(shrinking, &candidate);
}

void shrink(struct lockstep *lockstep, struct sequence *sequence,
            enum lockstep_end (*play)(void *context, const struct sequence *sequence),
            void *context)
{
    struct shrinking shrinking = {
        .lockstep = lockstep, .best = sequence, .play = play, .context = context};
    uint64_t patience_ns = lockstep->patience_ns;
    lockstep->patience_ns = SHRINK_PATIENCE_NS;
    bool smaller = true;
    for (int round = 0; smaller && round < 20; round++) {
        smaller = shrink_calls(&shrinking);
        smaller = shrink_family(&shrinking) || smaller;
        smaller = shrink_arguments(&shrinking) || smaller;
        smaller = smaller || shrink_pairs(&shrinking);
    }
    shrink_letters(&shrinking);
    lockstep->patience_ns = patience_ns;
}
