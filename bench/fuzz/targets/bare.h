/* SPDX-License-Identifier: MIT */
/*
 * A plugin called with as little round it as it takes: a config, a state, a buffer for the answer.
 *
 * What targets of the bench share that have no server loop. A plugin that asks for a service that
 * it cannot get here, or answers otherwise than DRILL_OK, ends the process: it does not belong in
 * this bench. One for the process; one thread.
 */
#ifndef BENCH_FUZZ_BARE_H
#define BENCH_FUZZ_BARE_H

#include <stddef.h>
#include <stdint.h>

#include <sockdrill/plugin.h>

#define BARE_RECV_BYTES      ((size_t)1024) /* the receive buffer of a server */
#define BARE_REPLY_BYTES_MAX ((size_t)65536)

/* Once: configures the plugin, which is borrowed for good, with its defaults. */
void bare_configure(const struct drill_descriptor *plugin);

/* A fresh session. */
void bare_open(void);
/* What the plugin answers to `size` bytes; borrowed until the next call. */
struct drill_bytes bare_transform(const uint8_t *data, size_t size);

/* The input whole and again cut, and the check that a target makes. TCP: in pieces of a receive
 * buffer and cut where stream-PLUGIN would, with the same answer. UDP: as one datagram and cut
 * where datagram-PLUGIN would. */
void bare_play(const uint8_t *data, size_t size);

#endif
