/* SPDX-License-Identifier: MIT */
/* Answers whatever is said with the values of its options: one of each type and each kind of
 * fallback. */
#include <inttypes.h>
#include <stdio.h>

#include <sockdrill/plugin.h>

static const struct drill_option options[] = {
    {.name = "greeting", .type = DRILL_STRING, .fallback = {.string = "hi"}, .help = "a string"},
    {.name = "nick", .type = DRILL_STRING, .help = "a string without a default"},
    {.name = "count",
     .type = DRILL_INTEGER,
     .fallback = {.integer = 3},
     .minimum = -5,
     .maximum = 10,
     .help = "an integer with a range"},
    {.name = "any", .type = DRILL_INTEGER, .help = "an integer without a range"},
    {.name = "loud", .type = DRILL_BOOLEAN, .help = "a boolean"},
    {.name = "polite", .type = DRILL_BOOLEAN, .fallback = {.integer = 1}, .help = "another"},
};

#define OPTION_COUNT (sizeof(options) / sizeof(options[0]))

/* The values live as long as the listener, so that keeping the pointer is enough. */
struct config {
    const struct drill_value *values;
};

static enum drill_status configure(const struct drill_context *context,
                                   const struct drill_value *values, uint32_t *properties)
{
    struct config *config = context->config;
    (void)properties;
    config->values = values;
    return DRILL_OK;
}

static void put_value(struct drill_buffer *out, const struct drill_option *option,
                      const struct drill_value *value)
{
    char number[32];
    drill_put_string(out, option->name);
    drill_put_string(out, "=");
    switch (option->type) {
    case DRILL_STRING:
        drill_put_string(out, value->string ? value->string : "(none)");
        break;
    case DRILL_INTEGER:
        snprintf(number, sizeof(number), "%" PRId64, value->integer);
        drill_put_string(out, number);
        break;
    case DRILL_BOOLEAN:
        drill_put_string(out, value->integer ? "true" : "false");
        break;
    }
    drill_put_string(out, "\n");
}

static enum drill_status tell(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    const struct config *config = context->config;
    (void)in;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        put_value(out, &options[i], &config->values[i]);
    }
    return DRILL_OK;
}

DRILL_PLUGIN(options, .name = "options", .version = "1", .transports = DRILL_TCP | DRILL_UDP,
             .properties = DRILL_ONE_REPLY_PER_DATAGRAM, .summary = "Tells its options",
             .config_size = sizeof(struct config), .options = options, .option_count = OPTION_COUNT,
             .configure = configure, .transform = tell);
