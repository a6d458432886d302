/* SPDX-License-Identifier: MIT */
#include "json_read.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define READ_BYTES ((size_t)64 << 10)

static void begin(const char *path, struct drill_error *error)
{
    *error = (struct drill_error){0};
    snprintf(error->file, sizeof(error->file), "%s", path);
}

int json_read_refuse(const struct json_walk *walk, const char *option, struct drill_error *error)
{
    if (walk->no_memory) {
        return -ENOMEM;
    }
    if (walk->size == 0) {
        return drill_error_set(
            error, "the file is empty; name a file that `sockdrill run %s` wrote", option);
    }
    error->line = walk->line;
    error->column = walk->column;
    if (walk->cut) {
        return drill_error_set(error, "the file ends in the middle of a report; take a whole one, "
                                      "or the FILE.partial that a killed run left");
    }
    return drill_error_set(error,
                           "this is not JSON, so no report: %s; name a file that `sockdrill run "
                           "%s` wrote",
                           walk->what, option);
}

int json_read_text(const char *path, const char *option, const void *text, size_t size,
                   json_t **root, struct drill_error *error)
{
    struct json_walk walk;
    begin(path, error);
    json_walk_init(&walk, text, size);
    *root = json_walk_value(&walk);
    if (*root && json_walk_ends(&walk)) {
        return 0;
    }
    json_decref(*root);
    return json_read_refuse(&walk, option, error);
}

/* Everything up to the end, or to one byte more than may be. */
static int read_stream(FILE *file, struct bytes *text, struct drill_error *error)
{
    struct stat info;
    if (fstat(fileno(file), &info) == 0 && S_ISDIR(info.st_mode)) {
        return drill_error_set(error, "this is a folder; name the report in it");
    }
    for (;;) {
        int status = bytes_reserve(text, READ_BYTES);
        if (status != 0) {
            return status;
        }
        errno = 0;
        size_t size = fread(text->data + text->size, 1, READ_BYTES, file);
        text->size += size;
        if (text->size > JSON_READ_BYTES_MAX) {
            return drill_error_set(error, "the file is larger than 256 MiB, which no report should "
                                          "be; run parts of the suite on their own");
        }
        if (ferror(file)) {
            return drill_error_set(error, "cannot be read: %s", strerror(errno ? errno : EIO));
        }
        if (size == 0) {
            return 0;
        }
    }
}

int json_read_file(const char *path, const char *option, struct bytes *text,
                   struct drill_error *error)
{
    begin(path, error);
    FILE *file = fopen(path, "rb");
    if (!file) {
        return drill_error_set(error,
                               "cannot be read: %s; name a file that `sockdrill run %s` wrote",
                               strerror(errno), option);
    }
    int status = read_stream(file, text, error);
    fclose(file);
    return status;
}
