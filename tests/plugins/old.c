/* SPDX-License-Identifier: MIT */
/* A plugin as a host of an earlier header would have it: its descriptor ends at the last required
 * member. Accepted, and the rest is zero. */
#include <sockdrill/plugin.h>

/* The first members of struct drill_descriptor. */
struct old_descriptor {
    uint32_t abi_version;
    uint32_t struct_size;
    const char *name;
    const char *version;
    const char *summary;
    uint32_t transports;
    uint32_t properties;
    size_t config_size;
    size_t state_size;
    size_t message_max;
    const struct drill_option *options;
    size_t option_count;
    enum drill_status (*configure)(const struct drill_context *context,
                                   const struct drill_value *values, uint32_t *properties);
    enum drill_status (*open)(const struct drill_context *context, struct drill_buffer *out);
    enum drill_status (*transform)(const struct drill_context *context, struct drill_bytes in,
                                   struct drill_buffer *out);
};

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

extern const struct old_descriptor drill_plugin __attribute__((visibility("default")));
const struct old_descriptor drill_plugin = {
    .abi_version = DRILL_ABI_VERSION,
    .struct_size = sizeof(struct old_descriptor),
    .name = "old",
    .version = "1",
    .summary = "Was built before the descriptor grew",
    .transports = DRILL_TCP | DRILL_UDP,
    .properties = DRILL_SPLIT_INVARIANT | DRILL_LENGTH_PRESERVING,
    .transform = echo,
};
