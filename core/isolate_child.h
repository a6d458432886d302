/* SPDX-License-Identifier: MIT */
/*
 * Child processes that may run foreign code: how they are born and how they are put away.
 *
 * A child has its own process group (Ctrl-C is the parent's business), default signal dispositions,
 * an empty standard input, its standard output and error in a memory file, none of the parent's
 * descriptors but those it is given, no core files, a bound on what it writes, and it dies with its
 * parent. A plugin that calls exit in it cannot reach the parent's exit handlers or buffers.
 */
#ifndef DRILL_CORE_ISOLATE_CHILD_H
#define DRILL_CORE_ISOLATE_CHILD_H

#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

#define ISOLATE_CHILD_KEEP_MAX     2
#define ISOLATE_CHILD_KEEP_FIRST   3 /* the descriptors that a child is given start here */
#define ISOLATE_CHILD_OUTPUT_BYTES ((size_t)64 << 10)

/* How a child ends that could not become what the paragraph above promises. */
#define ISOLATE_CHILD_BROKEN_STATUS 87

/* A file for a child's output, or -errno. */
int isolate_child_output_new(void);
/* Empties it for the next child. */
void isolate_child_output_clear(int output);
/* What was written, cut at ISOLATE_CHILD_OUTPUT_BYTES, as a string; owned. NULL: nothing, or no
 * memory. */
char *isolate_child_output_read(int output);

/* Raises this process's limit on descriptors as far as it goes; children inherit it. Returns it. */
rlim_t isolate_child_raise_descriptors(void);

/* A pipe whose ends are closed on exec: 0 or -errno. */
int isolate_child_pipe(int ends[2]);

/* Like fork(2): the child's id in the parent, 0 in the child, or -errno. The child finds keep[i] as
 * descriptor ISOLATE_CHILD_KEEP_FIRST + i, and every other one closed. */
pid_t isolate_child_fork(int output, const int *keep, size_t keep_count);

/* Ends the calling child without any exit handler. */
_Noreturn void isolate_child_leave(int status);

/* Kills the child and what it may have started, reaps it and says how it ended (wait(2)). A child
 * that had ended before keeps its status. */
int isolate_child_end(pid_t pid);

#endif
