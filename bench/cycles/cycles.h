/* SPDX-License-Identifier: MIT */
/*
 * The cycle that `bench run` and `bench sim` count, written by hand in C: connect, send "hello",
 * receive "HELLO", close; client and server in this one process, one cycle after the other, without
 * a harness.
 *
 * Each call opens its own listener and closes all it opened. The server sees the end of each
 * connection before the next one starts, as it does in a scenario.
 */
#ifndef BENCH_CYCLES_CYCLES_H
#define BENCH_CYCLES_CYCLES_H

#include "common/failure.h"

#include <stdint.h>

/* How the client ends the connection. */
enum cycle_end { CYCLE_FIN, CYCLE_RESET };

#define CYCLE_END_COUNT 2

/* Blocking sockets, one call after the other: the least that can be done. */
int cycles_blocking(unsigned count, enum cycle_end end, uint64_t *elapsed_ns,
                    struct failure *failure);

/* Non-blocking sockets, both sides in one epoll loop: what a harness has to do at least. */
int cycles_epoll(unsigned count, enum cycle_end end, uint64_t *elapsed_ns, struct failure *failure);

#endif
