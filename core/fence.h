/* SPDX-License-Identifier: MIT */
/*
 * Tells AddressSanitizer which bytes of a buffer are nobody's while a plugin runs, so that a plugin
 * that reads behind its input is found out although the buffer goes on there. Where no sanitizer is
 * linked there are no fences. Thread-safe.
 */
#ifndef DRILL_CORE_FENCE_H
#define DRILL_CORE_FENCE_H

#include <stdbool.h>
#include <stddef.h>

void __asan_poison_memory_region(const volatile void *address, size_t size) __attribute__((weak));
void __asan_unpoison_memory_region(const volatile void *address, size_t size) __attribute__((weak));

static inline bool fence_exists(void)
{
    return __asan_poison_memory_region != NULL;
}

static inline void fence_raise(const void *address, size_t size)
{
    if (size > 0) {
        __asan_poison_memory_region(address, size);
    }
}

static inline void fence_lower(const void *address, size_t size)
{
    if (size > 0) {
        __asan_unpoison_memory_region(address, size);
    }
}

#endif
