/* SPDX-License-Identifier: MIT */
/* Was built for a version of the ABI that does not exist. */
#include <sockdrill/plugin.h>

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

extern const struct drill_descriptor drill_plugin __attribute__((visibility("default")));
const struct drill_descriptor drill_plugin = {
    .abi_version = DRILL_ABI_VERSION + 1,
    .struct_size = sizeof(struct drill_descriptor),
    .name = "wrong-abi-version",
    .version = "1",
    .transports = DRILL_TCP,
    .transform = echo,
};
