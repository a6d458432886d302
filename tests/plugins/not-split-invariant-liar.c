/* SPDX-License-Identifier: MIT */
/* Declares DRILL_SPLIT_INVARIANT and is not: its brackets show each receive. */
#include <sockdrill/plugin.h>

static enum drill_status bracket(const struct drill_context *context, struct drill_bytes in,
                                 struct drill_buffer *out)
{
    (void)context;
    drill_put_string(out, "[");
    drill_put(out, in.data, in.size);
    drill_put_string(out, "]");
    return DRILL_OK;
}

DRILL_PLUGIN(not_split_invariant_liar, .name = "not-split-invariant-liar", .version = "1",
             .transports = DRILL_TCP, .properties = DRILL_SPLIT_INVARIANT,
             .summary = "Falsely declares that cuts do not matter", .transform = bracket);
