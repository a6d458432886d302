/* SPDX-License-Identifier: MIT */
#include "timers.h"

#include <errno.h>
#include <stdlib.h>

#include "check.h"
#include "clock.h"

static void timers_put(struct timers *timers, struct timer *timer, size_t index)
{
    timers->heap[index] = timer;
    timer->place = index + 1;
}

static void timers_up(struct timers *timers, struct timer *timer, size_t index)
{
    while (index > 0) {
        size_t parent = (index - 1) / 2;
        if (timers->heap[parent]->deadline_ns <= timer->deadline_ns) {
            break;
        }
        timers_put(timers, timers->heap[parent], index);
        index = parent;
    }
    timers_put(timers, timer, index);
}

static void timers_down(struct timers *timers, struct timer *timer, size_t index)
{
    for (;;) {
        size_t child = 2 * index + 1;
        if (child >= timers->count) {
            break;
        }
        if (child + 1 < timers->count &&
            timers->heap[child + 1]->deadline_ns < timers->heap[child]->deadline_ns) {
            child++;
        }
        if (timer->deadline_ns <= timers->heap[child]->deadline_ns) {
            break;
        }
        timers_put(timers, timers->heap[child], index);
        index = child;
    }
    timers_put(timers, timer, index);
}

static void timers_remove(struct timers *timers, struct timer *timer)
{
    size_t index = timer->place - 1;
    struct timer *last = timers->heap[--timers->count];
    timer->place = 0;
    if (last != timer) {
        timers_up(timers, last, index);
        timers_down(timers, last, last->place - 1);
    }
}

int timers_reserve(struct timers *timers, size_t extra)
{
    size_t capacity = timers->capacity + extra;
    if (capacity > timers->allocated) {
        struct timer **heap = realloc(timers->heap, capacity * sizeof(struct timer *));
        if (!heap) {
            return -ENOMEM;
        }
        timers->heap = heap;
        timers->allocated = capacity;
    }
    timers->capacity = capacity;
    return 0;
}

void timers_release(struct timers *timers, size_t extra)
{
    ASSERT(timers->capacity >= timers->count + extra);
    timers->capacity -= extra;
}

void timers_fini(struct timers *timers)
{
    free(timers->heap);
    *timers = (struct timers){0};
}

void timers_set(struct timers *timers, struct timer *timer, uint64_t deadline_ns)
{
    if (timer->place > 0) {
        timers_remove(timers, timer);
    }
    timer->deadline_ns = deadline_ns;
    if (deadline_ns != CLOCK_NEVER_NS) {
        ASSERT(timers->count < timers->capacity);
        timers_up(timers, timer, timers->count++);
    }
}

uint64_t timers_next_ns(const struct timers *timers)
{
    return timers->count > 0 ? timers->heap[0]->deadline_ns : CLOCK_NEVER_NS;
}

size_t timers_run(struct timers *timers, uint64_t now_ns)
{
    size_t called = 0;
    size_t most = timers->count;
    while (called < most && timers->count > 0 && timers->heap[0]->deadline_ns <= now_ns) {
        struct timer *timer = timers->heap[0];
        timers_remove(timers, timer);
        timer->expired(timer, now_ns);
        called++;
    }
    return called;
}
