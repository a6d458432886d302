/* SPDX-License-Identifier: MIT */
/* Answers every datagram, empty ones included, with OK. */
#include <sockdrill/plugin.h>

static enum drill_status acknowledge(const struct drill_context *context, struct drill_bytes in,
                                     struct drill_buffer *out)
{
    (void)context;
    (void)in;
    drill_put_string(out, "OK");
    return DRILL_OK;
}

DRILL_PLUGIN(ack_ok, .name = "ack-ok", .version = "1", .transports = DRILL_UDP,
             .properties = DRILL_ONE_REPLY_PER_DATAGRAM,
             .summary = "Answers every datagram with OK", .transform = acknowledge);
