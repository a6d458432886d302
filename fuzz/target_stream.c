/* SPDX-License-Identifier: MIT */
/* The input is a stream of bytes, and nothing else; FUZZ_PLUGIN is the plugin's descriptor. */
#include "rig.h"
#include "target.h"
#include "target_plugin.h"

bool target_thorough;
static struct rig_stream *rig;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    rig = rig_stream_new(&FUZZ_PLUGIN, target_thorough);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    rig_stream_play(rig, data, size);
    return 0;
}
