/* SPDX-License-Identifier: MIT */
#include "mutate.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "mutate_internal.h"

/* Operations at a time; most often one, for the engine tries what it gets before it asks again. */
#define ROUNDS_MAX 8u
/* Some operations find nothing to do in some tapes. */
#define TRIES_MAX 16u

/* The engine's own mutation is one in eight. The last three need another tape. */
static const uint8_t weights[MUTATE_OPERATION_COUNT] = {
    [MUTATE_INSERT] = 24, [MUTATE_DROP] = 8,     [MUTATE_DUPLICATE] = 7, [MUTATE_MOVE] = 6,
    [MUTATE_SWAP] = 6,    [MUTATE_SPLIT] = 4,    [MUTATE_JOIN] = 3,      [MUTATE_CLIENT] = 6,
    [MUTATE_OPERAND] = 6, [MUTATE_PAYLOAD] = 28, [MUTATE_WRAP] = 2,      [MUTATE_PLAIN] = 14,
    [MUTATE_SPLICE] = 8,  [MUTATE_BORROW] = 12,  [MUTATE_TAKE] = 8,
};

struct mutate *mutate_new(const struct mutate_words *words, mutate_bytes_with *engine)
{
    struct mutate *mutate = calloc(1, sizeof(*mutate));
    if (mutate) {
        mutate->words = *words;
        mutate->engine = engine;
    }
    return mutate;
}

void mutate_free(struct mutate *mutate)
{
    free(mutate);
}

uint64_t mutate_done(const struct mutate *mutate, enum mutate_operation operation)
{
    ASSERT((unsigned)operation < MUTATE_OPERATION_COUNT);
    return mutate->done[operation];
}

uint64_t mutate_below(struct mutate *mutate, uint64_t bound)
{
    return prng_below(&mutate->prng, bound);
}

bool mutate_rarely(struct mutate *mutate, uint64_t times)
{
    return mutate_below(mutate, times) == 0;
}

/*
 * Rewrites every event in canonical form and notes where it begins. Only an event that the end of
 * the data cut off can become longer, and then it has no payload that would have to move: so this
 * can be done in place, and drops at most that event.
 */
static void settle(struct mutate *mutate)
{
    struct tape_event event;
    size_t out = 0;
    mutate->count = 0;
    for (size_t at = 0; at < mutate->size;) {
        at = tape_event_read(mutate->data, mutate->size, at, &event);
        ASSERT(out <= event.offset);
        size_t size = tape_event_write(&event, mutate->data + out, mutate->capacity - out);
        if (size > mutate->capacity - out) {
            break;
        }
        mutate->starts[mutate->count++] = (uint32_t)out;
        out += size;
    }
    mutate->starts[mutate->count] = (uint32_t)out;
    mutate->size = out;
}

void mutate_event(const struct mutate *mutate, size_t index, struct tape_event *event)
{
    ASSERT(index < mutate->count);
    tape_event_read(mutate->data, mutate->size, mutate->starts[index], event);
}

size_t mutate_find(struct mutate *mutate, bool (*fits)(const struct tape_event *event))
{
    struct tape_event event;
    size_t first = mutate->count > 0 ? (size_t)mutate_below(mutate, mutate->count) : 0;
    for (size_t i = 0; i < mutate->count; i++) {
        size_t index = (first + i) % mutate->count;
        mutate_event(mutate, index, &event);
        if (fits(&event)) {
            return index;
        }
    }
    return mutate->count;
}

bool mutate_is_send(const struct tape_event *event)
{
    return event->opcode == TAPE_SEND;
}

bool mutate_has_payload(const struct tape_event *event)
{
    return tape_opcode_has_payload(event->opcode);
}

bool mutate_build(struct mutate *mutate, const struct tape_event *event)
{
    size_t room = sizeof(mutate->built) - mutate->built_size;
    size_t size = tape_event_write(event, mutate->built + mutate->built_size, room);
    mutate->built_size = size <= room ? mutate->built_size + size : 0;
    return size <= room;
}

