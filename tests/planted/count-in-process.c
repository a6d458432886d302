/* SPDX-License-Identifier: MIT */
/*
 * Answers each receive with how many there were in all sessions of the listener, which it declares
 * to share.
 *
 * Planted: the count is a static variable, so that another listener of the process goes on where
 * this one ended. Seen by: repeat (because of SHARED_STATE `replay` does not look).
 */
#include <stdio.h>

#include <sockdrill/plugin.h>

static unsigned *count_of(const struct drill_context *context)
{
#ifdef CLEAN
    return context->config;
#else
    static unsigned count;
    (void)context;
    return &count;
#endif
}

static enum drill_status count(const struct drill_context *context, struct drill_bytes in,
                               struct drill_buffer *out)
{
    char text[16];
    (void)in;
    snprintf(text, sizeof(text), "%u\n", ++*count_of(context));
    drill_put_string(out, text);
    return DRILL_OK;
}

DRILL_PLUGIN(count_in_process, .name = "count-in-process", .version = "1", .transports = DRILL_TCP,
             .properties = DRILL_SHARED_STATE, .config_size = sizeof(unsigned), .transform = count);
