/* SPDX-License-Identifier: MIT */
/*
 * How a list of results reaches the disk so that an interrupted run loses nothing that had
 * finished.
 *
 * The document is a head, items parted by commas, and a tail. FILE.partial is a journal that holds
 * a whole document at every moment (report_journal.h). report_file_close writes all items in order
 * to FILE.new, flushes it to the disk and renames it into place. Where FILE is not a regular file
 * (a pipe, /dev/stdout) there is nothing to rename: the journal is kept in memory and the document
 * is written straight to it at the end. Symbolic links are followed. The document is also to be
 * had in memory, with or without a FILE. Not thread-safe.
 */
#ifndef DRILL_REPORTS_REPORT_FILE_H
#define DRILL_REPORTS_REPORT_FILE_H

#include <stddef.h>

#include "bytes.h"
#include "check.h"

struct report_file;

/* `what` names the document in sentences ("report"); borrowed, like `head` and `tail` everywhere
 * below. A `path` of NULL: there is no FILE, and the items are for report_file_read alone. 0, or
 * -errno with a sentence that names the file; then there is nothing to close. */
int report_file_open(const char *path, const char *what, size_t item_count_max,
                     const struct bytes *head, const struct bytes *tail, struct report_file **out,
                     struct drill_error *error);

/* For a document that is there as a whole at the end, as the head that report_file_close gets: it
 * has no items, and nothing lies on the disk until then. That it can be written is tried here. 0,
 * or -errno with a sentence. */
int report_file_open_whole(const char *path, const char *what, struct report_file **out,
                           struct drill_error *error);

/* Adds item number `index`, which was not added before. When the disk is full the journal stays the
 * whole document that it was. 0, or -errno with a sentence. */
int report_file_add(struct report_file *file, size_t index, const struct bytes *item,
                    const struct bytes *tail, struct drill_error *error);

/* Adds the final document to `out`. 0, or -errno with a sentence; then `out` holds a part of it. */
int report_file_read(struct report_file *file, const struct bytes *head, const struct bytes *tail,
                     struct bytes *out, struct drill_error *error);

/* Writes the final document and frees `file` in any case. 0, or -errno with a sentence; then the
 * journal stays and an older FILE is as it was. */
int report_file_close(struct report_file *file, const struct bytes *head, const struct bytes *tail,
                      struct drill_error *error);

/* Frees `file` where the final document cannot be made; the journal stays. */
void report_file_abandon(struct report_file *file);

#endif
