/* SPDX-License-Identifier: MIT */
/*
 * Draws sequences from a seed: the same seed gives the same sequence on every machine.
 *
 * Uniform calls would hardly ever establish a connection, so each sequence has a theme that leads
 * into states worth comparing (connections that end in every way, full accept queues, datagrams),
 * and a share of calls that make no sense there.
 */
#ifndef DRILL_CONFORM_DRAW_H
#define DRILL_CONFORM_DRAW_H

#include "sequence.h"

void draw_sequence(uint64_t seed, struct sequence *sequence);

#endif
