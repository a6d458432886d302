/* SPDX-License-Identifier: MIT */
#include "session_pool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"

#define POOL_ALIGNMENT ((size_t)16) /* what malloc gives on 64-bit systems */

static size_t pool_round(size_t size)
{
    return (size + POOL_ALIGNMENT - 1) / POOL_ALIGNMENT * POOL_ALIGNMENT;
}

/* Zero pages that are not backed by memory until they are written. */
static uint8_t *pool_reserve(size_t size, uint32_t slots)
{
    if (size == 0 || size > SIZE_MAX / slots) {
        return NULL;
    }
    void *memory = mmap(NULL, size * slots, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static void pool_release(uint8_t *memory, size_t size, uint32_t slots)
{
    if (memory) {
        munmap(memory, size * slots);
    }
}

static uint8_t *pool_buffer(size_t size)
{
    return size > 0 ? malloc(size) : NULL;
}

struct session_pool *session_pool_new(const struct session_pool_shape *shape)
{
    ASSERT(shape->slots > 0);
    struct session_pool *pool = calloc(1, sizeof(*pool));
    if (!pool) {
        return NULL;
    }
    pool->shape = *shape;
    pool->stride = pool_round(shape->slot_bytes) + pool_round(shape->state_bytes);
    pool->slots = pool_reserve(pool->stride, shape->slots);
    pool->replies = pool_reserve(shape->reply_bytes, shape->slots);
    pool->inputs = pool_reserve(shape->input_bytes, shape->slots);
    pool->receive = pool_buffer(shape->receive_bytes);
    pool->answer = pool_buffer(shape->answer_bytes);
    pool->free = malloc(shape->slots * sizeof(*pool->free));
    bool buffers =
        (pool->receive || shape->receive_bytes == 0) && (pool->answer || shape->answer_bytes == 0);
    if (!pool->slots || !pool->replies || (shape->input_bytes > 0 && !pool->inputs) || !buffers ||
        !pool->free) {
        session_pool_free(pool);
        return NULL;
    }
    return pool;
}

void session_pool_free(struct session_pool *pool)
{
    if (!pool) {
        return;
    }
    pool_release(pool->slots, pool->stride, pool->shape.slots);
    pool_release(pool->replies, pool->shape.reply_bytes, pool->shape.slots);
    pool_release(pool->inputs, pool->shape.input_bytes, pool->shape.slots);
    free(pool->receive);
    free(pool->answer);
    free(pool->free);
    free(pool);
}

bool session_pool_fits(const struct session_pool *pool, const struct session_pool_shape *shape)
{
    return pool->shape.slot_bytes == shape->slot_bytes &&
           pool->shape.state_bytes == shape->state_bytes &&
           pool->shape.reply_bytes == shape->reply_bytes &&
           pool->shape.input_bytes == shape->input_bytes &&
           pool->shape.receive_bytes == shape->receive_bytes &&
           pool->shape.answer_bytes == shape->answer_bytes && pool->shape.slots == shape->slots;
}

void *session_pool_take(struct session_pool *pool, uint32_t *index)
{
    if (pool->free_count > 0) {
        *index = pool->free[--pool->free_count];
    } else if (pool->unused < pool->shape.slots) {
        *index = pool->unused++;
    } else {
        return NULL;
    }
    if (pool->shape.state_bytes > 0) {
        memset(session_pool_state(pool, *index), 0, pool->shape.state_bytes);
    }
    return session_pool_slot(pool, *index);
}

void session_pool_give(struct session_pool *pool, uint32_t index)
{
    ASSERT(index < pool->unused);
    ASSERT(pool->free_count < pool->unused);
    pool->free[pool->free_count++] = index;
}

void session_pool_renew(struct session_pool *pool)
{
    ASSERT(pool->free_count == pool->unused);
    pool->free_count = pool->unused = 0;
}

void *session_pool_slot(const struct session_pool *pool, uint32_t index)
{
    return pool->slots + index * pool->stride;
}

void *session_pool_state(const struct session_pool *pool, uint32_t index)
{
    return pool->shape.state_bytes > 0
               ? pool->slots + index * pool->stride + pool_round(pool->shape.slot_bytes)
               : NULL;
}

uint8_t *session_pool_reply(const struct session_pool *pool, uint32_t index)
{
    return pool->replies + index * pool->shape.reply_bytes;
}

uint8_t *session_pool_input(const struct session_pool *pool, uint32_t index)
{
    return pool->inputs ? pool->inputs + index * pool->shape.input_bytes : NULL;
}
