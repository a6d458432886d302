/* SPDX-License-Identifier: MIT */
/* Crashes while it is being loaded. */
#include <sockdrill/plugin.h>

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

/* Nothing is mapped there, and the compiler cannot know. */
static volatile uintptr_t nowhere = 64;

__attribute__((constructor)) static void load(void)
{
    *(volatile char *)nowhere = 1;
}

DRILL_PLUGIN(crash_on_load, .name = "crash-on-load", .version = "1", .transports = DRILL_TCP,
             .transform = echo);
