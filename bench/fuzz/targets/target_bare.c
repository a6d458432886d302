/* SPDX-License-Identifier: MIT */
/* The plugin called straight from the engine: everything but what sockdrill is about. */
#include "bare.h"
#include "target.h"
#include "target_plugin.h"

bool target_thorough;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    bare_configure(&FUZZ_PLUGIN);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bare_play(data, size);
    return 0;
}
