/* SPDX-License-Identifier: MIT */
/*
 * The edits of minimize.c: how candidates are made of a tape.
 *
 * An edit has steps, numbered from 0; each gives one candidate, changes nothing, or is beyond the
 * end. Every candidate is simpler than the tape: it has fewer events, or as many and fewer bytes of
 * payload, smaller numbers, or more bytes that are 'a'. So a search ends. One thread.
 */
#ifndef DRILL_FUZZ_MINIMIZE_EDIT_H
#define DRILL_FUZZ_MINIMIZE_EDIT_H

#include "bytes.h"
#include "tape_event.h"

/* The simplest byte. */
#define MINIMIZE_BYTE 'a'

/* A tape and its events. */
struct minimize_tape {
    struct bytes bytes;
    struct tape_event *events; /* owned; their payloads lie in `bytes` */
    size_t count, capacity;
};

/* Canonical bytes of an event of one byte are up to TAPE_EVENT_HEAD_BYTES_MAX. */
size_t minimize_bytes_max(size_t size);
void minimize_tape_init(struct minimize_tape *tape, size_t size);
void minimize_tape_fini(struct minimize_tape *tape);
/* Becomes what the candidate is, in canonical bytes: 0 or -ENOMEM, -ENOSPC. */
int minimize_tape_take(struct minimize_tape *tape, const struct bytes *candidate);

enum minimize_edit_kind {
    MINIMIZE_INJECTED, /* nothing that no peer can cause */
    MINIMIZE_EVENTS,   /* without some neighbours */
    MINIMIZE_LISTS,    /* a repeat or `together` gives way to what it holds */
    MINIMIZE_CLIENTS,  /* two clients become one, or have smaller numbers */
    MINIMIZE_PAYLOADS, /* shorter payloads */
    MINIMIZE_NUMBERS,  /* smaller operands */
    MINIMIZE_BYTES     /* simpler bytes */
};
#define MINIMIZE_EDIT_COUNT (MINIMIZE_BYTES + 1)

enum minimize_edit_outcome { MINIMIZE_EDIT_END, MINIMIZE_EDIT_SAME, MINIMIZE_EDIT_MADE };

struct minimize_edit {
    uint64_t chunk; /* how many neighbours at a time */
    /* Puts the candidate into `out`, which is empty: an enum minimize_edit_outcome or -errno. */
    int (*make)(const struct minimize_tape *tape, const struct minimize_edit *edit, uint64_t step,
                struct bytes *out);
};

/* The chunk to begin with; 1 for an edit that knows none; 0: there is nothing to do. */
uint64_t minimize_edit_begin(const struct minimize_tape *tape, enum minimize_edit_kind kind,
                             struct minimize_edit *edit);

#endif
