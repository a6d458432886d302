/* SPDX-License-Identifier: MIT */
/* Payloads become bytes only when a step needs them. */
#include <errno.h>
#include <string.h>

#include "run.h"

/* An exploring run goes on where nothing came that could be captured: then the bytes are 0. */
static int captured_render(const struct run *run, const struct plan_part *part, struct bytes *out)
{
    const struct bytes *captured = &run->captures[part->capture];
    if (run->plan->explore && captured->size != part->size) {
        return bytes_add_byte(out, 0, part->size);
    }
    ASSERT(captured->size == part->size);
    return bytes_add(out, captured->data, part->size);
}

static int part_render(struct run *run, const struct plan_part *part, struct bytes *out)
{
    struct prng prng = {.state = part->seed};
    int status = 0;
    switch (part->kind) {
    case PLAN_BYTES:
        return bytes_add(out, part->data, part->size);
    case PLAN_FILL:
        return bytes_add_byte(out, part->fill, part->size);
    case PLAN_RANDOM:
        status = bytes_reserve(out, part->size);
        if (status == 0) {
            prng_fill(&prng, out->data + out->size, part->size);
            out->size += part->size;
        }
        return status;
    case PLAN_CAPTURED:
        return captured_render(run, part, out);
    case PLAN_ANY:
    case PLAN_CAPTURE:
        /* Shown in failures where any byte may stand. */
        return bytes_add_byte(out, '?', part->size);
    }
    return -EINVAL;
}

int payload_render(struct run *run, const struct plan_payload *payload, struct bytes *out)
{
    int status = 0;
    bytes_clear(out);
    for (size_t i = 0; i < payload->part_count && status == 0; i++) {
        status = part_render(run, &payload->parts[i], out);
    }
    ASSERT(status != 0 || out->size == payload->size);
    return status;
}

static size_t first_difference(const uint8_t *a, const uint8_t *b, size_t size)
{
    if (size == 0 || memcmp(a, b, size) == 0) {
        return size;
    }
    size_t at = 0;
    while (a[at] == b[at]) {
        at++;
    }
    return at;
}

size_t payload_compare(const struct plan_payload *payload, const struct bytes *rendered,
                       const uint8_t *data, size_t size)
{
    size_t at = 0;
    for (size_t i = 0; i < payload->part_count && at < size; i++) {
        const struct plan_part *part = &payload->parts[i];
        size_t length = part->size < size - at ? part->size : size - at;
        bool any = part->kind == PLAN_ANY || part->kind == PLAN_CAPTURE;
        size_t same = any ? length : first_difference(rendered->data + at, data + at, length);
        at += same;
        if (same < length) {
            return at;
        }
    }
    return at;
}

int payload_capture(struct run *run, const struct plan_payload *payload, const uint8_t *data)
{
    size_t at = 0;
    for (size_t i = 0; i < payload->part_count; i++) {
        const struct plan_part *part = &payload->parts[i];
        if (part->kind == PLAN_CAPTURE) {
            struct bytes *capture = &run->captures[part->capture];
            bytes_clear(capture);
            if (bytes_add(capture, data + at, part->size) != 0) {
                return -ENOMEM;
            }
        }
        at += part->size;
    }
    return 0;
}
