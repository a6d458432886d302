/* SPDX-License-Identifier: MIT */
/* The input is the text of a scenario; its plugin is one of those that the project ships. */
#include "rig.h"
#include "static_plugins.h"
#include "target.h"

bool target_thorough;
static struct rig_scenario *rig;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    rig = rig_scenario_new(drill_static_plugins, target_thorough);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    rig_scenario_play(rig, data, size);
    return 0;
}
