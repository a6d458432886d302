/* SPDX-License-Identifier: MIT */
#include "bytes.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

void bytes_init(struct bytes *bytes, size_t size_max)
{
    *bytes = (struct bytes){.size_max = size_max};
}

void bytes_fini(struct bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct bytes){0};
}

void bytes_clear(struct bytes *bytes)
{
    bytes->size = 0;
}

int bytes_reserve(struct bytes *bytes, size_t extra)
{
    ASSERT(bytes->size <= bytes->size_max);
    if (extra > bytes->size_max - bytes->size) {
        return -ENOSPC;
    }
    size_t needed = bytes->size + extra;
    if (needed <= bytes->capacity) {
        return 0;
    }
    size_t capacity = bytes->capacity ? bytes->capacity : 64;
    while (capacity < needed) {
        capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
    }
    uint8_t *data = realloc(bytes->data, capacity);
    if (!data) {
        return -ENOMEM;
    }
    bytes->data = data;
    bytes->capacity = capacity;
    return 0;
}

int bytes_add(struct bytes *bytes, const void *data, size_t size)
{
    int status = bytes_reserve(bytes, size);
    if (status == 0 && size > 0) {
        memcpy(bytes->data + bytes->size, data, size);
        bytes->size += size;
    }
    return status;
}

int bytes_add_byte(struct bytes *bytes, uint8_t byte, size_t count)
{
    int status = bytes_reserve(bytes, count);
    if (status == 0 && count > 0) {
        memset(bytes->data + bytes->size, byte, count);
        bytes->size += count;
    }
    return status;
}

int bytes_add_format(struct bytes *bytes, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    ASSERT(length >= 0);
    /* vsnprintf also writes a terminator, which is not counted. */
    int status = bytes_reserve(bytes, (size_t)length + 1);
    if (status == 0) {
        vsnprintf((char *)bytes->data + bytes->size, (size_t)length + 1, format, again);
        bytes->size += (size_t)length;
    }
    va_end(again);
    return status;
}

const char *bytes_string(struct bytes *bytes)
{
    if (bytes_add_byte(bytes, 0, 1) != 0) {
        return NULL;
    }
    bytes->size--;
    return (const char *)bytes->data;
}
