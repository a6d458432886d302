/* SPDX-License-Identifier: MIT */
/*
 * Echoes, but breaks the contract of the host's services when told how: "twice" releases the same
 * memory twice, "foreign" releases what it never allocated, "underrun" writes in front of its
 * memory, "wake" asks for a wake that it cannot get, "post" posts from a null pointer. "random" and
 * "now" ask as they may.
 */
#include <stdlib.h>

#include <sockdrill/plugin.h>

static int is(struct drill_bytes in, const char *word)
{
    return in.size == strlen(word) && memcmp(in.data, word, in.size) == 0;
}

/* So that the compiler cannot see which memory it is. */
static void *volatile memory;
static _Alignas(16) uint8_t own[256];

static enum drill_status answer(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    const struct drill_services *services = context->services;
    if (is(in, "twice")) {
        memory = services->allocate(context, 16);
        services->release(context, memory);
        services->release(context, memory);
    } else if (is(in, "foreign")) {
        memory = own + 128;
        services->release(context, memory);
    } else if (is(in, "underrun")) {
        memory = services->allocate(context, 16);
        memset((uint8_t *)memory - 32, 0, 32);
        services->release(context, memory);
    } else if (is(in, "wake")) {
        services->wake_after(context, 1);
    } else if (is(in, "post")) {
        services->post(context, 1, (struct drill_bytes){.data = NULL, .size = 1});
    } else if (is(in, "random")) {
        services->random(context);
    } else if (is(in, "now")) {
        services->now_ns(context);
    }
    drill_put(out, in.data, in.size);
    return DRILL_OK;
}

DRILL_PLUGIN(misuse, .name = "misuse", .version = "1", .transports = DRILL_TCP | DRILL_UDP,
             .summary = "Breaks the contract of the services when told to", .transform = answer);
