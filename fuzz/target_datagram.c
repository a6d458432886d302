/* SPDX-License-Identifier: MIT */
/* The input is a datagram, and nothing else; FUZZ_PLUGIN is the plugin's descriptor. */
#include "rig.h"
#include "target.h"
#include "target_plugin.h"

bool target_thorough;
static struct rig_datagram *rig;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    rig = rig_datagram_new(&FUZZ_PLUGIN);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    rig_datagram_play(rig, data, size);
    return 0;
}
