/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer's hooks: https://llvm.org/docs/LibFuzzer.html. Payloads are changed by the engine's own
 * mutation, which knows its dictionary and what the plugin compared. With DRILL_FUZZ_PLAIN set in
 * the environment the engine's own mutation is all there is.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "mutate.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t size_max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size, const uint8_t *other,
                                 size_t other_size, uint8_t *out, size_t out_max, unsigned seed);

/* NULL: the engine is on its own, be it by wish or for want of memory. */
static struct mutate *hook(void)
{
    static struct mutate *mutate;
    static bool asked;
    if (!asked) {
        asked = true;
        mutate = getenv("DRILL_FUZZ_PLAIN") ? NULL
                                            : mutate_new(&mutate_words_of_plugin, LLVMFuzzerMutate);
    }
    return mutate;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
    struct mutate *mutate = hook();
    if (!mutate) {
        return LLVMFuzzerMutate(data, size, size_max);
    }
    return mutate_tape(mutate, seed, data, size, size_max, (struct drill_bytes){0});
}

/* The engine asks for this as often as for the other: so it is the same, with another tape at hand.
 * Returning 0 lets it ask for something else. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size, const uint8_t *other,
                                 size_t other_size, uint8_t *out, size_t out_max, unsigned seed)
{
    struct mutate *mutate = hook();
    if (!mutate) {
        return 0;
    }
    size = size < out_max ? size : out_max;
    memcpy(out, data, size);
    return mutate_tape(mutate, seed, out, size, out_max, (struct drill_bytes){other, other_size});
}
