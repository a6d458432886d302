/* SPDX-License-Identifier: MIT */
/* The plugin served on real sockets, one connection or datagram for each input. */
#include "bare.h"
#include "loopback.h"
#include "target.h"
#include "target_plugin.h"

bool target_thorough;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    bare_configure(&FUZZ_PLUGIN);
    loopback_open(FUZZ_PLUGIN.transports & DRILL_UDP);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    loopback_play(data, size);
    return 0;
}
