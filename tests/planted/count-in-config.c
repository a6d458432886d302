/* SPDX-License-Identifier: MIT */
/*
 * Asks for a password, "open" in a line of its own; after three wrong ones the session ends.
 *
 * Planted: wrong passwords are counted in the listener's config, for all sessions together. Seen
 * by: replay (the plugin does not declare SHARED_STATE).
 */
#include <sockdrill/plugin.h>

#define TRIES_MAX 3

struct tries {
    unsigned wrong;
};

static size_t frame(const struct drill_context *context, struct drill_bytes in)
{
    (void)context;
    const uint8_t *newline = memchr(in.data, '\n', in.size);
    return newline ? (size_t)(newline - in.data) + 1 : 0;
}

static enum drill_status ask(const struct drill_context *context, struct drill_bytes in,
                             struct drill_buffer *out)
{
#ifdef CLEAN
    struct tries *tries = context->state;
#else
    struct tries *tries = context->config;
#endif
    if (in.size == 5 && memcmp(in.data, "open\n", 5) == 0) {
        drill_put_string(out, "welcome\n");
        return DRILL_OK;
    }
    if (++tries->wrong >= TRIES_MAX) {
        drill_put_string(out, "locked\n");
        return DRILL_CLOSE;
    }
    drill_put_string(out, "no\n");
    return DRILL_OK;
}

DRILL_PLUGIN(count_in_config, .name = "count-in-config", .version = "1", .transports = DRILL_TCP,
             .properties = DRILL_SPLIT_INVARIANT, .config_size = sizeof(struct tries),
             .state_size = sizeof(struct tries), .transform = ask, .frame = frame);
