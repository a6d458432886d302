/* SPDX-License-Identifier: MIT */
/* One JSON file: from a path to bytes to values. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenario_internal.h"

static char *folder_of(const char *file)
{
    const char *slash = strrchr(file, '/');
    if (!slash) {
        return strdup(".");
    }
    return slash == file ? strdup("/") : strndup(file, (size_t)(slash - file));
}

static int read_all(int descriptor, char *data, size_t size)
{
    size_t used = 0;
    while (used < size) {
        ssize_t got = read(descriptor, data + used, size - used);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got < 0 ? -errno : -EIO;
        }
        used += (size_t)got;
    }
    return 0;
}

static int source_load(struct scenario_source *source, int descriptor, struct drill_error *error)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0) {
        return drill_error_set(error, "cannot be examined: %s", strerror(errno));
    }
    if (!S_ISREG(status.st_mode)) {
        return drill_error_set(error, "is not a regular file");
    }
    if ((uint64_t)status.st_size > SCENARIO_FILE_BYTES_MAX) {
        return drill_error_set(error, "is larger than %zu MiB", SCENARIO_FILE_BYTES_MAX >> 20);
    }
    size_t size = (size_t)status.st_size;
    source->data = malloc(size + 1);
    if (!source->data) {
        return -ENOMEM;
    }
    int result = read_all(descriptor, source->data, size);
    if (result != 0) {
        return drill_error_set(error, "cannot be read: %s", strerror(-result));
    }
    source->text = (struct scenario_text){.data = source->data, .size = size};
    return 0;
}

static int source_fault(const struct scenario_source *source, size_t offset, const char *sentence,
                        struct bytes *pointer, struct drill_error *error)
{
    const char *text = bytes_string(pointer);
    if (!text) {
        return -ENOMEM;
    }
    scenario_text_place(&source->text, offset, &error->line, &error->column);
    snprintf(error->pointer, sizeof(error->pointer), "%s", text);
    return drill_error_set(error, "%s", sentence);
}

/* What the scanner lets pass and jansson does not: duplicate keys, numbers out of a double's range.
 */
static int jansson_fault(const struct scenario_source *source, const json_error_t *fault,
                         struct bytes *pointer, struct drill_error *error)
{
    enum json_error_code code = json_error_code(fault);
    if (code == json_error_out_of_memory) {
        return -ENOMEM;
    }
    size_t start = 0;
    size_t end = fault->position > 0 ? (size_t)fault->position : 0;
    int status = scenario_text_token(&source->text, end, &start, pointer);
    if (status == -ENOMEM) {
        return status;
    }
    char sentence[256];
    if (code == json_error_duplicate_key) {
        snprintf(sentence, sizeof(sentence), "the key %.*s stands here twice",
                 end - start > 80 ? 80 : (int)(end - start), source->text.data + start);
    } else if (code == json_error_numeric_overflow) {
        snprintf(sentence, sizeof(sentence), "the number is too large");
    } else {
        snprintf(sentence, sizeof(sentence), "%.150s", fault->text);
    }
    return source_fault(source, start, sentence, pointer, error);
}

static int source_values(struct scenario_source *source, struct drill_error *error)
{
    struct bytes pointer;
    struct scenario_text_fault fault = {0};
    bytes_init(&pointer, SCENARIO_FILE_BYTES_MAX * 2);
    int status = scenario_text_check(&source->text, &fault, &pointer);
    if (status == -EINVAL) {
        status = source_fault(source, fault.offset, fault.sentence, &pointer, error);
    } else if (status == 0) {
        json_error_t mistake;
        source->root =
            json_loadb(source->text.data, source->text.size,
                       JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &mistake);
        status = source->root ? 0 : jansson_fault(source, &mistake, &pointer, error);
    }
    bytes_fini(&pointer);
    return status;
}

static int source_init(struct scenario_source *source, const char *file, const char *folder,
                       struct drill_error *error)
{
    *source = (struct scenario_source){.file = strdup(file),
                                       .folder = folder ? strdup(folder) : folder_of(file)};
    *error = (struct drill_error){0};
    snprintf(error->file, sizeof(error->file), "%s", file);
    return source->file && source->folder ? 0 : -ENOMEM;
}

static int source_open(struct scenario_source *source, struct drill_error *error)
{
    /* A FIFO without a writer must not hold us up before it is recognised. */
    int descriptor = open(source->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) {
        return drill_error_set(error, "cannot be opened: %s", strerror(errno));
    }
    int status = source_load(source, descriptor, error);
    close(descriptor);
    return status;
}

int scenario_source_read(struct scenario_source *source, const char *file, const char *folder,
                         struct drill_error *error)
{
    int status = source_init(source, file, folder, error);
    if (status == 0) {
        status = source_open(source, error);
    }
    if (status == 0) {
        status = source_values(source, error);
    }
    if (status != 0) {
        scenario_source_fini(source);
    }
    return status;
}

int scenario_source_parse(struct scenario_source *source, const char *file, const void *text,
                          size_t size, struct drill_error *error)
{
    int status = source_init(source, file, NULL, error);
    source->text = (struct scenario_text){.data = text, .size = size};
    if (status == 0 && size > SCENARIO_FILE_BYTES_MAX) {
        status = drill_error_set(error, "is larger than %zu MiB", SCENARIO_FILE_BYTES_MAX >> 20);
    }
    if (status == 0) {
        status = source_values(source, error);
    }
    if (status != 0) {
        scenario_source_fini(source);
    }
    return status;
}

void scenario_source_fini(struct scenario_source *source)
{
    json_decref(source->root);
    free(source->data);
    free(source->file);
    free(source->folder);
    *source = (struct scenario_source){0};
}
