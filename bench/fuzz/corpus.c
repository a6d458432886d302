/* SPDX-License-Identifier: MIT */
#include "fuzz/corpus.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CORPUS_SEED UINT64_C(0x5eed)

/* Knuth's MMIX: the upper bits are good enough for inputs. */
static uint32_t draw(uint64_t *state, uint32_t below)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33) % below;
}

/* Three bytes of four are text, which plugins answer. */
static uint8_t draw_byte(uint64_t *state)
{
    return draw(state, 4) > 0 ? (uint8_t)(' ' + draw(state, 95)) : (uint8_t)draw(state, 256);
}

static int corpus_path(const struct corpus *corpus, unsigned number, char path[PATH_MAX])
{
    int length = snprintf(path, PATH_MAX, "%s/%u", corpus->folder, number);
    return length < 0 || length >= PATH_MAX ? -ENAMETOOLONG : 0;
}

static int corpus_write(struct corpus *corpus, size_t size, uint64_t *state,
                        struct failure *failure)
{
    char path[PATH_MAX];
    size_t used = strlen(corpus->list);
    if (corpus_path(corpus, corpus->written, path) != 0 ||
        used + strlen(path) + 2 > sizeof(corpus->list)) {
        return failure_set(failure, -ENAMETOOLONG, "the path %.300s is too long", corpus->folder);
    }
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        return failure_errno(failure, "cannot write %.400s", path);
    }
    for (size_t i = 0; i < size; i++) {
        fputc(draw_byte(state), file);
    }
    if (fclose(file) != 0) {
        return failure_errno(failure, "cannot write %.400s", path);
    }
    snprintf(corpus->list + used, sizeof(corpus->list) - used, "%s%s", used > 0 ? "," : "", path);
    corpus->written++;
    return 0;
}

int corpus_open(struct corpus *corpus, const char *parent, const char *name, size_t bytes_max,
                struct failure *failure)
{
    uint64_t state = CORPUS_SEED + bytes_max;
    int result = 0;
    corpus->list[0] = '\0';
    corpus->written = 0;
    int length = snprintf(corpus->folder, sizeof(corpus->folder), "%s/%s", parent, name);
    if (length < 0 || (size_t)length >= sizeof(corpus->folder)) {
        corpus->folder[0] = '\0';
        return failure_set(failure, -ENAMETOOLONG, "the path in TMPDIR is too long");
    }
    if (mkdir(corpus->folder, 0700) != 0) {
        result = failure_errno(failure, "cannot make a folder %.400s", corpus->folder);
        corpus->folder[0] = '\0';
        return result;
    }
    /* Sizes are spread evenly, the longest included. */
    for (unsigned i = 1; i <= CORPUS_INPUTS && result == 0; i++) {
        result = corpus_write(corpus, bytes_max * i / CORPUS_INPUTS, &state, failure);
    }
    return result;
}

void corpus_close(struct corpus *corpus)
{
    char path[PATH_MAX];
    if (corpus->folder[0] == '\0') {
        return;
    }
    for (unsigned i = 0; i < corpus->written; i++) {
        if (corpus_path(corpus, i, path) == 0) {
            unlink(path);
        }
    }
    rmdir(corpus->folder);
    corpus->folder[0] = '\0';
}
