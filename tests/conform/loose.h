/* SPDX-License-Identifier: MIT */
/*
 * What is loose in a lockstep: the streams and datagram queues about which the kernel decides as it
 * likes how much fits and when room comes back. Belongs to lockstep.c and level.c.
 */
#ifndef DRILL_CONFORM_LOOSE_H
#define DRILL_CONFORM_LOOSE_H

#include "lockstep.h"

/* Notes what an executed call may have made loose. */
void loose_note(struct lockstep *lockstep, const struct call *call, const struct outcome *outcomes);

/* Notes what an executed call has tightened; after its outcomes were compared. */
void loose_tighten(struct lockstep *lockstep, const struct call *call,
                   const struct outcome *outcomes);
/* The stream of `sender` was read. `over`: a receive has told its end in both worlds. */
void loose_tighten_stream(struct lockstep *lockstep, int sender, bool over);
/* The datagrams that waited at the slot were read. */
void loose_tighten_queue(struct lockstep *lockstep, int slot);

/* Bytes that one world has accepted from the slot and that its peer has not read. */
uint64_t loose_under_way(const struct party *party, int sender);
/* Whether more may come after a receive returned this. */
bool loose_may_go_on(const struct party *party, int receiver, int status);

/* Whether the call is about a connection with a loose stream, in either direction. What such a call
 * finds hangs on how much has got through: whether the end of the stream, or the reset that
 * unwelcome data provokes, is there already. */
bool loose_blurs(const struct lockstep *lockstep, const struct call *call,
                 const struct outcome *outcomes);

/* Whether two outcomes of `wait` differ in nothing but room that a kernel holds back. */
bool loose_holds_room(const struct lockstep *lockstep, const struct call *call,
                      const struct outcome *outcomes);

#endif
