/* SPDX-License-Identifier: MIT */
/* What an event carries: words of the dictionary, what other events carry, runs of one byte. */
#include <string.h>

#include "check.h"
#include "mutate_internal.h"

#define WORDS_MAX     4u
#define TEXT_MAX      12u
#define RUN_MAX       1025u
#define SHORT_RUN_MAX 64u

static void append(struct mutate *mutate, const uint8_t *data, size_t size, size_t capacity)
{
    size_t room = capacity - mutate->payload_size;
    size = size < room ? size : room;
    if (size > 0) {
        memcpy(mutate->payload + mutate->payload_size, data, size);
        mutate->payload_size += size;
    }
}

static void append_words(struct mutate *mutate, size_t capacity)
{
    uint64_t count = mutate_rarely(mutate, 2) ? 1 : 1 + mutate_below(mutate, WORDS_MAX);
    for (uint64_t i = 0; i < count && mutate->words.count > 0; i++) {
        struct drill_bytes word = mutate->words.words[mutate_below(mutate, mutate->words.count)];
        append(mutate, word.data, word.size, capacity);
    }
}

static void append_text(struct mutate *mutate, size_t capacity)
{
    static const char letters[] = "\n\r\t 0123456789:;-_AZaz@`[{";
    uint64_t count = mutate_below(mutate, TEXT_MAX + 1);
    for (uint64_t i = 0; i < count; i++) {
        uint8_t byte = mutate_rarely(mutate, 2)
                           ? (uint8_t)letters[mutate_below(mutate, sizeof(letters) - 1)]
                           : (uint8_t)mutate_below(mutate, 256);
        append(mutate, &byte, 1, capacity);
    }
}

/* As long as some buffer, or one byte off; but long tapes are slow, and what does not fit would
 * leave no room for anything else. */
static void append_run(struct mutate *mutate, size_t capacity)
{
    uint64_t size = mutate_border(mutate);
    size_t room = capacity - mutate->payload_size;
    if (size > room || size > RUN_MAX) {
        size = mutate_below(mutate, room < SHORT_RUN_MAX ? room + 1 : SHORT_RUN_MAX);
    }
    memset(mutate->payload + mutate->payload_size, (int)('@' + mutate_below(mutate, 60)),
           (size_t)size);
    mutate->payload_size += (size_t)size;
}

void mutate_payload_copy(struct mutate *mutate, const struct tape_event *event, size_t capacity)
{
    mutate->payload_size = 0;
    append(mutate, event->payload, event->payload_size, capacity);
}

bool mutate_payload_take(struct mutate *mutate, size_t capacity)
{
    struct tape_event event;
    const struct drill_bytes *other = &mutate->other;
    uint64_t seen = 0;
    mutate->payload_size = 0;
    /* Of all that there are one is kept, each with the same chance. */
    for (size_t at = 0; at < other->size;) {
        at = tape_event_read(other->data, other->size, at, &event);
        if (event.payload_size > 0 && mutate_rarely(mutate, ++seen)) {
            mutate_payload_copy(mutate, &event, capacity);
        }
    }
    return seen > 0;
}

void mutate_payload_vary(struct mutate *mutate, size_t capacity)
{
    ASSERT(mutate->payload_size <= capacity);
    ASSERT(capacity <= sizeof(mutate->payload));
    if (capacity > 0) {
        mutate->payload_size =
            mutate->engine ? mutate->engine(mutate->payload, mutate->payload_size, capacity)
                           : mutate_bytes(mutate, mutate->payload, mutate->payload_size, capacity);
    }
    ASSERT(mutate->payload_size <= capacity);
}

static void copy_some(struct mutate *mutate, size_t capacity)
{
    struct tape_event event;
    size_t index = mutate_find(mutate, mutate_has_payload);
    if (index < mutate->count) {
        mutate_event(mutate, index, &event);
        mutate_payload_copy(mutate, &event, capacity);
    }
}

void mutate_payload_new(struct mutate *mutate, size_t capacity)
{
    uint64_t way = mutate_below(mutate, 16);
    mutate->payload_size = 0;
    if (way < 8 && mutate->words.count > 0) {
        append_words(mutate, capacity);
    } else if (way < 10) {
        copy_some(mutate, capacity);
    } else if (way < 12) {
        mutate_payload_take(mutate, capacity);
    } else if (way < 15) {
        append_text(mutate, capacity);
    } else {
        append_run(mutate, capacity);
    }
    if (mutate->payload_size == 0 || mutate_rarely(mutate, 4)) {
        mutate_payload_vary(mutate, capacity);
    }
}
