/* SPDX-License-Identifier: MIT */
/*
 * Answers each receive with every group in parentheses reversed, groups within groups first.
 *
 * Planted: nothing bounds the depth, and each level has a large buffer of its own: 8 MiB of stack
 * are gone after 127 levels. Seen by: sanitizer (stack overflow).
 */
#include <sockdrill/plugin.h>

#define LEVEL_BYTES 65536
#ifdef CLEAN
#define DEPTH_MAX 16
#else
#define DEPTH_MAX SIZE_MAX
#endif

struct text {
    size_t size;
    uint8_t data[LEVEL_BYTES];
};

/* Appends to `to` what stands from `at` to the end of its group: where that is; SIZE_MAX: deeper
 * than can be. Never longer than the input. */
static size_t group(struct drill_bytes in, size_t at, size_t depth, struct text *to)
{
    struct text inner;
    for (; at < in.size && in.data[at] != ')'; at++) {
        if (in.data[at] != '(') {
            to->data[to->size++] = in.data[at];
            continue;
        }
        inner.size = 0;
        at = depth < DEPTH_MAX ? group(in, at + 1, depth + 1, &inner) : SIZE_MAX;
        if (at == SIZE_MAX) {
            return SIZE_MAX;
        }
        while (inner.size > 0) {
            to->data[to->size++] = inner.data[--inner.size];
        }
    }
    return at;
}

static enum drill_status answer(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    struct text whole = {.size = 0};
    (void)context;
    if (in.size > LEVEL_BYTES || group(in, 0, 0, &whole) == SIZE_MAX) {
        return DRILL_PROTOCOL_ERROR;
    }
    drill_put(out, whole.data, whole.size);
    return DRILL_OK;
}

DRILL_PLUGIN(nested_deep, .name = "nested-deep", .version = "1", .transports = DRILL_TCP,
             .transform = answer);
