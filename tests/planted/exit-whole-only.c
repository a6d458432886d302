/* SPDX-License-Identifier: MIT */
/*
 * Echoes; a stream that begins with "exit" is answered with "bye" and closed.
 *
 * Planted: the word is recognised only when one receive holds all of it. Seen by: split
 * (SPLIT_INVARIANT).
 */
#include <sockdrill/plugin.h>

#define WORD       "exit"
#define WORD_BYTES 4

struct state {
    size_t matched; /* bytes of WORD that the stream began with; WORD_BYTES + 1: it did not */
};

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    struct state *state = context->state;
#ifdef CLEAN
    for (size_t i = 0; i < in.size; i++) {
        if (state->matched < WORD_BYTES && in.data[i] == (uint8_t)WORD[state->matched]) {
            if (++state->matched == WORD_BYTES) {
                drill_put_string(out, "bye");
                return DRILL_CLOSE;
            }
            continue;
        }
        drill_put(out, WORD, state->matched < WORD_BYTES ? state->matched : 0);
        drill_put(out, &in.data[i], 1);
        state->matched = WORD_BYTES + 1;
    }
#else
    if (state->matched == 0 && in.size >= WORD_BYTES && memcmp(in.data, WORD, WORD_BYTES) == 0) {
        drill_put_string(out, "bye");
        return DRILL_CLOSE;
    }
    state->matched = WORD_BYTES + 1;
    drill_put(out, in.data, in.size);
#endif
    return DRILL_OK;
}

static enum drill_status finish(const struct drill_context *context, struct drill_bytes rest,
                                struct drill_buffer *out)
{
    const struct state *state = context->state;
    (void)rest;
    drill_put(out, WORD, state->matched < WORD_BYTES ? state->matched : 0);
    return DRILL_OK;
}

DRILL_PLUGIN(exit_whole_only, .name = "exit-whole-only", .version = "1", .transports = DRILL_TCP,
             .properties = DRILL_SPLIT_INVARIANT, .state_size = sizeof(struct state),
             .transform = echo, .eof = finish);
