/* SPDX-License-Identifier: MIT */
/*
 * What the bare servers share: a listening socket on loopback and the line that names its port.
 *
 * For small programs: a failure here ends the program with a sentence on stderr. SIGTERM keeps its
 * default action, which is how the bench stops them.
 */
#ifndef BENCH_SERVERS_LISTEN_H
#define BENCH_SERVERS_LISTEN_H

/* A non-blocking listener on 127.0.0.1, port chosen by the kernel, whose sessions send without
 * Nagle's delay. The caller owns the descriptor. */
int listen_loopback(void);

/* Prints "listening NAME@tcp://127.0.0.1:PORT", the form of `sockdrill serve`. */
void listen_announce(const char *name, int listener);

#endif
