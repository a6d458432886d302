/* SPDX-License-Identifier: MIT */
#include "minimize_edit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

size_t minimize_bytes_max(size_t size)
{
    ASSERT(size < SIZE_MAX / (TAPE_EVENT_HEAD_BYTES_MAX + 1) - TAPE_EVENT_HEAD_BYTES_MAX);
    return (size + 1) * (TAPE_EVENT_HEAD_BYTES_MAX + 1);
}

void minimize_tape_init(struct minimize_tape *tape, size_t size)
{
    *tape = (struct minimize_tape){.count = 0};
    bytes_init(&tape->bytes, minimize_bytes_max(size));
}

void minimize_tape_fini(struct minimize_tape *tape)
{
    bytes_fini(&tape->bytes);
    free(tape->events);
}

static int add_events(struct bytes *out, const struct minimize_tape *tape, size_t from, size_t to)
{
    int status = 0;
    for (size_t i = from; i < to && status == 0; i++) {
        status = tape_event_add(out, &tape->events[i]);
    }
    return status;
}

static int make_room(struct minimize_tape *tape)
{
    if (tape->count < tape->capacity) {
        return 0;
    }
    size_t capacity = tape->capacity > 0 ? 2 * tape->capacity : 64;
    struct tape_event *events = realloc(tape->events, capacity * sizeof(*events));
    if (!events) {
        return -ENOMEM;
    }
    tape->events = events;
    tape->capacity = capacity;
    return 0;
}

int minimize_tape_take(struct minimize_tape *tape, const struct bytes *candidate)
{
    struct tape_event event;
    int status = 0;
    bytes_clear(&tape->bytes);
    for (size_t at = 0; at < candidate->size && status == 0;) {
        at = tape_event_read(candidate->data, candidate->size, at, &event);
        status = tape_event_add(&tape->bytes, &event);
    }
    tape->count = 0;
    for (size_t at = 0; at < tape->bytes.size && status == 0;) {
        status = make_room(tape);
        if (status == 0) {
            at = tape_event_read(tape->bytes.data, tape->bytes.size, at,
                                 &tape->events[tape->count++]);
        }
    }
    return status;
}

static int outcome(int status)
{
    return status == 0 ? MINIMIZE_EDIT_MADE : status;
}

static int drop_injected(const struct minimize_tape *tape, const struct minimize_edit *edit,
                         uint64_t step, struct bytes *out)
{
    (void)edit;
    size_t dropped = 0;
    int status = 0;
    for (size_t i = 0; i < tape->count && status == 0 && step == 0; i++) {
        bool injected = tape_event_is_injected(&tape->events[i]);
        dropped += injected;
        status = injected ? 0 : tape_event_add(out, &tape->events[i]);
    }
    return dropped > 0 ? outcome(status) : MINIMIZE_EDIT_END;
}

static int drop_events(const struct minimize_tape *tape, const struct minimize_edit *edit,
                       uint64_t step, struct bytes *out)
{
    if (step * edit->chunk >= tape->count) {
        return MINIMIZE_EDIT_END;
    }
    size_t from = (size_t)(step * edit->chunk);
    size_t to = tape->count - from > edit->chunk ? from + (size_t)edit->chunk : tape->count;
    int status = add_events(out, tape, 0, from);
    return outcome(status == 0 ? add_events(out, tape, to, tape->count) : status);
}

static bool opens(enum tape_opcode opcode)
{
    return opcode == TAPE_REPEAT || opcode == TAPE_TOGETHER || opcode == TAPE_UNROLLED;
}

/* Without the list that event `step` opens: without that event, the ends of its lanes and its end.
 */
