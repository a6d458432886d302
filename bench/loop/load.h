/* SPDX-License-Identifier: MIT */
/*
 * The load client: many connections to one server, each a closed loop, every reply checked.
 *
 * A connection is an endless byte stream that must come back in upper case. It keeps at most
 * `window_bytes` unanswered and sends `chunk_bytes` at a time: equal numbers make a ping-pong, a
 * large window makes a bulk stream. Single-threaded; load_run() owns everything it opens.
 */
#ifndef BENCH_LOOP_LOAD_H
#define BENCH_LOOP_LOAD_H

#include "common/failure.h"
#include "common/process.h"

#include <stddef.h>
#include <stdint.h>

#define LOAD_CHUNK_BYTES_MAX 65536

struct load_plan {
    unsigned connections;
    size_t chunk_bytes; /* at most LOAD_CHUNK_BYTES_MAX and window_bytes */
    size_t window_bytes;
    uint64_t warm_ns;    /* load before the measured window */
    uint64_t measure_ns; /* after it nothing is sent, and what is still out is waited for */
};

struct load_figures {
    uint64_t bytes; /* answered */
    uint64_t elapsed_ns;
    uint64_t server_cpu_ns;
    uint64_t client_cpu_ns;
};

/* Connects, checks one chunk per connection, warms up, measures, and resets every connection. */
int load_run(const struct load_plan *plan, const struct process *server, uint16_t port,
             struct load_figures *figures, struct failure *failure);

#endif
