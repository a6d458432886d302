/* SPDX-License-Identifier: MIT */
/*
 * The servers that the bench compares, the kinds of load it puts on them, and what it measured.
 *
 * The order of `enum contender_id` is the order of a round and of the table. Open structs, owned by
 * main(); single-threaded.
 */
#ifndef BENCH_LOOP_CONTENDER_H
#define BENCH_LOOP_CONTENDER_H

#include "common/process.h"
#include "common/spread.h"
#include "loop/load.h"

#include <limits.h>

enum contender_id {
    CONTENDER_SOCKDRILL,
    CONTENDER_EPOLL,
    CONTENDER_LIBUV,
    CONTENDER_LIBEVENT,
    CONTENDER_LIBEV,
    CONTENDER_COUNT
};

enum mode_id { MODE_1, MODE_64, MODE_1000, MODE_BULK, MODE_COUNT };

/* One kind of load. */
struct mode {
    const char *title;
    unsigned connections;
    size_t chunk_bytes;
    size_t window_bytes;
    size_t message_bytes; /* what counts as one message in the table */
};

extern const struct mode contender_modes[MODE_COUNT];

/* A round's figures of one server under one load. */
struct outcome {
    struct spread messages_per_s;
    struct spread cpu_ns;                   /* of the server, per message */
    struct spread server_busy, client_busy; /* share of one CPU, 0 to 1 */
};

struct contender {
    const char *name;
    char path[PATH_MAX];
    struct process process;
    uint16_t port;
    struct outcome outcomes[MODE_COUNT];
};

/* Names each server and finds its program; `sockdrill_path` NULL means the one beside us. */
int contender_find_all(struct contender contenders[CONTENDER_COUNT], const char *sockdrill_path,
                       struct failure *failure);

/* Starts each server on `cpu` (-1: any). On failure those that started are still to be stopped. */
int contender_start_all(struct contender contenders[CONTENDER_COUNT], int cpu,
                        struct failure *failure);

/* Stops each running server. Returns -ECHILD if sockdrill did not drain and exit with 0. */
int contender_stop_all(struct contender contenders[CONTENDER_COUNT], struct failure *failure);

/* Puts one load on one server and records the figures. */
int contender_measure(struct contender *contender, enum mode_id mode, uint64_t warm_ns,
                      uint64_t measure_ns, struct failure *failure);

#endif
