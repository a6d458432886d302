/* SPDX-License-Identifier: MIT */
/*
 * The faces of a diff of fuzz reports: text for a terminal, Markdown for a pull request, JSON
 * (fuzz-diff.schema.json), which is canonical.
 *
 * Names and fingerprints are other people's, and made harmless as in diff_text.h. Pure functions;
 * thread-safe. Each returns 0 or -errno.
 */
#ifndef DRILL_REPORTS_FUZZ_DIFF_TEXT_H
#define DRILL_REPORTS_FUZZ_DIFF_TEXT_H

#include <stdbool.h>

#include "bytes.h"
#include "fuzz_diff.h"

int fuzz_diff_text_add(struct bytes *out, const struct fuzz_diff *diff, bool color);

/* At most MARKDOWN_BYTES_MAX: entries that do not fit are counted. */
int fuzz_diff_markdown_add(struct bytes *out, const struct fuzz_diff *diff);

int fuzz_diff_json_add(struct bytes *out, const struct fuzz_diff *diff);

#endif
