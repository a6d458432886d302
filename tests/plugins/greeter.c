/* SPDX-License-Identifier: MIT */
/* Greets each peer, then echoes. Its option makes `open` return each of the other statuses. */
#include <sockdrill/plugin.h>

static const struct drill_option options[] = {
    {.name = "open",
     .type = DRILL_STRING,
     .fallback = {.string = "ok"},
     .help = "what open does: ok, silent, close, protocol_error or internal_error"},
};

static const char *const names[] = {"ok", "silent", "close", "protocol_error", "internal_error"};

struct config {
    enum drill_status open;
};

static enum drill_status configure(const struct drill_context *context,
                                   const struct drill_value *values, uint32_t *properties)
{
    struct config *config = context->config;
    (void)properties;
    for (int i = 0; i < 5; i++) {
        if (strcmp(values[0].string, names[i]) == 0) {
            config->open = (enum drill_status)i;
            return DRILL_OK;
        }
    }
    context->services->log(context, "open must be ok, silent, close, protocol_error or "
                                    "internal_error");
    return DRILL_INTERNAL_ERROR;
}

static enum drill_status greet(const struct drill_context *context, struct drill_buffer *out)
{
    const struct config *config = context->config;
    if (context->transport == DRILL_TCP && config->open != DRILL_SILENT) {
        drill_put_string(out, "welcome\n");
    }
    return config->open;
}

static enum drill_status echo(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

/* A test sees from this line that every session which opened is closed. */
static void leave(const struct drill_context *context)
{
    context->services->log(context, "goodbye");
}

DRILL_PLUGIN(greeter, .name = "greeter", .version = "1", .transports = DRILL_TCP | DRILL_UDP,
             .properties = DRILL_SPLIT_INVARIANT, .summary = "Greets, then echoes",
             .config_size = sizeof(struct config), .options = options, .option_count = 1,
             .configure = configure, .open = greet, .transform = echo, .close = leave);
