/* SPDX-License-Identifier: MIT */
/*
 * Remembers from session to session what it must not: "count" is answered with how often anybody
 * said so, "what?" with the last thing that another session said; "once" is silence from the second
 * time on, and "swell" then overflows. "keep" allocates and does not release. All else is echoed
 * and remembered.
 */
#include <stdio.h>

#include <sockdrill/plugin.h>

static unsigned counted, asked, swelled;
static char heard[64] = "nothing";
static uint64_t heard_from;

static int is(struct drill_bytes in, const char *word)
{
    return in.size == strlen(word) && memcmp(in.data, word, in.size) == 0;
}

static void remember(const struct drill_context *context, struct drill_bytes in)
{
    size_t size = in.size < sizeof(heard) - 1 ? in.size : sizeof(heard) - 1;
    memcpy(heard, in.data, size);
    heard[size] = '\0';
    heard_from = context->session;
}

static enum drill_status answer(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    char text[16];
    if (is(in, "count")) {
        snprintf(text, sizeof(text), "%u", ++counted);
        drill_put_string(out, text);
    } else if (is(in, "what?")) {
        drill_put_string(out, heard_from != context->session ? heard : "nothing");
    } else if (is(in, "once")) {
        if (asked++ > 0) {
            return DRILL_SILENT;
        }
        drill_put_string(out, "once");
    } else if (is(in, "swell") && swelled++ > 0) {
        return drill_reserve(out, out->capacity + 1) ? DRILL_OK : DRILL_SILENT;
    } else if (is(in, "keep") && !context->services->allocate(context, 100)) {
        return DRILL_INTERNAL_ERROR;
    } else {
        remember(context, in);
        drill_put(out, in.data, in.size);
    }
    return DRILL_OK;
}

DRILL_PLUGIN(gossip, .name = "gossip", .version = "1", .transports = DRILL_TCP | DRILL_UDP,
             .summary = "Lets sessions influence each other", .transform = answer);
