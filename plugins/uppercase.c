/* SPDX-License-Identifier: MIT */
/*
 * Answers every byte in upper case: ASCII a to z become A to Z, all other bytes stay as they are.
 *
 * With the option `quit` a received chunk that equals that word ends its session without a reply,
 * as the looping server of the tutorial does. The comparison is per receive call, so how the stream
 * was cut then matters.
 */
#include <sockdrill/plugin.h>

struct config {
    const char *quit; /* NULL: nothing ends a session; else not empty */
    size_t quit_size;
};

static const struct drill_option options[] = {
    {.name = "quit",
     .type = DRILL_STRING,
     .help = "the word that, received alone in one chunk, ends its session without a reply"},
};

static enum drill_status configure(const struct drill_context *context,
                                   const struct drill_value *values, uint32_t *properties)
{
    struct config *config = context->config;
    config->quit = values[0].string;
    if (!config->quit) {
        return DRILL_OK;
    }
    config->quit_size = strlen(config->quit);
    if (config->quit_size == 0) {
        context->services->log(context, "quit must not be empty");
        return DRILL_INTERNAL_ERROR;
    }
    *properties &= ~(DRILL_SPLIT_INVARIANT | DRILL_LENGTH_PRESERVING);
    return DRILL_OK;
}

static enum drill_status shout(const struct drill_context *context, struct drill_bytes in,
                               struct drill_buffer *out)
{
    const struct config *config = context->config;
    if (config->quit && in.size == config->quit_size &&
        memcmp(in.data, config->quit, in.size) == 0) {
        return DRILL_CLOSE;
    }
    uint8_t *room = drill_reserve(out, in.size);
    for (size_t i = 0; room && i < in.size; i++) {
        uint8_t byte = in.data[i];
        room[i] = (uint8_t)(byte - ((uint8_t)(byte - 'a') < 26 ? 32 : 0));
    }
    return DRILL_OK;
}

DRILL_PLUGIN(uppercase, .name = "uppercase", .version = "1", .transports = DRILL_TCP,
             .properties = DRILL_SPLIT_INVARIANT | DRILL_LENGTH_PRESERVING,
             .summary = "Answers every byte in upper case", .config_size = sizeof(struct config),
             .options = options, .option_count = 1, .configure = configure, .transform = shout);
