/* SPDX-License-Identifier: MIT */
#include "report_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report_journal.h"

#define COPY_BYTES ((size_t)1 << 20)

struct report_item {
    uint64_t offset; /* in the journal */
    size_t size;     /* 0: not added yet */
};

struct report_file {
    const char *what;
    char *path;    /* the regular file that is replaced at the end, or the thing written to; NULL:
                      there is none */
    char *partial; /* the journal's name; NULL: it is in memory */
    char *fresh;   /* the final document's name before it is renamed */
    struct report_journal *journal;
    int target; /* open for writing where FILE is not a regular file; else -1 */
    size_t item_count_max;
    struct report_item *items; /* by index */
    struct bytes block;        /* what is written next */
};

static void release(struct report_file *file, bool keep_journal)
{
    if (file->journal) {
        report_journal_close(file->journal, keep_journal);
    }
    if (file->target >= 0) {
        close(file->target);
    }
    bytes_fini(&file->block);
    free(file->items);
    free(file->path);
    free(file->partial);
    free(file->fresh);
    free(file);
}

static char *join(const char *path, const char *suffix)
{
    ASSERT(path);
    char *joined = NULL;
    return asprintf(&joined, "%s%s", path, suffix) < 0 ? NULL : joined;
}

static int refuse(const struct report_file *file, const char *name, int status,
                  struct drill_error *error)
{
    if (!name) {
        drill_error_set(error, "cannot keep the %s in memory: %s", file->what, strerror(-status));
        return status;
    }
    drill_error_set(error, "cannot write the %s to \"%s\": %s", file->what, name,
                    status == -ENOENT ? "its folder does not exist" : strerror(-status));
    return status;
}

static int write_all(int fd, const struct bytes *bytes)
{
    for (size_t done = 0; done < bytes->size;) {
        ssize_t count = write(fd, bytes->data + done, bytes->size - done);
        if (count < 0 && errno != EINTR) {
            return -errno;
        }
        done += count > 0 ? (size_t)count : 0;
    }
    return 0;
}

/* What an earlier run left gives way. */
static int create(const char *name)
{
    if (unlink(name) != 0 && errno != ENOENT) {
        return -errno;
    }
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    return fd < 0 ? -errno : fd;
}

/* What FILE is: a regular file or nothing yet, behind symbolic links or not, is replaced; anything
 * else but a folder is written to. */
static int find_target(struct report_file *file, const char *path)
{
    struct stat status;
    if (!path) {
        return 0;
    }
    if (!*path) {
        return -EINVAL;
    }
    if (stat(path, &status) != 0) {
        file->path = errno == ENOENT ? strdup(path) : NULL;
        return file->path ? 0 : -errno;
    }
    if (S_ISREG(status.st_mode)) {
        file->path = realpath(path, NULL);
        return file->path ? 0 : -errno;
    }
    file->path = strdup(path);
    file->target = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    return file->path && file->target >= 0 ? 0 : -errno;
}

static int name_files(struct report_file *file)
{
    if (file->target >= 0 || !file->path) {
        return 0;
    }
    file->partial = join(file->path, ".partial");
    file->fresh = join(file->path, ".new");
    return file->partial && file->fresh ? 0 : -ENOMEM;
}

int report_file_open(const char *path, const char *what, size_t item_count_max,
                     const struct bytes *head, const struct bytes *tail, struct report_file **out,
                     struct drill_error *error)
{
    struct report_file *file = calloc(1, sizeof(*file));
    if (!file) {
        drill_error_set(error, "no memory for the %s", what);
        return -ENOMEM;
    }
    *file = (struct report_file){.what = what, .target = -1, .item_count_max = item_count_max};
    bytes_init(&file->block, SIZE_MAX);
    file->items = calloc(item_count_max ? item_count_max : 1, sizeof(*file->items));
    int status = file->items ? find_target(file, path) : -ENOMEM;
    if (status == 0) {
        status = name_files(file);
    }
    if (status == 0) {
        status = report_journal_open(file->partial, head, tail, &file->journal);
    }
    if (status != 0) {
        refuse(file, path, status, error);
        release(file, false);
        return status;
    }
    *out = file;
    return 0;
}

