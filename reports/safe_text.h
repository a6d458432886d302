/* SPDX-License-Identifier: MIT */
/*
 * Text that others supplied, made fit for a terminal or a JSON file.
 *
 * Titles, file names, plugin output and payloads may hold anything: escape sequences, bidirectional
 * controls, broken UTF-8. What is shown is either harmless or visibly escaped. Pure functions;
 * thread-safe.
 */
#ifndef DRILL_REPORTS_SAFE_TEXT_H
#define DRILL_REPORTS_SAFE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"

/* Bytes of the well-formed UTF-8 sequence that begins `text` (RFC 3629), or 0; its code point in
 * `*code`. */
size_t safe_text_sequence(const uint8_t *text, size_t size, uint32_t *code);

/* Printable ASCII, newline and tab only. */
bool safe_text_is_plain(const uint8_t *text, size_t size);

/* Adds `text` with everything that is not printable as \xNN or \u{NNNN}. 0 or the error of
 * bytes_add. */
int safe_text_add(struct bytes *out, const void *text, size_t size);

/* The same between double quotes, with \n, \r, \t, \" and \\ as in C: for payloads. */
int safe_text_add_quoted(struct bytes *out, const void *text, size_t size);

/* Adds `text` as well-formed UTF-8: each byte that breaks it becomes U+FFFD. */
int safe_text_add_utf8(struct bytes *out, const void *text, size_t size);

/* Adds `text`, which is well-formed UTF-8, with the ASCII letters in `special` as entities of HTML
 * and XML, so that they are no markup. */
int safe_text_add_entities(struct bytes *out, const void *text, size_t size, const char *special);

/* Adds `text` in single quotes, so that a POSIX shell reads it as one word. */
int safe_text_add_shell(struct bytes *out, const char *text);

#endif