static int open_list(const struct minimize_tape *tape, const struct minimize_edit *edit,
                     uint64_t step, struct bytes *out)
{
    (void)edit;
    size_t depth = 0;
    int status = 0;
    if (step >= tape->count || !opens(tape->events[step].opcode)) {
        return step >= tape->count ? MINIMIZE_EDIT_END : MINIMIZE_EDIT_SAME;
    }
    for (size_t i = 0; i < tape->count && status == 0; i++) {
        const struct tape_event *event = &tape->events[i];
        bool inside = i > step && depth > 0;
        bool mine = i == step || (inside && depth == 1 &&
                                  (event->opcode == TAPE_LANE || event->opcode == TAPE_ORDER ||
                                   event->opcode == TAPE_END));
        depth += i == step || (inside && opens(event->opcode));
        depth -= inside && event->opcode == TAPE_END;
        status = mine ? 0 : tape_event_add(out, event);
    }
    return outcome(status);
}

/* The operand that is a client, or NULL. */
static uint64_t *client_of(struct tape_event *event)
{
    if (!tape_opcode_has_client(event->opcode)) {
        return NULL;
    }
    return &event->operands[event->opcode == TAPE_SEEN ? 1 : 0];
}

/* The client that the tape names at event `step`, if no event before does. */
static bool names_client(const struct minimize_tape *tape, uint64_t step, uint64_t *client,
                         uint64_t *smallest)
{
    struct tape_event event = tape->events[step];
    const uint64_t *named = client_of(&event);
    if (!named) {
        return false;
    }
    *client = *smallest = *named;
    for (size_t i = 0; i < tape->count; i++) {
        event = tape->events[i];
        named = client_of(&event);
        if (!named) {
            continue;
        }
        if (i < step && *named == *client) {
            return false;
        }
        *smallest = *named < *smallest ? *named : *smallest;
    }
    return true;
}

/* Even steps: the client that event step / 2 is the first to name becomes the one with the smallest
 * number. Odd ones: it gets the smallest number that nobody has. */
static int merge_client(const struct minimize_tape *tape, const struct minimize_edit *edit,
                        uint64_t step, struct bytes *out)
{
    (void)edit;
    uint64_t client, to;
    int status = 0;
    if (step / 2 >= tape->count) {
        return MINIMIZE_EDIT_END;
    }
    if (!names_client(tape, step / 2, &client, &to)) {
        return MINIMIZE_EDIT_SAME;
    }
    if (step % 2 == 1) {
        to = 0;
        for (size_t i = 0; i < tape->count; i++) {
            struct tape_event event = tape->events[i];
            const uint64_t *named = client_of(&event);
            if (named && *named == to) {
                to++;
                i = SIZE_MAX; /* look again from the beginning */
            }
        }
    }
    for (size_t i = 0; i < tape->count && status == 0 && to < client; i++) {
        struct tape_event event = tape->events[i];
        uint64_t *named = client_of(&event);
        if (named && *named == client) {
            *named = to;
        }
        status = tape_event_add(out, &event);
    }
    return to < client ? outcome(status) : MINIMIZE_EDIT_SAME;
}

/* Finds the chunk of payload that a step speaks of, counting over all events. False: beyond. */
static bool find_chunk(const struct minimize_tape *tape, uint64_t chunk, uint64_t step,
                       size_t *event, size_t *from, size_t *size)
{
    for (size_t i = 0; i < tape->count; i++) {
        size_t payload = tape->events[i].payload_size;
        uint64_t chunks = (payload + chunk - 1) / chunk;
        if (step < chunks) {
            *event = i;
            *from = (size_t)(step * chunk);
            *size = payload - *from < chunk ? payload - *from : (size_t)chunk;
            return true;
        }
        step -= chunks;
    }
    return false;
}

