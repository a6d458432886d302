/* SPDX-License-Identifier: MIT */
/*
 * Tape files: a header, the events, and what a scenario has besides.
 *
 *   8 bytes   0x89 "sdtape" 0x0a
 *   1 byte    the version: TAPE_FILE_VERSION; others are refused
 *   1 byte    enum tape_use
 *   text      the plugin, as the scenario names it
 *   text      the events
 *   then, any number of times until the end: 1 byte enum tape_file_key, text
 *
 * A text is a number (tape_event.h) and so many bytes. Metadata says nothing to a run. A file that
 * does not begin with the eight bytes is a fuzz input: bare events, or the bytes of a stream or a
 * datagram; tape_target says which. Not thread-safe.
 */
#ifndef DRILL_FUZZ_TAPE_FILE_H
#define DRILL_FUZZ_TAPE_FILE_H

#include "bytes.h"
#include "check.h"
#include "plan.h"
#include "tape.h"

#define TAPE_FILE_VERSION   1
#define TAPE_FILE_BYTES_MAX ((size_t)256 << 20)
#define TAPE_FILE_LIST_MAX  ((size_t)1 << 20) /* tags, names */

enum tape_file_key {
    TAPE_FILE_TITLE = 1,
    TAPE_FILE_TAG = 2,     /* one each */
    TAPE_FILE_CLIENT = 3,  /* a name each, in the plan's order */
    TAPE_FILE_SPELLING = 4 /* the JSON of the expanded scenario */
};

struct tape_file {
    enum tape_use use;
    const char *plugin;
    const uint8_t *events; /* borrowed */
    size_t event_bytes;
    const char *title; /* "" when there is none */
    const char *const *tags;
    size_t tag_count;
    const char *const *clients;
    size_t client_count;
    const char *spelling;     /* NULL: none */
    struct plan_arena *arena; /* owns what was read, but for the events; NULL otherwise */
};

/* Whether the data begins as a tape file does. */
bool tape_file_is(const uint8_t *data, size_t size);

/* 0, -ENOMEM, or -EINVAL with a sentence; then there is nothing to free. The events stay borrowed
 * from `data`. */
int tape_file_read(const uint8_t *data, size_t size, struct tape_file *file,
                   struct drill_error *error);
void tape_file_fini(struct tape_file *file);

/* Appends the file: 0, -ENOMEM or -ENOSPC. */
int tape_file_write(const struct tape_file *file, struct bytes *out);

/* The decoded plan with the file's title, tags and names; names are taken only when they fit the
 * plan: as many as it has clients, each one that the loader takes, no two the same. */
void tape_file_name(const struct tape_file *file, const struct plan *decoded, struct plan *named);

/* What a bare input is for. */
enum tape_target_kind { TAPE_TARGET_TAPE, TAPE_TARGET_STREAM, TAPE_TARGET_DATAGRAM };

struct tape_target {
    enum tape_target_kind kind;
    char plugin[65];
};

/* "tape-uppercase", "stream-uppercase", "datagram-ack-ok". */
bool tape_target_parse(const char *name, size_t size, struct tape_target *target);
/* The nearest folder of a path that is called so. */
bool tape_target_of_path(const char *path, struct tape_target *target);
/* The events of a bare input: those that it is, or a peer that connects, sends these bytes (a
 * stream's in pieces of the receive buffer), shuts down and closes. 0, -ENOMEM or -ENOSPC. */
int tape_target_events(const struct tape_target *target, const uint8_t *data, size_t size,
                       struct bytes *events);

#endif
