/* SPDX-License-Identifier: MIT */
/*
 * What a process that is about to die can still say: which signal, and where it stood.
 *
 * A child calls isolate_crash_watch with a record in memory that it shares with its parent. When a
 * fatal signal comes, or SIGQUIT because the parent lost patience, the handler notes the addresses
 * on the stack and copies the process's memory map; the parent turns both into frames after the
 * child is gone, where it is safe to allocate. One record per process.
 */
#ifndef DRILL_CORE_ISOLATE_CRASH_H
#define DRILL_CORE_ISOLATE_CRASH_H

#include <stddef.h>
#include <stdint.h>

#include "result.h"

#define ISOLATE_CRASH_ADDRESSES_MAX (RESULT_FRAMES_MAX + 16) /* the handler's own come on top */
#define ISOLATE_CRASH_MAPS_BYTES    ((size_t)1 << 18)

/* How a process that recorded its backtrace for SIGQUIT ends. */
#define ISOLATE_CRASH_ASKED_STATUS 86

struct isolate_crash {
    volatile int signal;                             /* 0: nothing was recorded */
    volatile uint32_t address_count;                 /* filled below */
    uint64_t addresses[ISOLATE_CRASH_ADDRESSES_MAX]; /* the first is where it stood; the others are
                                                        return addresses */
    volatile size_t maps_size;
    char maps[ISOLATE_CRASH_MAPS_BYTES]; /* /proc/self/maps, cut at whole reads */
};

/* Installs the handlers in this process. What stands above `base`, a return address, is the
 * parent's past and is not recorded. 0, or -errno when there is no memory for the handlers' stack.
 */
int isolate_crash_watch(struct isolate_crash *record, const void *base);

/* Forgets what was recorded: the record serves the next process. */
void isolate_crash_clear(struct isolate_crash *record);

/* Adds the frames to `trouble`. The record may hold anything: the process that wrote it was broken.
 * 0 or -ENOMEM. */
int isolate_crash_frames(const struct isolate_crash *record, struct result_trouble *trouble);

/* "SIGSEGV" and "invalid memory access"; of a signal that has no name "signal 42" and "no name".
 * `text` is room for the former. */
#define ISOLATE_CRASH_NAME_BYTES 32
const char *isolate_crash_signal_name(int signal, char text[ISOLATE_CRASH_NAME_BYTES]);
const char *isolate_crash_signal_meaning(int signal);

#endif
