/* SPDX-License-Identifier: MIT */
/*
 * Answers each message, which a semicolon ends, in square brackets; of a longer message the first
 * 64 bytes.
 *
 * Planted: of a message that spans two receives the second half is answered before the first. Seen
 * by: split (SPLIT_INVARIANT).
 */
#include <sockdrill/plugin.h>

struct part {
    size_t size;
    uint8_t data[64];
};

static void part_add(struct part *part, uint8_t byte)
{
    if (part->size < sizeof(part->data)) {
        part->data[part->size++] = byte;
    }
}

static enum drill_status bracket(const struct drill_context *context, struct drill_bytes in,
                                 struct drill_buffer *out)
{
    struct part *carry = context->state;
    struct part now = {0};
    for (size_t i = 0; i < in.size; i++) {
        if (in.data[i] != ';') {
            part_add(&now, in.data[i]);
            continue;
        }
#ifdef CLEAN
        const struct part *first = carry, *second = &now;
#else
        const struct part *first = &now, *second = carry;
#endif
        size_t rest = sizeof(first->data) - first->size;
        drill_put_string(out, "[");
        drill_put(out, first->data, first->size);
        drill_put(out, second->data, second->size < rest ? second->size : rest);
        drill_put_string(out, "]");
        now.size = carry->size = 0;
    }
    for (size_t i = 0; i < now.size; i++) {
        part_add(carry, now.data[i]);
    }
    return DRILL_OK;
}

DRILL_PLUGIN(message_border, .name = "message-border", .version = "1", .transports = DRILL_TCP,
             .properties = DRILL_SPLIT_INVARIANT, .state_size = sizeof(struct part),
             .transform = bracket);
