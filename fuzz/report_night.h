/* SPDX-License-Identifier: MIT */
/*
 * The fuzz report: what a night of fuzzing came to, as JSON that can be compared with last night's.
 *
 * fuzz/nightly.sh leaves a folder of small files, read here: `night`, which holds the line
 * "complete" when the night came to its end, and one for each target, named after it, of lines
 *
 *   target NAME                                                    the first
 *   run ENGINE execs N ms N [stability N]                          the same engine's are added up
 *   finding FINGERPRINT [sim VERDICT kernel VERDICT scenario FILE]
 *   coverage FILE COVERED TOTAL                                    in order of file
 *   corpus files N bytes N
 *   end                                                            the target was done
 *
 * The report depends on their contents alone: integers only, no times of day, no machines, no
 * paths outside the sources. Everything else in the folder is refused with its place. Not
 * thread-safe.
 */
#ifndef DRILL_FUZZ_REPORT_NIGHT_H
#define DRILL_FUZZ_REPORT_NIGHT_H

#include "bytes.h"
#include "check.h"

#define REPORT_NIGHT_SCHEMA_VERSION 1
#define REPORT_NIGHT_TARGETS_MAX    1000
#define REPORT_NIGHT_LINES_MAX      100000 /* of one file */
#define REPORT_NIGHT_NUMBER_MAX     UINT64_C(1000000000000000)

/* Appends the report: 0, -ENOMEM, -ENOSPC, or -EINVAL with the place and a sentence. */
int report_night_of_folder(const char *folder, struct bytes *out, struct drill_error *error);

#endif
