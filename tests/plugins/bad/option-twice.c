/* SPDX-License-Identifier: MIT */
/* Has two options of one name. */
#include <sockdrill/plugin.h>

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

static const struct drill_option options[] = {
    {.name = "word", .type = DRILL_STRING},
    {.name = "word", .type = DRILL_INTEGER},
};

static enum drill_status configure(const struct drill_context *context,
                                   const struct drill_value *values, uint32_t *properties)
{
    (void)context;
    (void)values;
    (void)properties;
    return DRILL_OK;
}

DRILL_PLUGIN(option_twice, .name = "option-twice", .version = "1", .transports = DRILL_TCP,
             .options = options, .option_count = 2, .configure = configure, .transform = echo);
