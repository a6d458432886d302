/* SPDX-License-Identifier: MIT */
/*
 * The memory of a listener's sessions, taken once: a fixed number of slots, each with its session,
 * plugin state, room for undelivered reply and room for incomplete input.
 *
 * With them come the two buffers that a listener's sessions share, as one is called at a time.
 * The two large parts are reserved address space: a page costs memory only after a session wrote to
 * it, so that an idle session costs its slot alone. Taking and giving back a slot is O(1) and does
 * not allocate. One thread.
 */
#ifndef DRILL_CORE_SESSION_POOL_H
#define DRILL_CORE_SESSION_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session_pool_shape {
    size_t slot_bytes; /* the session struct */
    size_t state_bytes;
    size_t reply_bytes;
    size_t input_bytes;
    size_t receive_bytes, answer_bytes; /* of the shared buffers */
    uint32_t slots;
};

struct session_pool {
    struct session_pool_shape shape;
    size_t stride;  /* of slot and state together */
    uint8_t *slots; /* reserved address space, as are the next two */
    uint8_t *replies;
    uint8_t *inputs;           /* NULL when input_bytes is 0 */
    uint8_t *receive, *answer; /* shared; NULL when their size is 0 */
    uint32_t *free;            /* a stack of slot numbers */
    uint32_t free_count;
    uint32_t unused; /* slots from here on were never taken */
};

/* NULL without memory. */
struct session_pool *session_pool_new(const struct session_pool_shape *shape);
void session_pool_free(struct session_pool *pool);

bool session_pool_fits(const struct session_pool *pool, const struct session_pool_shape *shape);

/* The lowest-cost free slot with its state zeroed, or NULL when all are taken; `*index` names it.
 */
void *session_pool_take(struct session_pool *pool, uint32_t *index);
void session_pool_give(struct session_pool *pool, uint32_t index);

/* All slots are free: the next ones are taken in the order of a new pool. */
void session_pool_renew(struct session_pool *pool);

void *session_pool_slot(const struct session_pool *pool, uint32_t index);
void *session_pool_state(const struct session_pool *pool,
                         uint32_t index); /* NULL when state_bytes is 0 */
uint8_t *session_pool_reply(const struct session_pool *pool, uint32_t index);
/* NULL when input_bytes is 0. */
uint8_t *session_pool_input(const struct session_pool *pool, uint32_t index);

#endif
