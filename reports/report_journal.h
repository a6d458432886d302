/* SPDX-License-Identifier: MIT */
/*
 * A list on the disk that grows item by item and is a whole document at every moment, whenever the
 * process is killed.
 *
 * A write may be cut short by SIGKILL, so the file that carries the name is never written to: there
 * are two copies, the hidden one (NAME.spare) is brought up to date, and then the two exchange
 * their names, which is atomic. Each item is therefore written twice. Where the file system cannot
 * exchange names the document is changed in place, with one write per item. Not thread-safe.
 */
#ifndef DRILL_REPORTS_REPORT_JOURNAL_H
#define DRILL_REPORTS_REPORT_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"

struct report_journal;

/* Begins with a document of `head` and `tail`; what had that name is replaced. A `name` of NULL
 * keeps the journal in memory. All bytes below are borrowed. 0 or -errno; then there is nothing to
 * close and no file is left. */
int report_journal_open(const char *name, const struct bytes *head, const struct bytes *tail,
                        struct report_journal **out);

/* Puts an item and the new tail, which is not shorter, in the place of the old tail. `*offset` is
 * where the item begins. 0, or -errno; then the document is what it was. */
int report_journal_add(struct report_journal *journal, const struct bytes *item,
                       const struct bytes *tail, uint64_t *offset);

/* Adds `size` bytes of the document to `out`. 0 or -errno. */
int report_journal_read(const struct report_journal *journal, uint64_t offset, size_t size,
                        struct bytes *out);

/* Frees, and removes the document unless `keep`. */
void report_journal_close(struct report_journal *journal, bool keep);

#endif
