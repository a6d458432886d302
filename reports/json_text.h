/* SPDX-License-Identifier: MIT */
/*
 * JSON as a person reads it in a diff: what fits on a line stands on one, everything else has one
 * member per line, and lists of numbers are never broken up.
 *
 * The text depends on the values alone, so equal values give equal bytes. Integers only. Pure
 * functions; thread-safe.
 */
#ifndef DRILL_REPORTS_JSON_TEXT_H
#define DRILL_REPORTS_JSON_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "bytes.h"

#define JSON_TEXT_LINE_COLUMNS 100
#define JSON_TEXT_BYTES_MAX    ((size_t)64 << 20) /* one rendered result, far above what one is */

/* Adds `value`, whose first line begins in column `indent`. 0, or -errno; then `out` is as before.
 */
int json_text_add(struct bytes *out, const json_t *value, size_t indent);

/* Adds `"key": value` as a member of an object whose members begin in column `indent`. 0, or
 * -errno; then `out` may hold a part of it. */
int json_text_add_member(struct bytes *out, const char *key, const json_t *value, size_t indent);

/* The value on one line, however long. */
int json_text_add_line(struct bytes *out, const json_t *value);

/* A new string; bytes that are not UTF-8 become U+FFFD. NULL without memory. */
json_t *json_text_string(const char *text);
json_t *json_text_string_of(const void *text, size_t size);

/* A new integer; beyond INT64_MAX, which nothing honest reaches, INT64_MAX. */
json_t *json_text_integer(uint64_t value);

/* A new string of lower-case hexadecimal digits. */
json_t *json_text_hex(const uint8_t *data, size_t size);

/* Sets a member, stealing `value`. A `value` of NULL or a lack of memory turns `*status` into
 * -ENOMEM; it is never cleared, so that a builder checks once, at its end. */
void json_text_put(json_t *object, const char *key, json_t *value, int *status);
void json_text_append(json_t *array, json_t *value, int *status);
/* What a builder returns at its end: the value or, where `status` is not 0, NULL, and it is freed.
 */
json_t *json_text_whole(json_t *value, int status);

#endif
