/* SPDX-License-Identifier: MIT */
/*
 * AFL++'s hooks: a library that AFL_CUSTOM_MUTATOR_LIBRARY names, loaded by afl-fuzz itself and
 * called beside its own stages, as AFL++'s documentation of custom mutators says for 4.04c. AFL++
 * lends no mutation of payloads, so they get ours.
 */
#include <stdlib.h>
#include <string.h>

#include "mutate.h"
#include "prng.h"

#define EXPORTED __attribute__((visibility("default")))

struct mutator {
    struct mutate *mutate;
    struct prng seeds;
    uint8_t tape[MUTATE_BYTES_MAX];
};

EXPORTED void *afl_custom_init(void *afl, unsigned seed);
EXPORTED size_t afl_custom_fuzz(void *state, uint8_t *data, size_t size, uint8_t **out,
                                uint8_t *other, size_t other_size, size_t size_max);
EXPORTED void afl_custom_deinit(void *state);

/* NULL makes afl-fuzz end with its own message. */
void *afl_custom_init(void *afl, unsigned seed)
{
    (void)afl;
    struct mutator *mutator = calloc(1, sizeof(*mutator));
    if (!mutator) {
        return NULL;
    }
    mutator->seeds = (struct prng){seed};
    mutator->mutate = mutate_new(&mutate_words_of_plugin, NULL);
    if (!mutator->mutate) {
        free(mutator);
        return NULL;
    }
    return mutator;
}

size_t afl_custom_fuzz(void *state, uint8_t *data, size_t size, uint8_t **out, uint8_t *other,
                       size_t other_size, size_t size_max)
{
    struct mutator *mutator = state;
    size_t capacity = size_max < sizeof(mutator->tape) ? size_max : sizeof(mutator->tape);
    size = size < capacity ? size : capacity;
    memcpy(mutator->tape, data, size);
    *out = mutator->tape;
    return mutate_tape(mutator->mutate, prng_next(&mutator->seeds), mutator->tape, size, capacity,
                       (struct drill_bytes){other, other ? other_size : 0});
}

void afl_custom_deinit(void *state)
{
    struct mutator *mutator = state;
    mutate_free(mutator->mutate);
    free(mutator);
}
