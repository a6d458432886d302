/* SPDX-License-Identifier: MIT */
/*
 * Answers a datagram with the mean of its bytes; an empty one with a zero.
 *
 * Planted: the mean of an empty datagram divides by zero. Seen by: sanitizer.
 */
#include <sockdrill/plugin.h>

static enum drill_status mean(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    size_t sum = 0;
    (void)context;
    for (size_t i = 0; i < in.size; i++) {
        sum += in.data[i];
    }
#ifdef CLEAN
    uint8_t result = (uint8_t)(in.size > 0 ? sum / in.size : 0);
#else
    uint8_t result = (uint8_t)(sum / in.size);
#endif
    drill_put(out, &result, 1);
    return DRILL_OK;
}

DRILL_PLUGIN(empty_datagram, .name = "empty-datagram", .version = "1", .transports = DRILL_UDP,
             .properties = DRILL_ONE_REPLY_PER_DATAGRAM, .transform = mean);
