/* SPDX-License-Identifier: MIT */
/*
 * What a socket number, an address or a name stands for at the moment, while a trace is read: a
 * hash map from bytes to a number. Keys are told apart by their XXH3-128 alone, so that none is
 * kept. Lifetime: init, fini. One thread.
 */
#ifndef DRILL_CORE_TRACE_INDEX_H
#define DRILL_CORE_TRACE_INDEX_H

#include <stddef.h>
#include <stdint.h>

#define TRACE_INDEX_NONE UINT32_MAX

struct trace_index_slot;

struct trace_index {
    struct trace_index_slot *slots; /* owned; NULL while nothing was put */
    size_t capacity;                /* a power of two */
    size_t count;
};

void trace_index_init(struct trace_index *index);
void trace_index_fini(struct trace_index *index);

/* The key now stands for `value`, TRACE_INDEX_NONE for nothing; the same bytes of another `space`
 * are another key. 0 or -ENOMEM. */
int trace_index_put(struct trace_index *index, uint64_t space, const void *key, size_t size,
                    uint32_t value);
/* TRACE_INDEX_NONE for a key that was not put. */
uint32_t trace_index_get(const struct trace_index *index, uint64_t space, const void *key,
                         size_t size);

#endif
