/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <xxhash.h>

#include "check.h"
#include "result.h"

int result_recorder_init(struct result_recorder *recorder)
{
    *recorder = (struct result_recorder){.hash = XXH3_createState()};
    if (!recorder->hash) {
        return -ENOMEM;
    }
    result_recorder_reset(recorder);
    return 0;
}

void result_recorder_reset(struct result_recorder *recorder)
{
    ASSERT(recorder->hash);
    recorder->length = 0;
    recorder->head_size = 0;
}

void result_recorder_add(struct result_recorder *recorder, const void *data, size_t size)
{
    ASSERT(recorder->hash);
    if (size == 0) {
        return;
    }
    size_t room = RESULT_HEAD_BYTES - recorder->head_size;
    size_t kept = size < room ? size : room;
    memcpy(recorder->head + recorder->head_size, data, kept);
    if (recorder->length <= RESULT_HEAD_BYTES && size > room) {
        /* The stream outgrows its head: from here on it is hashed as it flows. */
        XXH3_128bits_reset(recorder->hash);
        XXH3_128bits_update(recorder->hash, recorder->head, recorder->head_size);
    }
    recorder->head_size += (uint32_t)kept;
    recorder->length += size;
    if (recorder->length > RESULT_HEAD_BYTES) {
        XXH3_128bits_update(recorder->hash, data, size);
    }
}

bool result_recorder_equal(const struct result_recorder *a, const struct result_recorder *b)
{
    ASSERT(a->hash);
    ASSERT(b->hash);
    if (a->length != b->length || memcmp(a->head, b->head, a->head_size) != 0) {
        return false;
    }
    return a->length <= RESULT_HEAD_BYTES ||
           XXH128_isEqual(XXH3_128bits_digest(a->hash), XXH3_128bits_digest(b->hash));
}

void result_recorder_read(const struct result_recorder *recorder, struct result_stream *stream)
{
    ASSERT(recorder->hash);
    stream->length = recorder->length;
    stream->head_size = recorder->head_size;
    memcpy(stream->head, recorder->head, recorder->head_size);
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, recorder->length > RESULT_HEAD_BYTES
                                             ? XXH3_128bits_digest(recorder->hash)
                                             : XXH3_128bits(recorder->head, recorder->head_size));
    memcpy(stream->hash, canonical.digest, sizeof(stream->hash));
}

void result_recorder_fini(struct result_recorder *recorder)
{
    XXH3_freeState(recorder->hash);
    recorder->hash = NULL;
}
