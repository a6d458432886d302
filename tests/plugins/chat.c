/* SPDX-License-Identifier: MIT */
/*
 * Passes what one peer says to all others of the listener, in the order in which they came. "who"
 * is answered with the number of peers; a message that could not be passed on is answered with how
 * many missed it.
 */
#include <stdio.h>

#include <sockdrill/plugin.h>

struct member {
    struct member *next;
    uint64_t session;
};

struct config {
    struct member *first; /* from services->allocate, one for each open session */
};

static enum drill_status join(const struct drill_context *context, struct drill_buffer *out)
{
    struct config *config = context->config;
    (void)out;
    struct member *member = context->services->allocate(context, sizeof(*member));
    if (!member) {
        return DRILL_INTERNAL_ERROR;
    }
    member->session = context->session;
    struct member **end = &config->first;
    while (*end) {
        end = &(*end)->next;
    }
    *end = member;
    return DRILL_SILENT;
}

static void leave(const struct drill_context *context)
{
    struct config *config = context->config;
    for (struct member **at = &config->first; *at; at = &(*at)->next) {
        struct member *member = *at;
        if (member->session == context->session) {
            *at = member->next;
            context->services->release(context, member);
            return;
        }
    }
}

static enum drill_status say(const struct drill_context *context, struct drill_bytes in,
                             struct drill_buffer *out)
{
    const struct config *config = context->config;
    char text[64];
    unsigned missed = 0;
    unsigned members = 0;
    int ask = in.size == 3 && memcmp(in.data, "who", 3) == 0;
    for (const struct member *member = config->first; member; member = member->next) {
        members++;
        if (!ask && member->session != context->session &&
            context->services->post(context, member->session, in) != DRILL_OK) {
            missed++;
        }
    }
    if (ask) {
        snprintf(text, sizeof(text), "%u", members);
        drill_put_string(out, text);
        return DRILL_OK;
    }
    if (missed > 0) {
        snprintf(text, sizeof(text), "missed by %u\n", missed);
        drill_put_string(out, text);
        return DRILL_OK;
    }
    return DRILL_SILENT;
}

DRILL_PLUGIN(chat, .name = "chat", .version = "1", .transports = DRILL_TCP,
             .properties = DRILL_SHARED_STATE, .summary = "Passes what one peer says to all others",
             .config_size = sizeof(struct config), .open = join, .transform = say, .close = leave);
