/* SPDX-License-Identifier: MIT */
/* Echoes, but ends the process when told: "exit" calls exit(3), "quietexit" calls _exit(0). */
#include <stdlib.h>
#include <unistd.h>

#include <sockdrill/plugin.h>

static int is(struct drill_bytes in, const char *word)
{
    return in.size == strlen(word) && memcmp(in.data, word, in.size) == 0;
}

static enum drill_status answer(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    (void)context;
    if (is(in, "exit")) {
        exit(3);
    }
    if (is(in, "quietexit")) {
        _exit(0);
    }
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

DRILL_PLUGIN(exit, .name = "exit", .version = "1", .transports = DRILL_TCP | DRILL_UDP,
             .summary = "Ends the process when told to", .transform = answer);
