/* SPDX-License-Identifier: MIT */
/* Upper-cases, but every third process that loads it answers with '?': flaky in a way that a test
 * can count on. The file named by FICKLE_FILE has a byte for each process so far. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include <sockdrill/plugin.h>

static bool fickle_is_odd;

/* Each process sees its own end of what was appended. */
__attribute__((constructor)) static void fickle_count(void)
{
    const char *name = getenv("FICKLE_FILE");
    int file = name ? open(name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666) : -1;
    if (file >= 0) {
        ssize_t written = write(file, ".", 1);
        fickle_is_odd = written == 1 && lseek(file, 0, SEEK_CUR) % 3 == 0;
        close(file);
    }
}

static enum drill_status fickle_answer(const struct drill_context *context, struct drill_bytes in,
                                       struct drill_buffer *out)
{
    (void)context;
    for (size_t i = 0; i < in.size; i++) {
        uint8_t byte = in.data[i];
        bool lower = byte >= 'a' && byte <= 'z';
        byte = lower ? (uint8_t)(byte - 32) : byte;
        drill_put(out, fickle_is_odd ? "?" : (const void *)&byte, 1);
    }
    return DRILL_OK;
}

DRILL_PLUGIN(fickle, .name = "fickle", .version = "1", .transports = DRILL_TCP,
             .properties = DRILL_LENGTH_PRESERVING, .summary = "Is not the same every time",
             .transform = fickle_answer);
