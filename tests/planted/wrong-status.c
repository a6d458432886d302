/* SPDX-License-Identifier: MIT */
/*
 * Questions of an id of two bytes, an operation and its operand; answers with id and operand, plus
 * one for operation 1.
 *
 * Planted: a question that is too short is called the plugin's own error and not the peer's. Seen
 * by: plugin.
 */
#include <sockdrill/plugin.h>

#define QUESTION_BYTES 4

static enum drill_status answer(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    (void)context;
    if (in.size < QUESTION_BYTES) {
#ifdef CLEAN
        return DRILL_PROTOCOL_ERROR;
#else
        return DRILL_INTERNAL_ERROR;
#endif
    }
    uint8_t result = (uint8_t)(in.data[3] + (in.data[2] == 1 ? 1 : 0));
    drill_put(out, in.data, 2);
    drill_put(out, &result, 1);
    return DRILL_OK;
}

DRILL_PLUGIN(wrong_status, .name = "wrong-status", .version = "1", .transports = DRILL_UDP,
             .transform = answer);
