/* SPDX-License-Identifier: MIT */
/*
 * Echoes, but keeps what it was given: "leak" never releases 100 bytes of the host's allocator,
 * "fd" never closes a descriptor. "borrow" releases at once.
 */
#include <fcntl.h>

#include <sockdrill/plugin.h>

static int is(struct drill_bytes in, const char *word)
{
    return in.size == strlen(word) && memcmp(in.data, word, in.size) == 0;
}

static enum drill_status answer(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    if (is(in, "leak") && !context->services->allocate(context, 100)) {
        return DRILL_INTERNAL_ERROR;
    }
    if (is(in, "fd") && open("/dev/null", O_RDONLY) < 0) {
        return DRILL_INTERNAL_ERROR;
    }
    if (is(in, "borrow")) {
        context->services->release(context, context->services->allocate(context, 100));
    }
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

DRILL_PLUGIN(leak, .name = "leak", .version = "1", .transports = DRILL_TCP | DRILL_UDP,
             .summary = "Leaks when told to", .transform = answer);
