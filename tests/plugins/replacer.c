/* SPDX-License-Identifier: MIT */
/*
 * Echoes, but changes the buffer that it answers in: "data" answers from memory of its own,
 * "capacity" says that there is more room than there is, "silent" does the first and then says
 * nothing. With the option `greets` it does so when its session opens.
 */
#include <sockdrill/plugin.h>

static const struct drill_option options[] = {
    {.name = "greets", .type = DRILL_BOOLEAN, .help = "replace the buffer in open"},
};

struct config {
    int greets;
};

static uint8_t own[] = "my own bytes";

static int is(struct drill_bytes in, const char *word)
{
    return in.size == strlen(word) && memcmp(in.data, word, in.size) == 0;
}

static enum drill_status configure(const struct drill_context *context,
                                   const struct drill_value *values, uint32_t *properties)
{
    struct config *config = context->config;
    (void)properties;
    config->greets = values[0].integer != 0;
    return DRILL_OK;
}

static void replace(struct drill_buffer *out)
{
    *out = (struct drill_buffer){.data = own, .size = sizeof(own), .capacity = out->capacity};
}

static enum drill_status greet(const struct drill_context *context, struct drill_buffer *out)
{
    const struct config *config = context->config;
    if (!config->greets) {
        return DRILL_SILENT;
    }
    replace(out);
    return DRILL_OK;
}

static enum drill_status answer(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    (void)context;
    if (is(in, "data")) {
        replace(out);
        return DRILL_OK;
    }
    if (is(in, "silent")) {
        replace(out);
        return DRILL_SILENT;
    }
    if (is(in, "capacity")) {
        out->capacity += 1;
    }
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

DRILL_PLUGIN(replacer, .name = "replacer", .version = "1", .transports = DRILL_TCP | DRILL_UDP,
             .summary = "Replaces the buffer that it answers in",
             .config_size = sizeof(struct config), .options = options, .option_count = 1,
             .configure = configure, .open = greet, .transform = answer);
