/* SPDX-License-Identifier: MIT */
/*
 * The transform that every contender computes: ASCII a to z become A to Z, all other bytes stay.
 *
 * Compiled into each bare server, so that what differs between them is the loop round it. Pure;
 * any thread; `to` and `from` are either the same buffer or do not overlap.
 */
#ifndef BENCH_COMMON_UPPER_H
#define BENCH_COMMON_UPPER_H

#include <stddef.h>
#include <stdint.h>

/* Bytes per receive call in every server: the default of `sockdrill serve`. */
#define UPPER_RECV_BYTES 1024

static inline void upper_bytes(uint8_t *to, const uint8_t *from, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = from[i];
        to[i] = (uint8_t)(byte - ((uint8_t)(byte - 'a') < 26 ? 32 : 0));
    }
}

#endif
