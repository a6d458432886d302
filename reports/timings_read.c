/* SPDX-License-Identifier: MIT */
#include "timings_read.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_read.h"

static int refuse(struct drill_error *error, const char *pointer)
{
    snprintf(error->pointer, sizeof(error->pointer), "%s", pointer);
    return drill_error_set(error,
                           "these are no timings of sockdrill: this is not there or not what "
                           "timings have; name a file that `sockdrill run --timings` wrote");
}

static bool read_us(const json_t *object, uint64_t *real_us)
{
    const json_t *value = json_object_get(object, "real_us");
    json_int_t number = json_integer_value(value);
    *real_us = (uint64_t)number;
    return json_is_integer(value) && number >= 0 && *real_us <= TIMINGS_READ_US_MAX;
}

static int read_head(struct timings_read *timings, struct drill_error *error)
{
    const json_t *tool = json_object_get(timings->root, "tool");
    const json_t *schema = json_object_get(timings->root, "schema");
    if (!json_is_string(tool) || strcmp(json_string_value(tool), "sockdrill") != 0) {
        return refuse(error, "/tool");
    }
    if (!json_is_integer(schema) || json_integer_value(schema) < 1) {
        return refuse(error, "/schema");
    }
    if (json_integer_value(schema) > TIMINGS_READ_SCHEMA) {
        snprintf(error->pointer, sizeof(error->pointer), "/schema");
        return drill_error_set(error,
                               "the timings are of version %" PRId64
                               ", and this sockdrill reads versions up to %d; use the sockdrill "
                               "that wrote them, or a newer one",
                               (int64_t)json_integer_value(schema), TIMINGS_READ_SCHEMA);
    }
    if (!read_us(json_object_get(timings->root, "summary"), &timings->real_us)) {
        return refuse(error, "/summary/real_us");
    }
    return json_is_array(json_object_get(timings->root, "results")) ? 0 : refuse(error, "/results");
}

static int by_id(const void *a, const void *b)
{
    const struct timings_read_time *first = a, *second = b;
    return strcmp(first->id, second->id);
}

static int read_times(struct timings_read *timings, struct drill_error *error)
{
    const json_t *list = json_object_get(timings->root, "results");
    char place[64];
    timings->count = json_array_size(list);
    timings->times = calloc(timings->count ? timings->count : 1, sizeof(*timings->times));
    if (!timings->times) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < timings->count; i++) {
        struct timings_read_time *time = &timings->times[i];
        const json_t *json = json_array_get(list, i);
        time->id = json_string_value(json_object_get(json, "id"));
        if (!time->id || !read_us(json, &time->real_us)) {
            snprintf(place, sizeof(place), "/results/%zu", i);
            return refuse(error, place);
        }
    }
    qsort(timings->times, timings->count, sizeof(*timings->times), by_id);
    return 0;
}

int timings_read_text(const char *path, const void *text, size_t size, struct timings_read *timings,
                      struct drill_error *error)
{
    *timings = (struct timings_read){0};
    int status = json_read_text(path, "--timings", text, size, &timings->root, error);
    if (status != 0) {
        return status;
    }
    status = read_head(timings, error);
    if (status == 0) {
        status = read_times(timings, error);
    }
    if (status != 0) {
        timings_read_fini(timings);
    }
    return status;
}

int timings_read_file(const char *path, struct timings_read *timings, struct drill_error *error)
{
    struct bytes text;
    *timings = (struct timings_read){0};
    bytes_init(&text, JSON_READ_BYTES_ROOM);
    int status = json_read_file(path, "--timings", &text, error);
    if (status == 0) {
        status = timings_read_text(path, text.data, text.size, timings, error);
    }
    bytes_fini(&text);
    return status;
}

bool timings_read_of(const struct timings_read *timings, const char *id, uint64_t *real_us)
{
    const struct timings_read_time wanted = {.id = id};
    const struct timings_read_time *found =
        timings ? bsearch(&wanted, timings->times, timings->count, sizeof(wanted), by_id) : NULL;
    *real_us = found ? found->real_us : 0;
    return found != NULL;
}

void timings_read_fini(struct timings_read *timings)
{
    free(timings->times);
    json_decref(timings->root);
    *timings = (struct timings_read){0};
}
