/* SPDX-License-Identifier: MIT */
/*
 * Echoes, but writes one byte more than fits when told "overflow" (and says that it failed),
 * "ignore" (and says that all is well), "hush" (and says that nothing is to be sent) or "close".
 * "fill" writes exactly as much as fits, "=N" writes N bytes.
 */
#include <stdlib.h>

#include <sockdrill/plugin.h>

static int is(struct drill_bytes in, const char *word)
{
    return in.size == strlen(word) && memcmp(in.data, word, in.size) == 0;
}

static void fill(struct drill_buffer *out, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        drill_put_string(out, "x");
    }
}

/* The number behind the equals sign. */
static size_t number(struct drill_bytes in)
{
    char text[16] = "";
    memcpy(text, in.data + 1, in.size <= sizeof(text) ? in.size - 1 : sizeof(text) - 1);
    return (size_t)strtoul(text, NULL, 10);
}

static enum drill_status answer(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    (void)context;
    if (is(in, "fill")) {
        fill(out, out->capacity);
        return DRILL_OK;
    }
    if (in.size > 1 && in.data[0] == '=') {
        fill(out, number(in));
        return DRILL_OK;
    }
    if (is(in, "overflow")) {
        fill(out, out->capacity + 1);
        return DRILL_INTERNAL_ERROR;
    }
    if (is(in, "ignore")) {
        fill(out, out->capacity + 1);
        return DRILL_OK;
    }
    if (is(in, "hush")) {
        return drill_reserve(out, out->capacity + 1) ? DRILL_OK : DRILL_SILENT;
    }
    if (is(in, "close")) {
        fill(out, out->capacity + 1);
        return DRILL_CLOSE;
    }
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

DRILL_PLUGIN(overflow, .name = "overflow", .version = "1", .transports = DRILL_TCP | DRILL_UDP,
             .summary = "Writes more than fits when told to", .transform = answer);
