/* SPDX-License-Identifier: MIT */
/*
 * Posts "posted;" to its own session and answers with what post returned: "ok;" or "silent;". Told
 * "hush" it posts and answers nothing, told "close" it answers and closes. Without the option
 * `shared` it declares no DRILL_SHARED_STATE, and may not post.
 */
#include <sockdrill/plugin.h>

static const struct drill_option options[] = {
    {.name = "shared",
     .type = DRILL_BOOLEAN,
     .fallback = {.integer = 1},
     .help = "declare DRILL_SHARED_STATE"},
};

static int is(struct drill_bytes in, const char *word)
{
    return in.size == strlen(word) && memcmp(in.data, word, in.size) == 0;
}

static enum drill_status configure(const struct drill_context *context,
                                   const struct drill_value *values, uint32_t *properties)
{
    (void)context;
    if (!values[0].integer) {
        *properties &= ~(uint32_t)DRILL_SHARED_STATE;
    }
    return DRILL_OK;
}

static enum drill_status post(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
    struct drill_bytes text = {.data = (const uint8_t *)"posted;", .size = 7};
    enum drill_status posted = context->services->post(context, context->session, text);
    if (is(in, "hush")) {
        return DRILL_SILENT;
    }
    drill_put_string(out, posted == DRILL_OK ? "ok;" : "silent;");
    return is(in, "close") ? DRILL_CLOSE : DRILL_OK;
}

DRILL_PLUGIN(poster, .name = "poster", .version = "1", .transports = DRILL_TCP | DRILL_UDP,
             .properties = DRILL_SHARED_STATE, .summary = "Posts to itself", .options = options,
             .option_count = 1, .configure = configure, .transform = post);
