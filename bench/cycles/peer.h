/* SPDX-License-Identifier: MIT */
/*
 * The socket calls that both hand-written cycles make, with a sentence for each that can fail.
 *
 * Descriptors belong to the caller. Single-threaded.
 */
#ifndef BENCH_CYCLES_PEER_H
#define BENCH_CYCLES_PEER_H

#include "common/failure.h"
#include "cycles/cycles.h"

#include <netinet/in.h>

/* A listener on 127.0.0.1 with the port that the kernel chose in `*address`. `flags` are those of
 * socket(2), such as SOCK_NONBLOCK. Returns the descriptor or -errno. */
int peer_listen(int flags, struct sockaddr_in *address, struct failure *failure);

/* The client's request, and its check of the reply. */
int peer_ask(int client, struct failure *failure);
int peer_check(int client, struct failure *failure);

/* Closes the client, with FIN or with RST. */
void peer_end(int client, enum cycle_end end);

/* One receive of the server: answers in upper case and returns 1; 0 when the connection ended. */
int peer_serve(int session, struct failure *failure);

#endif
