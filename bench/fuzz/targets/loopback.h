/* SPDX-License-Identifier: MIT */
/*
 * The plugin as a blocking server on real loopback sockets, and its client, in one process: what
 * fuzzing a socket program costs without a simulated network. Per exec TCP connects, accepts,
 * receives, transforms, sends and closes with RST, so that no TIME_WAIT piles up; UDP keeps its two
 * sockets. The plugin is bare.h's. One for the process; one thread.
 */
#ifndef BENCH_FUZZ_LOOPBACK_H
#define BENCH_FUZZ_LOOPBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Once, after bare_configure: a listener on 127.0.0.1 at a port that the kernel chooses. Ends the
 * process when the machine refuses, as loopback_play does. */
void loopback_open(bool udp);
void loopback_play(const uint8_t *data, size_t size);

#endif
