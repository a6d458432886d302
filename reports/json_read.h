/* SPDX-License-Identifier: MIT */
/*
 * Reads a JSON file that a run wrote, or says in a sentence why it is none.
 *
 * `path` and `option`, the one of `sockdrill run` that writes such files ("--report"), are for
 * sentences. Not thread-safe.
 */
#ifndef DRILL_REPORTS_JSON_READ_H
#define DRILL_REPORTS_JSON_READ_H

#include <stddef.h>

#include <jansson.h>

#include "bytes.h"
#include "check.h"
#include "json_walk.h"

#define JSON_READ_BYTES_MAX  ((size_t)256 << 20)
#define JSON_READ_BYTES_ROOM (JSON_READ_BYTES_MAX + ((size_t)1 << 20)) /* of the text's bytes */

/* The value of a text, which the caller owns. 0, -EINVAL with a sentence, or -ENOMEM; unless 0
 * there is nothing to free. */
int json_read_text(const char *path, const char *option, const void *text, size_t size,
                   json_t **root, struct drill_error *error);

/* Tells why a walk through a text failed; `error` has its file. -EINVAL or -ENOMEM. */
int json_read_refuse(const struct json_walk *walk, const char *option, struct drill_error *error);

/* The text of a file, which may be a pipe. 0, -EINVAL with a sentence, or -ENOMEM. */
int json_read_file(const char *path, const char *option, struct bytes *text,
                   struct drill_error *error);

#endif
