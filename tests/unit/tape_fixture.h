/* SPDX-License-Identifier: MIT */
/*
 * What the tape's tests share: random bytes that look like tapes, and checks of what they decode
 * to.
 *
 * Included by one translation unit per test program; everything is static.
 */
#ifndef DRILL_TESTS_TAPE_FIXTURE_H
#define DRILL_TESTS_TAPE_FIXTURE_H

#include "scenario_fixture.h"

#include "bytes.h"
#include "prng.h"
#include "tape.h"
#include "tape_equal.h"

#define TAPE_FIXTURE_BYTES_MAX ((size_t)1 << 10)

/* Bytes that are anything, or whole events with small numbers. Returns how many there are. */
static inline size_t fixture_tape(struct prng *prng, uint8_t *data, size_t capacity)
{
    size_t size = (size_t)(prng_next(prng) % capacity);
    if (prng_next(prng) % 2 == 0) {
        prng_fill(prng, data, size);
        return size;
    }
    size_t at = 0;
    while (at + TAPE_EVENT_HEAD_BYTES_MAX + 8 < size) {
        static const uint8_t bytes[8] = "payload";
        uint64_t rare = prng_next(prng) % 2;
        struct tape_event event = {
            .opcode = (enum tape_opcode)(rare ? prng_next(prng) % TAPE_OPCODE_COUNT
                                              : prng_next(prng) % TAPE_RARE),
            .payload = bytes,
            .payload_size = prng_next(prng) % sizeof(bytes),
        };
        for (size_t i = 0; i < TAPE_OPERANDS_MAX; i++) {
            uint64_t number = prng_next(prng);
            event.operands[i] = number % 16 == 0 ? prng_next(prng) : (number >> 8) % 8;
        }
        at += tape_event_write(&event, data + at, capacity - at);
    }
    return at;
}

#endif
