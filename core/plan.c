/* SPDX-License-Identifier: MIT */
#include "plan.h"

#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "pattern.h"

#define ARENA_BLOCK_BYTES_MIN ((size_t)1 << 11)
#define ARENA_BLOCK_BYTES_MAX ((size_t)1 << 20)

const char *plan_verb_name(enum plan_verb verb)
{
    static const char *const names[] = {
        [PLAN_CONNECT] = "connect",
        [PLAN_SEND] = "send",
        [PLAN_EXPECT] = "expect",
        [PLAN_EXPECT_END] = "expect_end",
        [PLAN_EXPECT_SILENCE] = "expect_silence",
        [PLAN_HALF_CLOSE] = "half_close",
        [PLAN_CLOSE] = "close",
        [PLAN_RESET] = "reset",
        [PLAN_PAUSE] = "pause",
        [PLAN_RESUME] = "resume",
        [PLAN_SERVER] = "server",
        [PLAN_FILL_BACKLOG] = "fill_backlog",
        [PLAN_EXPECT_SERVER] = "expect_server",
        [PLAN_WAIT] = "wait_ms",
        [PLAN_REPEAT] = "repeat",
        [PLAN_TOGETHER] = "together",
    };
    ASSERT((unsigned)verb < sizeof(names) / sizeof(names[0]));
    return names[verb];
}

/* Memory comes in blocks that grow, because most plans are tiny and a suite may hold 100,000. */
struct arena_block {
    struct arena_block *next;
    size_t size, used;
    alignas(max_align_t) unsigned char data[];
};

struct arena_owned {
    struct arena_owned *next;
    void (*release)(void *owned);
    void *owned;
};

struct plan_arena {
    struct arena_block *blocks; /* the newest first */
    struct arena_owned *owned;
    size_t bytes;
};

struct plan_arena *plan_arena_new(void)
{
    return calloc(1, sizeof(struct plan_arena));
}

void plan_arena_free(struct plan_arena *arena)
{
    if (!arena) {
        return;
    }
    for (struct arena_owned *owned = arena->owned; owned; owned = owned->next) {
        owned->release(owned->owned);
    }
    struct arena_block *block = arena->blocks;
    while (block) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
    free(arena);
}

static struct arena_block *arena_block_new(struct plan_arena *arena, size_t size_min)
{
    size_t size = arena->blocks ? arena->blocks->size * 2 : ARENA_BLOCK_BYTES_MIN;
    size = size > ARENA_BLOCK_BYTES_MAX ? ARENA_BLOCK_BYTES_MAX : size;
    size = size < size_min ? size_min : size;
    if (size > SIZE_MAX - sizeof(struct arena_block)) {
        return NULL;
    }
    struct arena_block *block = calloc(1, sizeof(*block) + size);
    if (block) {
        block->size = size;
        block->next = arena->blocks;
        arena->blocks = block;
    }
    return block;
}

void *plan_arena_alloc(struct plan_arena *arena, size_t size)
{
    size_t align = alignof(max_align_t);
    if (size > SIZE_MAX / 2) {
        return NULL;
    }
    size_t rounded = size ? (size + align - 1) / align * align : align;
    struct arena_block *block = arena->blocks;
    if (!block || rounded > block->size - block->used) {
        block = arena_block_new(arena, rounded);
        if (!block) {
            return NULL;
        }
    }
    void *memory = block->data + block->used;
    block->used += rounded;
    arena->bytes += rounded;
    return memory;
}

char *plan_arena_string(struct plan_arena *arena, const char *string)
{
    size_t size = strlen(string) + 1;
    char *copy = plan_arena_alloc(arena, size);
    return copy ? memcpy(copy, string, size) : NULL;
}

int plan_arena_own(struct plan_arena *arena, void (*release)(void *owned), void *owned)
{
    struct arena_owned *entry = plan_arena_alloc(arena, sizeof(*entry));
    if (!entry) {
        release(owned);
        return -ENOMEM;
    }
    *entry = (struct arena_owned){.next = arena->owned, .release = release, .owned = owned};
    arena->owned = entry;
    return 0;
}

static void release_pattern(void *owned)
{
    pattern_free(owned);
}

int plan_arena_own_pattern(struct plan_arena *arena, struct pattern *pattern)
{
    return plan_arena_own(arena, release_pattern, pattern);
}

size_t plan_arena_bytes(const struct plan_arena *arena)
{
    return arena->bytes;
}

void plan_free(struct plan *plan)
{
    if (plan) {
        /* The plan itself lies in its arena. */
        plan_arena_free(plan->arena);
    }
}
