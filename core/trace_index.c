/* SPDX-License-Identifier: MIT */
#include "trace_index.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <xxhash.h>

#include "check.h"

#define CAPACITY_MIN 64

struct trace_index_slot {
    XXH128_hash_t key;
    uint32_t value;
    bool taken;
};

void trace_index_init(struct trace_index *index)
{
    *index = (struct trace_index){0};
}

void trace_index_fini(struct trace_index *index)
{
    free(index->slots);
    *index = (struct trace_index){0};
}

/* The key's slot, or the free one where it belongs: at least half of all are free. */
static struct trace_index_slot *index_slot(const struct trace_index *index, XXH128_hash_t key)
{
    size_t place = (size_t)key.low64;
    for (size_t i = 0; i < index->capacity; i++) {
        struct trace_index_slot *slot = &index->slots[(place + i) & (index->capacity - 1)];
        if (!slot->taken || XXH128_isEqual(slot->key, key)) {
            return slot;
        }
    }
    check_failed("an index is never full", __FILE__, __LINE__);
}

static int index_grow(struct trace_index *index)
{
    struct trace_index larger = {.count = index->count};
    larger.capacity = index->capacity ? index->capacity * 2 : CAPACITY_MIN;
    larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
    if (!larger.slots) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < index->capacity; i++) {
        if (index->slots[i].taken) {
            *index_slot(&larger, index->slots[i].key) = index->slots[i];
        }
    }
    free(index->slots);
    *index = larger;
    return 0;
}

int trace_index_put(struct trace_index *index, uint64_t space, const void *key, size_t size,
                    uint32_t value)
{
    if (index->count >= index->capacity / 2) {
        int status = index_grow(index);
        if (status != 0) {
            return status;
        }
    }
    XXH128_hash_t hash = XXH3_128bits_withSeed(key, size, space);
    struct trace_index_slot *slot = index_slot(index, hash);
    if (!slot->taken) {
        index->count++;
    }
    *slot = (struct trace_index_slot){.key = hash, .value = value, .taken = true};
    return 0;
}

uint32_t trace_index_get(const struct trace_index *index, uint64_t space, const void *key,
                         size_t size)
{
    if (index->capacity == 0) {
        return TRACE_INDEX_NONE;
    }
    const struct trace_index_slot *slot =
        index_slot(index, XXH3_128bits_withSeed(key, size, space));
    return slot->taken ? slot->value : TRACE_INDEX_NONE;
}
