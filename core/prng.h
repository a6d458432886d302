/* SPDX-License-Identifier: MIT */
/*
 * A small seeded generator of pseudo-random numbers: SplitMix64 (Steele, Lea and Flood, 2014).
 *
 * Used for `random` payloads, the order of `together` steps and the plugins' random service, so
 * that a seed replays exactly on every machine. Not for secrets. Any 64-bit value is a good seed.
 */
#ifndef DRILL_CORE_PRNG_H
#define DRILL_CORE_PRNG_H

#include <stddef.h>
#include <stdint.h>

struct prng {
    uint64_t state;
};

/* The next number, uniform over 64 bits. */
uint64_t prng_next(struct prng *prng);

/* Uniform over [0, bound); `bound` must not be 0. */
uint64_t prng_below(struct prng *prng, uint64_t bound);

/* Fills `data`: each number gives eight bytes, least significant first. */
void prng_fill(struct prng *prng, uint8_t *data, size_t size);

#endif
