/* SPDX-License-Identifier: MIT */
/* Must be seen to crash, on an input that random mutation finds within seconds: it proves that a
 * rig of engine, build and sanitizers notices. The write is out of bounds for AddressSanitizer, and
 * where there is none the finding speaks. */
#include <stdlib.h>

#include "finding.h"
#include "target.h"

bool target_thorough;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size >= 3 && data[0] == 'd' && data[1] == 'i' && data[2] == 'e') {
        volatile uint8_t *small = malloc(3);
        if (small) {
            small[size] = 1;
        }
        free((void *)small);
        finding("canary", "the canary was asked to die");
    }
    return 0;
}
