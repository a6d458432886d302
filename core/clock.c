/* SPDX-License-Identifier: MIT */
#include "clock.h"

#include <time.h>

#include "check.h"

uint64_t clock_real_ns(void)
{
    struct timespec now;
    int status = clock_gettime(CLOCK_MONOTONIC, &now);
    ASSERT(status == 0);
    return (uint64_t)now.tv_sec * CLOCK_S + (uint64_t)now.tv_nsec;
}

int64_t clock_wall_seconds(void)
{
    struct timespec now;
    int status = clock_gettime(CLOCK_REALTIME, &now);
    ASSERT(status == 0);
    return (int64_t)now.tv_sec;
}
