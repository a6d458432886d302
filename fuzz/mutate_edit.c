/* SPDX-License-Identifier: MIT */
/* What is done to the events that are there. */
#include <string.h>

#include "check.h"
#include "mutate_internal.h"

#define RUN_MAX 8u /* events in a row */

static size_t some_event(struct mutate *mutate)
{
    ASSERT(mutate->count > 0);
    return (size_t)mutate_below(mutate, mutate->count);
}

/* The end of some events in a row that begin at `first`; most often one. */
static size_t run_end(struct mutate *mutate, size_t first)
{
    size_t left = mutate->count - first;
    size_t run = mutate_rarely(mutate, 3) ? 1 + (size_t)mutate_below(mutate, RUN_MAX) : 1;
    return first + (run < left ? run : left);
}

static bool drop(struct mutate *mutate)
{
    size_t first = some_event(mutate);
    return mutate_put(mutate, first, run_end(mutate, first));
}

static bool duplicate(struct mutate *mutate)
{
    size_t first = some_event(mutate), last = run_end(mutate, first);
    size_t at = mutate_rarely(mutate, 2) ? last : mutate_place(mutate);
    return mutate_build_copy(mutate, first, last) && mutate_put(mutate, at, at);
}

/* Puts the event `from` in front of the event `to`. */
static bool move_to(struct mutate *mutate, size_t from, size_t to)
{
    if (to < from) {
        return mutate_build_copy(mutate, from, from + 1) && mutate_build_copy(mutate, to, from) &&
               mutate_put(mutate, to, from + 1);
    }
    return to > from + 1 && mutate_build_copy(mutate, from + 1, to) &&
           mutate_build_copy(mutate, from, from + 1) && mutate_put(mutate, from, to);
}

static bool move(struct mutate *mutate)
{
    size_t from = some_event(mutate);
    return move_to(mutate, from, (size_t)mutate_below(mutate, mutate->count + 1));
}

static bool swap(struct mutate *mutate)
{
    size_t first = some_event(mutate);
    return first + 1 < mutate->count && move_to(mutate, first + 1, first);
}

static bool is_long_send(const struct tape_event *event)
{
    return mutate_is_send(event) && event->payload_size > 1;
}

static bool split(struct mutate *mutate)
{
    struct tape_event front, back;
    size_t index = mutate_find(mutate, is_long_send);
    if (index == mutate->count) {
        return false;
    }
    mutate_event(mutate, index, &front);
    back = front;
    front.payload_size = 1 + (size_t)mutate_below(mutate, back.payload_size - 1);
    back.payload += front.payload_size;
    back.payload_size -= front.payload_size;
    return mutate_build(mutate, &front) && mutate_build(mutate, &back) &&
           mutate_put(mutate, index, index + 1);
}

/* Whether the events `index` and the one behind it are sends of the same client. */
static bool can_join(const struct mutate *mutate, size_t index, struct tape_event *front,
                     struct tape_event *back)
{
    mutate_event(mutate, index, front);
    mutate_event(mutate, index + 1, back);
    return mutate_is_send(front) && mutate_is_send(back) && front->operands[0] == back->operands[0];
}

static bool join(struct mutate *mutate)
{
    struct tape_event front, back;
    size_t pairs = mutate->count - 1;
    size_t first = pairs > 0 ? (size_t)mutate_below(mutate, pairs) : 0;
    for (size_t i = 0; i < pairs; i++) {
        size_t index = (first + i) % pairs;
        if (can_join(mutate, index, &front, &back)) {
            memcpy(mutate->payload, front.payload, front.payload_size);
            memcpy(mutate->payload + front.payload_size, back.payload, back.payload_size);
            front.payload = mutate->payload;
            front.payload_size += back.payload_size;
            return mutate_build(mutate, &front) && mutate_put(mutate, index, index + 2);
        }
    }
    return false;
}

static bool put_event(struct mutate *mutate, size_t index, const struct tape_event *event)
{
    return mutate_build(mutate, event) && mutate_put(mutate, index, index + 1);
}

static bool has_client(const struct tape_event *event)
{
    return tape_opcode_has_client(event->opcode);
}

static bool change_client(struct mutate *mutate)
{
    struct tape_event event;
    size_t index = mutate_find(mutate, has_client);
    if (index == mutate->count) {
        return false;
    }
    mutate_event(mutate, index, &event);
    uint64_t *client = &event.operands[event.opcode == TAPE_SEEN];
    uint64_t before = *client;
    *client = mutate_some_client(mutate, index);
    return *client != before && put_event(mutate, index, &event);
}

static bool has_operand(const struct tape_event *event)
{
    return tape_opcode_operands(event->opcode) > 0;
}

static bool change_operand(struct mutate *mutate)
{
    struct tape_event event;
    size_t index = mutate_find(mutate, has_operand);
    if (index == mutate->count) {
        return false;
    }
    mutate_event(mutate, index, &event);
    uint64_t *number = &event.operands[mutate_below(mutate, tape_opcode_operands(event.opcode))];
    uint64_t before = *number, way = mutate_below(mutate, 5);
    *number = way == 0   ? before + 1
              : way == 1 ? before - 1
              : way == 2 ? before * 2
              : way == 3 ? mutate_below(mutate, 16)
                         : mutate_border(mutate);
    return *number != before && put_event(mutate, index, &event);
}

static bool change_payload(struct mutate *mutate)
{
    struct tape_event event;
    size_t index = mutate_find(mutate, mutate_has_payload);
    if (index == mutate->count) {
        return false;
    }
    mutate_event(mutate, index, &event);
    size_t room = mutate_room(mutate, &event);
    if (mutate_rarely(mutate, 4)) {
        mutate_payload_new(mutate, room);
    } else {
        mutate_payload_copy(mutate, &event, room);
        mutate_payload_vary(mutate, room);
    }
    event.payload = mutate->payload;
    event.payload_size = mutate->payload_size;
    return put_event(mutate, index, &event);
}

static bool wrap(struct mutate *mutate)
{
    struct tape_event repeat = {.opcode = TAPE_REPEAT, .operands = {2 + mutate_below(mutate, 4)}};
    struct tape_event end = {.opcode = TAPE_END};
    size_t first = some_event(mutate), last = run_end(mutate, first);
    return mutate_build(mutate, &repeat) && mutate_build_copy(mutate, first, last) &&
           mutate_build(mutate, &end) && mutate_put(mutate, first, last);
}

bool mutate_edit(struct mutate *mutate, enum mutate_operation operation)
{
    if (mutate->count == 0) {
        return false;
    }
    switch (operation) {
    case MUTATE_DROP:
        return drop(mutate);
    case MUTATE_DUPLICATE:
        return duplicate(mutate);
    case MUTATE_MOVE:
        return move(mutate);
    case MUTATE_SWAP:
        return swap(mutate);
    case MUTATE_SPLIT:
        return split(mutate);
    case MUTATE_JOIN:
        return join(mutate);
    case MUTATE_CLIENT:
        return change_client(mutate);
    case MUTATE_OPERAND:
        return change_operand(mutate);
    case MUTATE_PAYLOAD:
        return change_payload(mutate);
    case MUTATE_WRAP:
        return wrap(mutate);
    case MUTATE_INSERT:
    case MUTATE_PLAIN:
    case MUTATE_SPLICE:
    case MUTATE_BORROW:
    case MUTATE_TAKE:
        break;
    }
    return false;
}
