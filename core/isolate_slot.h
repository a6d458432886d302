/* SPDX-License-Identifier: MIT */
/*
 * One place for a worker in the pool, as the parent sees it.
 *
 * A slot outlives the workers that take it one after another: its shared memory, output file and
 * buffers are made once. What concerns one process is here; which item goes where is the pool's
 * business. One thread.
 */
#ifndef DRILL_CORE_ISOLATE_SLOT_H
#define DRILL_CORE_ISOLATE_SLOT_H

#include <stdbool.h>
#include <sys/types.h>

#include "bytes.h"
#include "isolate_worker.h"

struct isolate_slot {
    pid_t pid;                       /* 0: nobody is here; what follows then means nothing */
    int requests[2];                 /* the reading end too, so that writing never raises SIGPIPE */
    int results;                     /* -1: closed */
    uint32_t line[ISOLATE_LINE_MAX]; /* items handed over and not answered, a ring */
    size_t line_first, line_count;   /* */
    uint64_t handed, answered;       /* items and results of this life */
    bool leaving;                    /* it sent its last result */
    bool garbled;                    /* it sent something that is not a result */
    uint64_t pulse, pulse_ns;        /* the last sign of life, and when it changed */
    bool probed;                     /* it gives no sign of life, and was looked at closely */
    uint64_t probed_ns;              /* when, */
    uint64_t probed_calls;           /* and what it had recorded then */
    bool asked;                      /* it was sent SIGQUIT */
    bool still;                      /* and had recorded nothing more */
    uint32_t asked_item;             /* while running this */
    bool traces;                     /* it can record */

    /* Kept from one worker to the next. */
    int output;                    /* -1: not made yet */
    struct isolate_shared *shared; /* NULL: not made yet */
    struct trace_store *trace;     /* shared as well; NULL: not made yet */
    struct bytes in;               /* received and not yet understood */
    bool doubted;                  /* the next worker's first item is doubt's, to compare */
    struct result doubt;           /* owned while `doubted` */
};

void isolate_slot_init(struct isolate_slot *slot);
/* Ends the worker, if any, and frees everything. */
void isolate_slot_fini(struct isolate_slot *slot);

/* Forks a worker, one that can record with `traces`. 0 or -errno; the child never returns. */
int isolate_slot_start(struct isolate_slot *slot, const struct isolate_worker *setup, bool traces);
/* Whether nothing was handed to the worker yet. */
bool isolate_slot_is_fresh(const struct isolate_slot *slot);
/* Asks the worker to leave when it has nothing to do; without waiting. */
void isolate_slot_dismiss(struct isolate_slot *slot);
/* Kills what is left of the worker, takes in the rest of what it sent, frees its place. Returns how
 * it ended (wait(2)). */
int isolate_slot_end(struct isolate_slot *slot);

/* Hands items over; there must be room in the line. */
void isolate_slot_hand(struct isolate_slot *slot, const struct isolate_request *requests,
                       size_t count);
/* The item at `position` of the line, from 0: the one that is answered next. */
uint32_t isolate_slot_line(const struct isolate_slot *slot, size_t position);
/* Takes the first item out of the line. */
void isolate_slot_answered(struct isolate_slot *slot);

/* Reads once: 1 when something came, 0 at the end (the worker is gone or closed its side), -EAGAIN,
 * -ENOMEM or -ENOSPC. */
int isolate_slot_read(struct isolate_slot *slot);

enum isolate_slot_patience { ISOLATE_SLOT_ALIVE, ISOLATE_SLOT_ASKED, ISOLATE_SLOT_LOST };

/* Looks for a sign of life at `now_ns`. A worker that owes something and gave none for `timeout_ns`
 * is asked for its backtrace; one that does not follow is lost. */
enum isolate_slot_patience isolate_slot_watch(struct isolate_slot *slot, uint64_t now_ns,
                                              uint64_t timeout_ns);
/* When the next look is due; CLOCK_NEVER_NS: the worker owes nothing. */
uint64_t isolate_slot_due_ns(const struct isolate_slot *slot, uint64_t timeout_ns);
/* Something was heard of the worker. */
void isolate_slot_heard(struct isolate_slot *slot, uint64_t now_ns);

#endif
