/* SPDX-License-Identifier: MIT */
/* The input is the events of a tape (tape.h), without a file's header: a whole plan for peers. */
#include "rig.h"
#include "target.h"
#include "target_plugin.h"

bool target_thorough;
static struct rig_tape *rig;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    rig = rig_tape_new(&FUZZ_PLUGIN, target_thorough);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    rig_tape_play(rig, data, size);
    return 0;
}
