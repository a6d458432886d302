/* SPDX-License-Identifier: MIT */
/*
 * A receive is answered 50 ms later, unless another one comes first; "-" takes it back.
 *
 * Planted: what was taken back is released, but its timer is not stopped. Seen by: sanitizer. Only
 * time that goes by between "-" and the end of the session shows it.
 */
#include <sockdrill/plugin.h>

#define DELAY_NS UINT64_C(50000000)

struct state {
    uint8_t *answer;
    size_t size;
    uint8_t waiting; /* 0 or 1: `answer` is owned */
};

static void drop(const struct drill_context *context)
{
    struct state *state = context->state;
    if (state->waiting) {
        context->services->release(context, state->answer);
        state->waiting = 0;
    }
}

static enum drill_status receive(const struct drill_context *context, struct drill_bytes in,
                                 struct drill_buffer *out)
{
    struct state *state = context->state;
    (void)out;
    drop(context);
    if (in.size == 1 && in.data[0] == '-') {
#ifdef CLEAN
        context->services->wake_after(context, UINT64_MAX);
#endif
        return DRILL_SILENT;
    }
    state->answer = context->services->allocate(context, in.size);
    if (!state->answer) {
        return DRILL_PROTOCOL_ERROR;
    }
    memcpy(state->answer, in.data, in.size);
    state->size = in.size;
    state->waiting = 1;
    context->services->wake_after(context, DELAY_NS);
    return DRILL_SILENT;
}

static enum drill_status answer(const struct drill_context *context, struct drill_buffer *out)
{
    const struct state *state = context->state;
    drill_put(out, state->answer, state->size);
    drop(context);
    return DRILL_OK;
}

DRILL_PLUGIN(wake_after_release, .name = "wake-after-release", .version = "1",
             .transports = DRILL_TCP, .state_size = sizeof(struct state), .transform = receive,
             .wake = answer, .close = drop);
