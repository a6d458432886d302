/* SPDX-License-Identifier: MIT */
/* What a plugin does when it goes wrong; for tests of what then happens to the process. */
#ifndef DRILL_TESTS_MISBEHAVE_H
#define DRILL_TESTS_MISBEHAVE_H

#include <stdbool.h>
#include <stdint.h>

/* Never inlined and never last, so that a backtrace shows it. */
__attribute__((noinline, unused)) static int crash_here(volatile int *where)
{
    *where = 1;
    return *where + 1;
}

/* Not NULL, which a sanitizer would catch before the machine does. */
static inline volatile int *nowhere(void)
{
    return (volatile int *)(uintptr_t)4096;
}

__attribute__((noinline, unused)) static int hang_here(void)
{
    volatile bool forever = true;
    while (forever) {
    }
    return 0;
}

#endif