int report_file_open_whole(const char *path, const char *what, struct report_file **out,
                           struct drill_error *error)
{
    static const struct bytes nothing;
    int status = report_file_open(path, what, 0, &nothing, &nothing, out, error);
    if (status != 0) {
        return status;
    }
    struct report_file *file = *out;
    report_journal_close(file->journal, false);
    file->journal = NULL;
    free(file->partial);
    file->partial = NULL;
    return 0;
}

int report_file_add(struct report_file *file, size_t index, const struct bytes *item,
                    const struct bytes *tail, struct drill_error *error)
{
    ASSERT(index < file->item_count_max);
    ASSERT(file->items[index].size == 0);
    ASSERT(item->size > 0);
    struct report_item *slot = &file->items[index];
    int status = report_journal_add(file->journal, item, tail, &slot->offset);
    if (status != 0) {
        return refuse(file, file->partial ? file->partial : file->path, status, error);
    }
    slot->size = item->size;
    return 0;
}

/* Writes the block when it is full; without an `out` it grows. */
static int pour(struct bytes *block, int out)
{
    if (out < 0 || block->size < COPY_BYTES) {
        return 0;
    }
    int status = write_all(out, block);
    bytes_clear(block);
    return status;
}

/* Adds the whole document to the block, or writes it to `out` where that is not -1. */
static int write_document(struct report_file *file, const struct bytes *head,
                          const struct bytes *tail, struct bytes *block, int out)
{
    int status = bytes_add(block, head->data, head->size);
    bool first = true;
    for (size_t i = 0; i < file->item_count_max && status == 0; i++) {
        const struct report_item *item = &file->items[i];
        if (item->size == 0) {
            continue;
        }
        status = bytes_add(block, first ? "\n" : ",\n", first ? 1 : 2);
        if (status == 0) {
            status = report_journal_read(file->journal, item->offset, item->size, block);
        }
        status = status == 0 ? pour(block, out) : status;
        first = false;
    }
    if (status == 0) {
        status = bytes_add(block, tail->data, tail->size);
    }
    return status == 0 && out >= 0 ? write_all(out, block) : status;
}

int report_file_read(struct report_file *file, const struct bytes *head, const struct bytes *tail,
                     struct bytes *out, struct drill_error *error)
{
    int status = write_document(file, head, tail, out, -1);
    return status == 0 ? 0 : refuse(file, NULL, status, error);
}

/* So that the new name survives a loss of power. Some file systems cannot flush a folder: then the
 * rename is as durable as they make it. */
static void flush_folder(const char *path)
{
    char *folder = strdup(path);
    char *slash = folder ? strrchr(folder, '/') : NULL;
    if (slash) {
        slash[slash == folder ? 1 : 0] = '\0';
    }
    int fd = folder ? open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        int ignored = fsync(fd);
        (void)ignored;
        close(fd);
    }
    free(folder);
}

static int replace_file(struct report_file *file, const struct bytes *head,
                        const struct bytes *tail)
{
    int out = create(file->fresh);
    if (out < 0) {
        return out;
    }
    bytes_clear(&file->block);
    int status = write_document(file, head, tail, &file->block, out);
    if (status == 0 && fsync(out) != 0) {
        status = -errno;
    }
    if (close(out) != 0 && status == 0) {
        status = -errno;
    }
    if (status == 0 && rename(file->fresh, file->path) != 0) {
        status = -errno;
    }
    if (status != 0) {
        unlink(file->fresh);
        return status;
    }
    flush_folder(file->path);
    return 0;
}

void report_file_abandon(struct report_file *file)
{
    release(file, true);
}

int report_file_close(struct report_file *file, const struct bytes *head, const struct bytes *tail,
                      struct drill_error *error)
{
    int status = 0;
    if (file->target >= 0) {
        bytes_clear(&file->block);
        status = write_document(file, head, tail, &file->block, file->target);
        if (close(file->target) != 0 && status == 0) {
            status = -errno;
        }
        file->target = -1;
    } else if (file->path) {
        status = replace_file(file, head, tail);
    }
    if (status != 0 && file->partial) {
        drill_error_set(error, "cannot write the %s to \"%s\": %s; what had finished is in \"%s\"",
                        file->what, file->path, strerror(-status), file->partial);
    } else if (status != 0) {
        refuse(file, file->path, status, error);
    }
    release(file, status != 0);
    return status;
}
