/* SPDX-License-Identifier: MIT */
/*
 * Echoes whole lines; of a longer line the first 64 bytes.
 *
 * Planted: the line that is not whole yet is kept in a static variable, and the next session begins
 * with it. Seen by: replay (the plugin does not declare SHARED_STATE).
 */
#include <sockdrill/plugin.h>

struct state {
    size_t size;
    uint8_t line[64];
};

static struct state *state_of(const struct drill_context *context)
{
#ifdef CLEAN
    return context->state;
#else
    static struct state kept;
    (void)context;
    return &kept;
#endif
}

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    struct state *state = state_of(context);
    for (size_t i = 0; i < in.size; i++) {
        if (in.data[i] == '\n') {
            drill_put(out, state->line, state->size);
            drill_put(out, "\n", 1);
            state->size = 0;
        } else if (state->size < sizeof(state->line)) {
            state->line[state->size++] = in.data[i];
        }
    }
    return DRILL_OK;
}

DRILL_PLUGIN(carry_in_static, .name = "carry-in-static", .version = "1", .transports = DRILL_TCP,
             .properties = DRILL_SPLIT_INVARIANT, .state_size = sizeof(struct state),
             .transform = echo);
