/* SPDX-License-Identifier: MIT */
/*
 * A notebook: 'o' opens it, 'c' closes it, 'p' prints it; any other byte is written into it while
 * it is open and there is room.
 *
 * Planted: printing asks whether something was written, not whether the notebook is open. Seen by:
 * sanitizer.
 */
#include <sockdrill/plugin.h>

#define PAGE_BYTES 32

struct state {
    uint8_t *page;
    size_t written;
    uint8_t open; /* 0 or 1 */
};

static void page_close(const struct drill_context *context)
{
    struct state *state = context->state;
    if (state->open) {
        context->services->release(context, state->page);
        state->open = 0;
    }
}

static enum drill_status page_open(const struct drill_context *context)
{
    struct state *state = context->state;
    page_close(context);
    state->page = context->services->allocate(context, PAGE_BYTES);
    state->open = state->page != NULL;
    state->written = 0;
    return state->page ? DRILL_OK : DRILL_PROTOCOL_ERROR;
}

static enum drill_status answer(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    struct state *state = context->state;
    for (size_t i = 0; i < in.size; i++) {
        uint8_t byte = in.data[i];
#ifdef CLEAN
        if (byte == 'p' && state->open) {
#else
        if (byte == 'p' && state->written > 0) {
#endif
            drill_put(out, state->page, state->written);
        } else if (byte == 'c') {
            page_close(context);
        } else if (byte == 'o' && page_open(context) != DRILL_OK) {
            return DRILL_PROTOCOL_ERROR;
        } else if (byte != 'o' && byte != 'p' && state->open && state->written < PAGE_BYTES) {
            state->page[state->written++] = byte;
        }
    }
    return DRILL_OK;
}

DRILL_PLUGIN(read_after_release, .name = "read-after-release", .version = "1",
             .transports = DRILL_TCP, .properties = DRILL_SPLIT_INVARIANT,
             .state_size = sizeof(struct state), .transform = answer, .close = page_close);
