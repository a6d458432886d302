/* SPDX-License-Identifier: MIT */
/*
 * The working copy that mutate*.c share: the caller's bytes, where events begin in them, and room
 * to build what is put there. Internal to mutate*.c.
 *
 * An operation returns whether it changed anything; what it found no place or no room for is left
 * as it was.
 */
#ifndef DRILL_FUZZ_MUTATE_INTERNAL_H
#define DRILL_FUZZ_MUTATE_INTERNAL_H

#include <stdbool.h>

#include "mutate.h"
#include "prng.h"
#include "tape_event.h"

struct mutate {
    struct mutate_words words;
    mutate_bytes_with *engine; /* NULL: mutate_bytes */
    struct prng prng;
    struct drill_bytes other;
    uint8_t *data; /* the caller's: canonical events */
    size_t size, capacity;
    size_t count;                          /* events */
    uint32_t starts[MUTATE_BYTES_MAX + 1]; /* where each begins, and where the last one ends */
    uint64_t done[MUTATE_OPERATION_COUNT];
    size_t payload_size, built_size;
    uint8_t payload[MUTATE_BYTES_MAX]; /* a payload in the making */
    uint8_t built[MUTATE_BYTES_MAX];   /* events in the making */
};

/* mutate.c */
uint64_t mutate_below(struct mutate *mutate, uint64_t bound);
/* Once in so many times. */
bool mutate_rarely(struct mutate *mutate, uint64_t times);
void mutate_event(const struct mutate *mutate, size_t index, struct tape_event *event);
/* An event that `fits`, from a random one on; `count` when there is none. */
size_t mutate_find(struct mutate *mutate, bool (*fits)(const struct tape_event *event));
bool mutate_is_send(const struct tape_event *event);
bool mutate_has_payload(const struct tape_event *event);
/* Puts what is built in the place of the events from `first` up to `last`. */
bool mutate_put(struct mutate *mutate, size_t first, size_t last);
/* Appends to what is built; false, and nothing built, without room. */
bool mutate_build(struct mutate *mutate, const struct tape_event *event);
bool mutate_build_copy(struct mutate *mutate, size_t first, size_t last);
/* How many bytes a payload can have that is put in an event's place, or in a new event. */
size_t mutate_room(const struct mutate *mutate, const struct tape_event *event);

/* mutate_payload.c: what `payload` holds then is at most `capacity` long. */
void mutate_payload_new(struct mutate *mutate, size_t capacity);
void mutate_payload_vary(struct mutate *mutate, size_t capacity);
void mutate_payload_copy(struct mutate *mutate, const struct tape_event *event, size_t capacity);
/* Of an event of the other tape; false when none has any. */
bool mutate_payload_take(struct mutate *mutate, size_t capacity);

/* mutate_bytes.c: the mutation of bytes of those who have no engine at hand. */
size_t mutate_bytes(struct mutate *mutate, uint8_t *data, size_t size, size_t capacity);
/* A number at the border of something. */
uint64_t mutate_border(struct mutate *mutate);

/* mutate_insert.c */
bool mutate_insert(struct mutate *mutate);
uint64_t mutate_some_client(struct mutate *mutate, size_t at);
/* Where something new goes: mostly to the end, where the story goes on. */
size_t mutate_place(struct mutate *mutate);

/* mutate_edit.c */
bool mutate_edit(struct mutate *mutate, enum mutate_operation operation);

/* mutate_cross.c */
bool mutate_splice(struct mutate *mutate);
bool mutate_borrow(struct mutate *mutate);
bool mutate_take(struct mutate *mutate);

#endif
