/* SPDX-License-Identifier: MIT */
/*
 * The calls of a party that move bytes: what is sent is the slot's payload, what is received is
 * counted and verified. Each returns what the world returned; 0 or an error after many calls.
 */
#ifndef DRILL_CONFORM_TRANSFER_H
#define DRILL_CONFORM_TRANSFER_H

#include "party.h"

ssize_t transfer_send(struct party *party, const struct call *call);
ssize_t transfer_flood(struct party *party, const struct call *call, struct outcome *outcome);
ssize_t transfer_fill(struct party *party, const struct call *call, struct outcome *outcome);
ssize_t transfer_recv(struct party *party, const struct call *call, struct outcome *outcome);
ssize_t transfer_recvfrom(struct party *party, const struct call *call, struct outcome *outcome);
ssize_t transfer_drain(struct party *party, const struct call *call, struct outcome *outcome);

#endif
