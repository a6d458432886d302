/* SPDX-License-Identifier: MIT */
/* Keeps state where the host cannot clear it: answers with the number of receives of the whole
 * process, so that it behaves differently in a reused worker. It declares that sessions influence
 * each other, which says nothing of scenarios; gossip.c does not even declare that. */
#include <stdio.h>

#include <sockdrill/plugin.h>

static unsigned receives;

static enum drill_status count(const struct drill_context *context, struct drill_bytes in,
                               struct drill_buffer *out)
{
    char text[16];
    (void)context;
    (void)in;
    snprintf(text, sizeof(text), "%u\n", ++receives);
    drill_put_string(out, text);
    return DRILL_OK;
}

DRILL_PLUGIN(sticky, .name = "sticky", .version = "1", .transports = DRILL_TCP | DRILL_UDP,
             .properties = DRILL_SHARED_STATE, .summary = "Keeps state between scenarios",
             .transform = count);
