/* SPDX-License-Identifier: MIT */
#include "report_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

/* One of the two files, or the only one. */
struct copy {
    int fd; /* -1: there is none */
    off_t tail_offset;
};

struct report_journal {
    char *name;         /* NULL: in memory */
    char *spare_name;   /* NULL: in memory */
    struct copy shown;  /* what the name stands for */
    struct copy hidden; /* fd -1: changed in place */
    uint64_t item_count;
    struct bytes missing; /* what the hidden copy has not got yet: the last item */
    struct bytes tail;    /* the one that is shown now */
    struct bytes block;   /* what is written next */
};

static int write_at(int fd, const struct bytes *bytes, off_t offset)
{
    for (size_t done = 0; done < bytes->size;) {
        ssize_t count = pwrite(fd, bytes->data + done, bytes->size - done, offset + (off_t)done);
        if (count < 0 && errno != EINTR) {
            return -errno;
        }
        done += count > 0 ? (size_t)count : 0;
    }
    return 0;
}

static void close_copy(struct copy *copy)
{
    if (copy->fd >= 0) {
        close(copy->fd);
    }
    copy->fd = -1;
}

/* A new file of its own with a whole document of no items in it. */
static int make_copy(const char *name, const struct bytes *document, off_t tail_offset,
                     struct copy *copy)
{
    if (name && unlink(name) != 0 && errno != ENOENT) {
        return -errno;
    }
    copy->fd = name ? open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666)
                    : memfd_create("sockdrill-journal", MFD_CLOEXEC);
    copy->tail_offset = tail_offset;
    if (copy->fd < 0) {
        return -errno;
    }
    int status = write_at(copy->fd, document, 0);
    if (status != 0) {
        close_copy(copy);
        if (name) {
            unlink(name);
        }
    }
    return status;
}

/* The document appears whole, under its name, and then gets its hidden copy. */
static int make_copies(struct report_journal *journal, const struct bytes *document,
                       off_t tail_offset)
{
    int status = make_copy(journal->spare_name, document, tail_offset, &journal->shown);
    if (status != 0 || !journal->name) {
        return status;
    }
    if (rename(journal->spare_name, journal->name) != 0) {
        status = -errno;
        unlink(journal->spare_name);
        return status;
    }
    status = make_copy(journal->spare_name, document, tail_offset, &journal->hidden);
    if (status != 0) {
        unlink(journal->name);
    }
    return status;
}

static void release(struct report_journal *journal)
{
    close_copy(&journal->shown);
    close_copy(&journal->hidden);
    bytes_fini(&journal->missing);
    bytes_fini(&journal->tail);
    bytes_fini(&journal->block);
    free(journal->name);
    free(journal->spare_name);
    free(journal);
}

static int name_files(struct report_journal *journal, const char *name)
{
    if (!name) {
        return 0;
    }
    journal->name = strdup(name);
    if (asprintf(&journal->spare_name, "%s.spare", name) < 0) {
        journal->spare_name = NULL;
    }
    return journal->name && journal->spare_name ? 0 : -ENOMEM;
}

int report_journal_open(const char *name, const struct bytes *head, const struct bytes *tail,
                        struct report_journal **out)
{
    struct report_journal *journal = calloc(1, sizeof(*journal));
    if (!journal) {
        return -ENOMEM;
    }
    journal->shown.fd = journal->hidden.fd = -1;
    bytes_init(&journal->missing, SIZE_MAX);
    bytes_init(&journal->tail, SIZE_MAX);
    bytes_init(&journal->block, SIZE_MAX);
    int status = name_files(journal, name);
    if (status == 0) {
        status = bytes_add(&journal->tail, tail->data, tail->size);
    }
    if (status == 0) {
        status = bytes_add(&journal->block, head->data, head->size);
    }
    if (status == 0) {
        status = bytes_add(&journal->block, tail->data, tail->size);
    }
    if (status == 0) {
        status = make_copies(journal, &journal->block, (off_t)head->size);
    }
    if (status != 0) {
        release(journal);
        return status;
    }
    *out = journal;
    return 0;
}

/* Fills the block: what the copy to be written has missed, the item, the tail. The memory for what
 * must be remembered afterwards is taken first: after the write nothing may fail. */
