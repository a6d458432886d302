/* SPDX-License-Identifier: MIT */
/*
 * For tests that prove that something does not allocate: counts every malloc, calloc and realloc of
 * the program. Such a test is linked with these three wrapped (tests/CMakeLists.txt) and includes
 * this in its one file.
 */
#ifndef DRILL_TESTS_COUNT_ALLOCATIONS_H
#define DRILL_TESTS_COUNT_ALLOCATIONS_H

#include <stddef.h>

static size_t allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void *__wrap_malloc(size_t size)
{
    allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    allocations++;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    allocations++;
    return __real_realloc(memory, size);
}

#endif
