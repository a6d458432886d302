/* SPDX-License-Identifier: MIT */
/*
 * The programs that a bench compares: start, find their port, read their CPU time, stop.
 *
 * Only ever signals the one pid it started. A child is told to end when the bench dies, however it
 * dies. Single-threaded; a `struct process` is live from process_start() until process_stop().
 */
#ifndef BENCH_COMMON_PROCESS_H
#define BENCH_COMMON_PROCESS_H

#include "common/failure.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

struct process {
    pid_t pid;       /* 0: not running */
    int output;      /* read end of the child's stdout */
    clockid_t clock; /* CPU time of all its threads */
};

/* The path of `name` beside the running executable (`../bin/x` steps up from its folder). */
int process_beside(const char *name, char *path, size_t path_size, struct failure *failure);

/* Starts argv[0] with its stdout piped to us, bound to `cpu` (-1: to none). */
int process_start(struct process *process, const char *const argv[], int cpu,
                  struct failure *failure);

/* Reads one line of the child's stdout, without its newline, waiting at most `wait_ms`. */
int process_read_line(const struct process *process, char *line, size_t line_size, unsigned wait_ms,
                      struct failure *failure);

/* Reads stdout up to the first line that ends in ":NNN" and takes that as the port. */
int process_read_port(struct process *process, uint16_t *port, struct failure *failure);

/* CPU nanoseconds, user and system, used so far. */
uint64_t process_cpu_ns(const struct process *process);

/* SIGTERM, then SIGKILL if it is still there 5 s later. Returns the wait status; a process that is
 * not running gives 0. */
int process_stop(struct process *process);

/* What a process took, with those that it waited for. */
struct process_use {
    uint64_t elapsed_ns; /* from fork to reaped */
    uint64_t cpu_ns;     /* user and system */
    uint64_t memory_kib; /* the most that one of them had in memory at once */
};

/* Runs argv[0] to its end with both outputs appended to the file `log`. An exit status other than
 * `expected` is an error that names the log. */
int process_measure(const char *const argv[], const char *log, int expected,
                    struct process_use *use, struct failure *failure);

/* The same with an expected status of 0 and the elapsed time only. */
int process_run(const char *const argv[], const char *log, uint64_t *elapsed_ns,
                struct failure *failure);

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t process_now_ns(void);

#endif
