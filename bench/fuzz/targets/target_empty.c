/* SPDX-License-Identifier: MIT */
/* What an engine costs by itself. */
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
    (void)data;
    (void)size;
    return 0;
}
