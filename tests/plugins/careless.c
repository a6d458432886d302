/* SPDX-License-Identifier: MIT */
/*
 * Echoes lines, but breaks the rules of its callbacks when told how: "long" is framed as longer
 * than what there is, "odd" is answered with a status that there is none of.
 */
#include <sockdrill/plugin.h>

static int is(struct drill_bytes in, const char *word)
{
    return in.size == strlen(word) && memcmp(in.data, word, in.size) == 0;
}

static size_t frame(const struct drill_context *context, struct drill_bytes in)
{
    const uint8_t *newline = memchr(in.data, '\n', in.size);
    if (is(in, "long\n")) {
        return in.size + 1;
    }
    if (is(in, "ask\n")) {
        return context->services->random(context) > 0 ? 1 : 2;
    }
    if (is(in, "log\n")) {
        context->services->log(context, "a line was seen");
    }
    return newline ? (size_t)(newline - in.data) + 1 : 0;
}

static enum drill_status answer(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    /* Volatile, or the compiler would see that it is none. */
    static volatile int none = 77;
    (void)context;
    drill_put(out, in.data, in.size);
    return is(in, "odd\n") ? (enum drill_status)none : DRILL_OK;
}

DRILL_PLUGIN(careless, .name = "careless", .version = "1", .transports = DRILL_TCP,
             .summary = "Breaks the rules of its callbacks", .transform = answer, .frame = frame);
