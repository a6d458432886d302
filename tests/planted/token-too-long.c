/* SPDX-License-Identifier: MIT */
/*
 * Each receive is a word: answers "stop" with "stopping", any other of at most 16 bytes with
 * "what".
 *
 * Planted: a word of exactly 16 bytes leaves no room for its NUL. Seen by: sanitizer.
 */
#include <sockdrill/plugin.h>

#define WORD_BYTES_MAX 16

static enum drill_status obey(const struct drill_context *context, struct drill_bytes in,
                              struct drill_buffer *out)
{
#ifdef CLEAN
    char word[WORD_BYTES_MAX + 1];
#else
    char word[WORD_BYTES_MAX];
#endif
    (void)context;
    if (in.size > WORD_BYTES_MAX) {
        return DRILL_PROTOCOL_ERROR;
    }
    memcpy(word, in.data, in.size);
    word[in.size] = '\0';
    drill_put_string(out, strcmp(word, "stop") == 0 ? "stopping" : "what");
    return DRILL_OK;
}

DRILL_PLUGIN(token_too_long, .name = "token-too-long", .version = "1", .transports = DRILL_TCP,
             .transform = obey);
