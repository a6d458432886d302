/* SPDX-License-Identifier: MIT */
#include "prng.h"

#include "check.h"

uint64_t prng_next(struct prng *prng)
{
    prng->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = prng->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t prng_below(struct prng *prng, uint64_t bound)
{
    ASSERT(bound > 0);
    /* Numbers below `reject` would make the first residues more likely than the others. */
    uint64_t reject = (0 - bound) % bound;
    uint64_t number = prng_next(prng);
    while (number < reject) {
        number = prng_next(prng);
    }
    return number % bound;
}

void prng_fill(struct prng *prng, uint8_t *data, size_t size)
{
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++) {
        number = i % 8 == 0 ? prng_next(prng) : number >> 8;
        data[i] = (uint8_t)number;
    }
}
