/* SPDX-License-Identifier: MIT */
/*
 * Whether the documents that are made of a hostile report are what their readers take: each check
 * is an oracle, and ends the process at a finding (finding.h).
 *
 * The checks know how we write these formats and are stricter than any reader. Thread-safe.
 */
#ifndef DRILL_FUZZ_FACE_CHECK_H
#define DRILL_FUZZ_FACE_CHECK_H

#include <stddef.h>

#include "bytes.h"

/* No control character but newlines. */
void face_check_text(const char *oracle, const struct bytes *text);

/* Elements are closed in turn, every other < > & " and ' is an entity. */
void face_check_xml(const char *oracle, const struct bytes *text);

/* As many test points as `count`, numbered from 1; whatever is indented is a block of YAML that
 * ends, with one member per line. */
void face_check_tap(const char *oracle, const struct bytes *text, size_t count);

/* Of HTML, what we write ourselves and nothing else; at most `size_max` bytes. */
void face_check_markdown(const char *oracle, const struct bytes *text, size_t size_max);

#endif
