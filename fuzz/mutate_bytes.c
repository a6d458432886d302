/* SPDX-License-Identifier: MIT */
/* Mutation of bytes, for engines that lend none to a mutator, as AFL++. */
#include <string.h>

#include "check.h"
#include "mutate_internal.h"

#define RUN_MAX 32u /* bytes that are inserted, removed or copied at a time */

uint64_t mutate_border(struct mutate *mutate)
{
    /* Sizes of buffers and of the forms of a tape's numbers; each also one less and one more. */
    static const uint64_t borders[] = {
        0,   1,   2,   4,   8,    10,   16,   32,   64,    96,       100,        127,
        128, 240, 255, 256, 1000, 1024, 2287, 4096, 65535, 86400000, UINT32_MAX, UINT64_MAX};
    uint64_t border = borders[mutate_below(mutate, sizeof(borders) / sizeof(borders[0]))];
    uint64_t way = mutate_below(mutate, 4);
    return way == 0 ? border - 1 : way == 1 ? border + 1 : border;
}

static size_t run_of(struct mutate *mutate, size_t most)
{
    size_t bound = most < RUN_MAX ? most : RUN_MAX;
    return 1 + (size_t)mutate_below(mutate, mutate_rarely(mutate, 2) ? bound : (bound + 7) / 8);
}

/* Opens a gap of `gap` bytes at `at`. */
static void open_gap(uint8_t *data, size_t size, size_t at, size_t gap)
{
    memmove(data + at + gap, data + at, size - at);
}

static size_t insert_run(struct mutate *mutate, uint8_t *data, size_t size, size_t capacity)
{
    size_t at = (size_t)mutate_below(mutate, size + 1);
    size_t run = run_of(mutate, capacity - size);
    bool same = mutate_rarely(mutate, 2);
    open_gap(data, size, at, run);
    uint8_t byte = (uint8_t)mutate_below(mutate, 256);
    for (size_t i = 0; i < run; i++) {
        data[at + i] = same ? byte : (uint8_t)(32 + mutate_below(mutate, 96));
    }
    return size + run;
}

static size_t repeat_run(struct mutate *mutate, uint8_t *data, size_t size, size_t capacity)
{
    size_t room = capacity - size;
    size_t run = run_of(mutate, size < room ? size : room);
    size_t at = (size_t)mutate_below(mutate, size - run + 1);
    open_gap(data, size, at + run, run);
    memcpy(data + at + run, data + at, run);
    return size + run;
}

static size_t insert_word(struct mutate *mutate, uint8_t *data, size_t size, size_t capacity)
{
    struct drill_bytes word = mutate->words.words[mutate_below(mutate, mutate->words.count)];
    size_t at = (size_t)mutate_below(mutate, size + 1);
    if (word.size > capacity - size) {
        return size;
    }
    open_gap(data, size, at, word.size);
    memcpy(data + at, word.data, word.size);
    return size + word.size;
}

static size_t remove_run(struct mutate *mutate, uint8_t *data, size_t size)
{
    size_t run = run_of(mutate, size);
    size_t at = (size_t)mutate_below(mutate, size - run + 1);
    memmove(data + at, data + at + run, size - at - run);
    return size - run;
}

static void change_byte(struct mutate *mutate, uint8_t *data, size_t size)
{
    uint8_t *byte = &data[mutate_below(mutate, size)];
    switch (mutate_below(mutate, 5)) {
    case 0:
        *byte ^= (uint8_t)(1u << mutate_below(mutate, 8));
        return;
    case 1:
        *byte = (uint8_t)(*byte + 1 + mutate_below(mutate, 16));
        return;
    case 2:
        *byte = (uint8_t)(*byte - 1 - mutate_below(mutate, 16));
        return;
    case 3:
        *byte = (uint8_t)mutate_border(mutate);
        return;
    case 4:
        *byte = (uint8_t)mutate_below(mutate, 256);
        return;
    }
}

size_t mutate_bytes(struct mutate *mutate, uint8_t *data, size_t size, size_t capacity)
{
    ASSERT(size <= capacity);
    uint64_t way = mutate_below(mutate, 8);
    if (size == 0 && capacity > 0) {
        return insert_run(mutate, data, size, capacity);
    }
    if (way == 0 && size < capacity) {
        return insert_run(mutate, data, size, capacity);
    }
    if (way == 1 && size < capacity) {
        return repeat_run(mutate, data, size, capacity);
    }
    if (way == 2 && mutate->words.count > 0) {
        return insert_word(mutate, data, size, capacity);
    }
    if (way == 3 && size > 1) {
        return remove_run(mutate, data, size);
    }
    if (size > 0) {
        change_byte(mutate, data, size);
    }
    return size;
}
