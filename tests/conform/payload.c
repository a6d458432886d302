/* SPDX-License-Identifier: MIT */
/* Every stream reads the same table from another place. */
#include "payload.h"

#include "check.h"
#include "prng.h"

/* A prime, so that no usual piece size divides it and shifted bytes show. */
#define PAYLOAD_PERIOD 65521u

static uint8_t payload_table[PAYLOAD_PERIOD + PAYLOAD_MAX];

void payload_init(void)
{
    struct prng prng = {.state = 20};
    prng_fill(&prng, payload_table, PAYLOAD_PERIOD);
    for (size_t i = PAYLOAD_PERIOD; i < sizeof(payload_table); i++) {
        payload_table[i] = payload_table[i - PAYLOAD_PERIOD];
    }
}

const uint8_t *payload_stream(int sender, uint64_t offset, size_t size)
{
    ASSERT(size <= PAYLOAD_MAX);
    return payload_table + ((uint64_t)sender * 7919 + offset) % PAYLOAD_PERIOD;
}

const uint8_t *payload_datagram(int sender, uint64_t number, size_t size)
{
    ASSERT(size <= PAYLOAD_MAX);
    return payload_table + ((uint64_t)sender * 7919 + number * 31) % PAYLOAD_PERIOD;
}