bool mutate_build_copy(struct mutate *mutate, size_t first, size_t last)
{
    ASSERT(first <= last);
    ASSERT(last <= mutate->count);
    size_t size = mutate->starts[last] - mutate->starts[first];
    if (size > sizeof(mutate->built) - mutate->built_size) {
        mutate->built_size = 0;
        return false;
    }
    if (size > 0) {
        memcpy(mutate->built + mutate->built_size, mutate->data + mutate->starts[first], size);
    }
    mutate->built_size += size;
    return true;
}

bool mutate_put(struct mutate *mutate, size_t first, size_t last)
{
    ASSERT(first <= last);
    ASSERT(last <= mutate->count);
    size_t from = mutate->starts[first], to = mutate->starts[last], size = mutate->built_size;
    mutate->built_size = 0;
    if (size > mutate->capacity - (mutate->size - (to - from))) {
        return false;
    }
    if (mutate->size > to) {
        memmove(mutate->data + from + size, mutate->data + to, mutate->size - to);
    }
    if (size > 0) {
        memcpy(mutate->data + from, mutate->built, size);
    }
    mutate->size = mutate->size - (to - from) + size;
    settle(mutate);
    return true;
}

size_t mutate_room(const struct mutate *mutate, const struct tape_event *event)
{
    size_t used = mutate->size - event->size + TAPE_EVENT_HEAD_BYTES_MAX;
    if (mutate->capacity < TAPE_EVENT_HEAD_BYTES_MAX + 16) {
        /* In so small a tape every byte counts: an opcode, a client, a size. */
        used = mutate->size - event->size + 3;
    }
    return used < mutate->capacity ? mutate->capacity - used : 0;
}

static bool plain(struct mutate *mutate)
{
    if (mutate->capacity == 0) {
        return false;
    }
    size_t size = mutate->engine
                      ? mutate->engine(mutate->data, mutate->size, mutate->capacity)
                      : mutate_bytes(mutate, mutate->data, mutate->size, mutate->capacity);
    ASSERT(size <= mutate->capacity);
    mutate->size = size;
    settle(mutate);
    return true;
}

static bool apply(struct mutate *mutate, enum mutate_operation operation)
{
    mutate->built_size = 0;
    switch (operation) {
    case MUTATE_INSERT:
        return mutate_insert(mutate);
    case MUTATE_DROP:
    case MUTATE_DUPLICATE:
    case MUTATE_MOVE:
    case MUTATE_SWAP:
    case MUTATE_SPLIT:
    case MUTATE_JOIN:
    case MUTATE_CLIENT:
    case MUTATE_OPERAND:
    case MUTATE_PAYLOAD:
    case MUTATE_WRAP:
        return mutate_edit(mutate, operation);
    case MUTATE_PLAIN:
        return plain(mutate);
    case MUTATE_SPLICE:
        return mutate_splice(mutate);
    case MUTATE_BORROW:
        return mutate_borrow(mutate);
    case MUTATE_TAKE:
        return mutate_take(mutate);
    }
    return false;
}

static enum mutate_operation draw(struct mutate *mutate)
{
    unsigned known = mutate->other.size > 0 ? MUTATE_OPERATION_COUNT : MUTATE_SPLICE, sum = 0;
    for (unsigned i = 0; i < known; i++) {
        sum += weights[i];
    }
    uint64_t drawn = mutate_below(mutate, sum);
    unsigned operation = 0;
    while (drawn >= weights[operation]) {
        drawn -= weights[operation++];
    }
    ASSERT(operation < known);
    return (enum mutate_operation)operation;
}

static void change_once(struct mutate *mutate)
{
    for (unsigned i = 0; i < TRIES_MAX; i++) {
        enum mutate_operation operation = draw(mutate);
        if (apply(mutate, operation)) {
            mutate->done[operation]++;
            return;
        }
    }
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t mutate_tape(struct mutate *mutate, uint64_t seed, uint8_t *data, size_t size,
                   size_t capacity, struct drill_bytes other)
{
    mutate->prng = (struct prng){seed};
    mutate->data = data;
    mutate->capacity = least(capacity, MUTATE_BYTES_MAX);
    mutate->size = least(size, mutate->capacity);
    mutate->other = other;
    mutate->other.size = least(other.size, MUTATE_BYTES_MAX);
    settle(mutate);
    unsigned rounds = 0;
    do {
        change_once(mutate);
    } while (++rounds < ROUNDS_MAX && mutate_rarely(mutate, 3));
    return mutate->size;
}