static int fill_block(struct report_journal *journal, const struct bytes *missed,
                      const char *separator, const struct bytes *item, const struct bytes *tail)
{
    struct bytes *block = &journal->block;
    bytes_clear(block);
    int status = bytes_add(block, missed->data, missed->size);
    if (status == 0) {
        status = bytes_add(block, separator, strlen(separator));
    }
    if (status == 0) {
        status = bytes_add(block, item->data, item->size);
    }
    if (status == 0) {
        status = bytes_add(block, tail->data, tail->size);
    }
    if (status == 0 && tail->size > journal->tail.size) {
        status = bytes_reserve(&journal->tail, tail->size - journal->tail.size);
    }
    return status == 0 ? bytes_reserve(&journal->missing, item->size + strlen(separator)) : status;
}

/* The two copies exchange their names. Which file systems can is only known by trying. */
static bool exchange(struct report_journal *journal)
{
    if (renameat2(AT_FDCWD, journal->spare_name, AT_FDCWD, journal->name, RENAME_EXCHANGE) != 0) {
        return false;
    }
    struct copy shown = journal->shown;
    journal->shown = journal->hidden;
    journal->hidden = shown;
    return true;
}

static void give_up_hidden(struct report_journal *journal)
{
    close_copy(&journal->hidden);
    unlink(journal->spare_name);
}

/* Writes the block to the hidden copy and shows that. -EOPNOTSUPP: change the document in place. */
static int write_hidden(struct report_journal *journal, const struct bytes *tail)
{
    struct copy *hidden = &journal->hidden;
    int status = write_at(hidden->fd, &journal->block, hidden->tail_offset);
    if (status != 0) {
        int ignored = ftruncate(hidden->fd, hidden->tail_offset);
        (void)ignored;
        return status;
    }
    hidden->tail_offset += (off_t)(journal->block.size - tail->size);
    if (!exchange(journal)) {
        give_up_hidden(journal);
        return -EOPNOTSUPP;
    }
    return 0;
}

/* The old tail's place is still ours on a full disk: it was written before. */
static int write_in_place(struct report_journal *journal, const struct bytes *tail)
{
    struct copy *shown = &journal->shown;
    int status = write_at(shown->fd, &journal->block, shown->tail_offset);
    if (status == 0) {
        shown->tail_offset += (off_t)(journal->block.size - tail->size);
    } else if (write_at(shown->fd, &journal->tail, shown->tail_offset) == 0) {
        int ignored = ftruncate(shown->fd, shown->tail_offset + (off_t)journal->tail.size);
        (void)ignored;
    }
    return status;
}

/* What the other copy lacks from now on, and what is shown. The memory is there: see fill_block. */
static void remember(struct report_journal *journal, const char *separator,
                     const struct bytes *item, const struct bytes *tail)
{
    bytes_clear(&journal->missing);
    bytes_clear(&journal->tail);
    int status = bytes_add(&journal->missing, separator, strlen(separator));
    status |= bytes_add(&journal->missing, item->data, item->size);
    status |= bytes_add(&journal->tail, tail->data, tail->size);
    ASSERT(status == 0);
    journal->item_count++;
}

int report_journal_add(struct report_journal *journal, const struct bytes *item,
                       const struct bytes *tail, uint64_t *offset)
{
    ASSERT(tail->size >= journal->tail.size);
    const char *separator = journal->item_count > 0 ? ",\n" : "\n";
    static const struct bytes nothing = {0};
    int status = -EOPNOTSUPP;
    if (journal->hidden.fd >= 0) {
        status = fill_block(journal, &journal->missing, separator, item, tail);
        status = status == 0 ? write_hidden(journal, tail) : status;
    }
    if (journal->hidden.fd < 0 && status == -EOPNOTSUPP) {
        status = fill_block(journal, &nothing, separator, item, tail);
        status = status == 0 ? write_in_place(journal, tail) : status;
    }
    if (status == 0) {
        remember(journal, separator, item, tail);
        *offset = (uint64_t)journal->shown.tail_offset - item->size;
    }
    return status;
}

int report_journal_read(const struct report_journal *journal, uint64_t offset, size_t size,
                        struct bytes *out)
{
    int status = bytes_reserve(out, size);
    for (size_t done = 0; done < size && status == 0;) {
        ssize_t count =
            pread(journal->shown.fd, out->data + out->size, size - done, (off_t)(offset + done));
        if (count == 0) {
            return -EIO;
        }
        status = count < 0 && errno != EINTR ? -errno : 0;
        done += count > 0 ? (size_t)count : 0;
        out->size += count > 0 ? (size_t)count : 0;
    }
    return status;
}

void report_journal_close(struct report_journal *journal, bool keep)
{
    if (journal->hidden.fd >= 0) {
        unlink(journal->spare_name);
    }
    if (journal->name && !keep) {
        unlink(journal->name);
    }
    release(journal);
}
