/* SPDX-License-Identifier: MIT */
/* Was built with a later header and uses what this host does not know. */
#include <sockdrill/plugin.h>

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

struct future_descriptor {
    struct drill_descriptor known;
    uint64_t invented;
};

extern const struct future_descriptor drill_plugin __attribute__((visibility("default")));
const struct future_descriptor drill_plugin = {
    .known = {.abi_version = DRILL_ABI_VERSION,
              .struct_size = sizeof(struct future_descriptor),
              .name = "future-members",
              .version = "1",
              .transports = DRILL_TCP,
              .transform = echo},
    .invented = 1,
};
