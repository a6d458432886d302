/* SPDX-License-Identifier: MIT */
/*
 * A simulated network: sockets, accept queues, byte pipes, datagram queues and a virtual clock.
 *
 * It models what a program can observe of loopback through the socket API of Linux, not packets;
 * docs/SIMULATION.md says what is known to differ, and the conformance program compares the two
 * call by call. Everything is taken from pools that are set up once: after world_sim_new there is
 * no allocation, no system call and no wall clock. Delivery is synchronous unless a latency is
 * asked for. Time begins at 0 and moves only in `wait` and `pass`: `wait` without a ready socket
 * moves it to the next packet or timer until one is, or to the deadline; without a deadline and
 * with nothing under way it returns 0, for nothing can ever happen. `wait` and `pass` execute all
 * that is due at an instant before they return. Sockets that are ready at the same instant are told
 * in an order drawn from the seed. One world belongs to one thread.
 */
#ifndef DRILL_CORE_WORLD_SIM_H
#define DRILL_CORE_WORLD_SIM_H

#include "world.h"

/* Sizes of the pools; 0 stands for the default of each. Memory that is never used costs nothing.
 * An exhausted pool is an error of the call that needs it: -EMFILE of `socket`, -ENOBUFS of a
 * datagram, -EAGAIN of a stream; a connection that finds no socket goes unanswered, as with a full
 * accept queue. */
struct world_sim_options {
    uint32_t sockets_max;     /* 65,536: open ones, those that wait for accept, and closed ones that
                                 still have something to deliver */
    uint32_t datagrams_max;   /* 65,536: queued or under way, in all sockets together */
    uint32_t events_max;      /* 65,536: packets under way at once, with a latency */
    size_t memory_bytes;      /* 256 MiB: for all bytes that are queued in streams and datagrams, in
                                 chunks of 4 KiB; of less than 4 MiB in smaller ones */
    size_t send_buffer_bytes; /* 2.5 MiB: of a TCP socket that did not ask; holds what the peer
                                 has no room for */
    size_t receive_buffer_bytes; /* 1.5 MiB: of a TCP socket that did not ask */
};

/* What the network does to packets; all 0 is loopback. Percentages are of UDP datagrams and drawn
 * from the seed. */
struct world_sim_network {
    uint64_t latency_ns; /* of every packet, one way */
    uint32_t loss_percent;
    uint32_t duplicate_percent;
    uint32_t reorder_percent; /* overtaken by the next datagram to the same socket, if that
                                 comes within 1 ms */
};

/* NULL with errno set when the machine refuses; `options` NULL: all defaults. */
struct world *world_sim_new(const struct world_sim_options *options);

/* Back to a world as new (that one has seed 0 and loopback): every socket gone, time 0, another
 * seed and network (NULL: loopback). Costs what was touched since the last reset. */
void world_sim_reset(struct world *world, uint64_t seed, const struct world_sim_network *network);

/* Marks the world as it is, to come back to: it may have up to four sockets, with nothing queued,
 * under way or ready. False: it has more. */
bool world_sim_mark(struct world *world);

/* Back to the mark of this world, at a cost that hangs on what happened since. Only when what was
 * open then is open now, and nothing else: false, and nothing done, in any other case (an ended
 * connection may not be over yet: reset the world then). Network and seed stay. */
bool world_sim_rewind(struct world *world);

/* Sockets that are open now. */
uint32_t world_sim_open_sockets(const struct world *world);

/* Whether nothing is ready and nothing under way, so that a wait would only find out that there is
 * nothing to wait for. */
bool world_sim_still(const struct world *world);

/* Whether a pool had nothing left for somebody since the last reset: what followed is not what a
 * network would have done. */
bool world_sim_exhausted(const struct world *world);

/* When the nth retry (from 1) of an unanswered SYN is due, in ns after the first one; the kernel's
 * schedule. For one retry more than there are: when connect gives up with ETIMEDOUT. Beyond:
 * UINT64_MAX. */
uint64_t world_sim_syn_retry_ns(unsigned nth);

#endif