static int shorten_payload(const struct minimize_tape *tape, const struct minimize_edit *edit,
                           uint64_t step, struct bytes *out)
{
    size_t at, from, size;
    if (!find_chunk(tape, edit->chunk, step, &at, &from, &size)) {
        return MINIMIZE_EDIT_END;
    }
    struct tape_event head = tape->events[at];
    const uint8_t *payload = head.payload;
    size_t behind = head.payload_size - from - size;
    head.payload_size -= size;
    uint8_t bytes[TAPE_EVENT_HEAD_BYTES_MAX];
    int status = add_events(out, tape, 0, at);
    status = status == 0 ? bytes_add(out, bytes, tape_event_head(&head, bytes)) : status;
    status = status == 0 && from > 0 ? bytes_add(out, payload, from) : status;
    status = status == 0 && behind > 0 ? bytes_add(out, payload + from + size, behind) : status;
    return outcome(status == 0 ? add_events(out, tape, at + 1, tape->count) : status);
}

static int simplify_bytes(const struct minimize_tape *tape, const struct minimize_edit *edit,
                          uint64_t step, struct bytes *out)
{
    size_t at, from, size;
    bool differs = false;
    if (!find_chunk(tape, edit->chunk, step, &at, &from, &size)) {
        return MINIMIZE_EDIT_END;
    }
    const uint8_t *bytes = tape->events[at].payload + from;
    for (size_t i = 0; i < size; i++) {
        differs |= bytes[i] != MINIMIZE_BYTE;
    }
    if (!differs) {
        return MINIMIZE_EDIT_SAME;
    }
    int status = bytes_add(out, tape->bytes.data, tape->bytes.size);
    if (status == 0) {
        memset(out->data + (bytes - tape->bytes.data), MINIMIZE_BYTE, size);
    }
    return outcome(status);
}

/* Each operand has so many steps: what is tried instead of it are 0, its half, three quarters and
 * so on, and in the end 1 less. */
#define NUMBER_STEPS 65

static int lessen_number(const struct minimize_tape *tape, const struct minimize_edit *edit,
                         uint64_t step, struct bytes *out)
{
    (void)edit;
    size_t at = (size_t)(step / (TAPE_OPERANDS_MAX * NUMBER_STEPS));
    unsigned operand = (unsigned)(step / NUMBER_STEPS % TAPE_OPERANDS_MAX);
    unsigned shift = (unsigned)(step % NUMBER_STEPS);
    if (at >= tape->count) {
        return MINIMIZE_EDIT_END;
    }
    struct tape_event event = tape->events[at];
    uint64_t *number = &event.operands[operand];
    uint64_t less = shift < 64 ? *number >> shift : 0;
    if (operand >= tape_opcode_operands(event.opcode) || less == 0 || client_of(&event) == number) {
        return MINIMIZE_EDIT_SAME;
    }
    *number -= less;
    int status = add_events(out, tape, 0, at);
    status = status == 0 ? tape_event_add(out, &event) : status;
    return outcome(status == 0 ? add_events(out, tape, at + 1, tape->count) : status);
}

static uint64_t longest_payload(const struct minimize_tape *tape)
{
    size_t most = 0;
    for (size_t i = 0; i < tape->count; i++) {
        most = tape->events[i].payload_size > most ? tape->events[i].payload_size : most;
    }
    return most;
}

uint64_t minimize_edit_begin(const struct minimize_tape *tape, enum minimize_edit_kind kind,
                             struct minimize_edit *edit)
{
    *edit = (struct minimize_edit){.chunk = 1};
    switch (kind) {
    case MINIMIZE_INJECTED:
        edit->make = drop_injected;
        return 1;
    case MINIMIZE_EVENTS:
        edit->make = drop_events;
        return tape->count;
    case MINIMIZE_LISTS:
        edit->make = open_list;
        return 1;
    case MINIMIZE_CLIENTS:
        edit->make = merge_client;
        return 1;
    case MINIMIZE_PAYLOADS:
        edit->make = shorten_payload;
        return longest_payload(tape);
    case MINIMIZE_NUMBERS:
        edit->make = lessen_number;
        return 1;
    case MINIMIZE_BYTES:
        edit->make = simplify_bytes;
        return longest_payload(tape);
    }
    ASSERT(false);
    return 0;
}
