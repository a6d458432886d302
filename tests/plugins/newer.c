/* SPDX-License-Identifier: MIT */
/* A plugin built with a later header whose new member it does not use. Accepted. */
#include <sockdrill/plugin.h>

struct newer_descriptor {
    struct drill_descriptor known;
    void (*invented)(void);
};

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

extern const struct newer_descriptor drill_plugin __attribute__((visibility("default")));
const struct newer_descriptor drill_plugin = {
    .known = {.abi_version = DRILL_ABI_VERSION,
              .struct_size = sizeof(struct newer_descriptor),
              .name = "newer",
              .version = "1",
              .summary = "Was built after the descriptor grew",
              .transports = DRILL_TCP | DRILL_UDP,
              .properties = DRILL_SPLIT_INVARIANT | DRILL_LENGTH_PRESERVING,
              .transform = echo},
};
