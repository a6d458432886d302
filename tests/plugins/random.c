/* SPDX-License-Identifier: MIT */
/* Answers each receive with the next random number of the run, as 16 hexadecimal digits. */
#include <inttypes.h>
#include <stdio.h>

#include <sockdrill/plugin.h>

static enum drill_status roll(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    char text[32];
    (void)in;
    snprintf(text, sizeof(text), "%016" PRIx64, context->services->random(context));
    drill_put_string(out, text);
    return DRILL_OK;
}

DRILL_PLUGIN(random, .name = "random", .version = "1", .transports = DRILL_TCP | DRILL_UDP,
             .properties = DRILL_ONE_REPLY_PER_DATAGRAM | DRILL_SHARED_STATE,
             .summary = "Answers random numbers", .transform = roll);
