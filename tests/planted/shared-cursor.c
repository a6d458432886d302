/* SPDX-License-Identifier: MIT */
/*
 * Answers each word, which a space ends, in angle brackets; of a longer word the first 16 bytes.
 *
 * Planted: all sessions share the word under way. Each begins with an empty one, so that it takes
 * two peers whose words interleave. Seen by: replay (the plugin does not declare SHARED_STATE).
 */
#include <sockdrill/plugin.h>

struct word {
    size_t size;
    uint8_t data[16];
};

static struct word *word_of(const struct drill_context *context)
{
#ifdef CLEAN
    return context->state;
#else
    static struct word word;
    (void)context;
    return &word;
#endif
}

static enum drill_status begin(const struct drill_context *context, struct drill_buffer *out)
{
    (void)out;
    word_of(context)->size = 0;
    return DRILL_SILENT;
}

static enum drill_status answer(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    struct word *word = word_of(context);
    for (size_t i = 0; i < in.size; i++) {
        if (in.data[i] == ' ') {
            drill_put_string(out, "<");
            drill_put(out, word->data, word->size);
            drill_put_string(out, ">");
            word->size = 0;
        } else if (word->size < sizeof(word->data)) {
            word->data[word->size++] = in.data[i];
        }
    }
    return DRILL_OK;
}

DRILL_PLUGIN(shared_cursor, .name = "shared-cursor", .version = "1", .transports = DRILL_TCP,
             .properties = DRILL_SPLIT_INVARIANT, .state_size = sizeof(struct word), .open = begin,
             .transform = answer);
