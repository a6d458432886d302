/* SPDX-License-Identifier: MIT */
/* Does to its process what a plugin must not: "cd" changes the working folder, "fork" leaves a
 * process that waits, "spawn" one that ends at once. */
#include <sockdrill/plugin.h>
#include <stdlib.h>
#include <unistd.h>

static int said(struct drill_bytes in, const char *word)
{
    return in.size == strlen(word) && memcmp(in.data, word, in.size) == 0;
}

static enum drill_status wander(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    (void)context;
    if (said(in, "cd") && chdir("/") != 0) {
        return DRILL_INTERNAL_ERROR;
    }
    if (said(in, "fork") && fork() == 0) {
        for (;;) {
            pause();
        }
    }
    if (said(in, "spawn") && fork() == 0) {
        _exit(0);
    }
    drill_put_string(out, "ok");
    return DRILL_OK;
}

DRILL_PLUGIN(wanderer, .name = "wanderer", .version = "1", .transports = DRILL_TCP,
             .summary = "Changes the folder and leaves processes", .transform = wander);
