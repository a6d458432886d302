/* SPDX-License-Identifier: MIT */
/*
 * Answers every datagram with OK.
 *
 * Planted: one that fills the buffer of 1024 bytes is taken for a cut one and not answered. Seen
 * by: property (ONE_REPLY_PER_DATAGRAM).
 */
#include <sockdrill/plugin.h>

#define DATAGRAM_BYTES_MAX 1024

static enum drill_status acknowledge(const struct drill_context *context, struct drill_bytes in,
                                     struct drill_buffer *out)
{
    (void)context;
#ifndef CLEAN
    if (in.size >= DATAGRAM_BYTES_MAX) {
        return DRILL_SILENT;
    }
#endif
    drill_put_string(out, in.size >= DATAGRAM_BYTES_MAX ? "LONG" : "OK");
    return DRILL_OK;
}

DRILL_PLUGIN(cut_datagram_silent, .name = "cut-datagram-silent", .version = "1",
             .transports = DRILL_UDP, .properties = DRILL_ONE_REPLY_PER_DATAGRAM,
             .transform = acknowledge);
