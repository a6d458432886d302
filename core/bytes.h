/* SPDX-License-Identifier: MIT */
/*
 * A growable run of bytes that knows its maximum from birth.
 *
 * Used for logs, rendered payloads and wire formats; never on the server's receive path. Not
 * thread-safe. A failed call leaves the bytes as they were.
 */
#ifndef DRILL_CORE_BYTES_H
#define DRILL_CORE_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct bytes {
    uint8_t *data; /* owned; NULL while nothing was added */
    size_t size;
    size_t capacity;
    size_t size_max;
};

void bytes_init(struct bytes *bytes, size_t size_max);
void bytes_fini(struct bytes *bytes);

/* Empties, keeping the memory. */
void bytes_clear(struct bytes *bytes);

/* Each returns 0, -ENOSPC beyond `size_max`, or -ENOMEM. */
int bytes_reserve(struct bytes *bytes, size_t extra);
int bytes_add(struct bytes *bytes, const void *data, size_t size);
int bytes_add_byte(struct bytes *bytes, uint8_t byte, size_t count);
int bytes_add_format(struct bytes *bytes, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The bytes as a C string; the terminator is not counted. NULL without memory. Borrowed until the
 * next call. */
const char *bytes_string(struct bytes *bytes);

#endif
