/* SPDX-License-Identifier: MIT */
/*
 * Draws sockets with what brings them into being, and single calls with their numbers and targets.
 */
#ifndef DRILL_CONFORM_DRAW_CALL_H
#define DRILL_CONFORM_DRAW_CALL_H

#include "drawing.h"

/* Each does nothing when all slots are given. */
/* Returns its slot or TARGET_NONE. */
int draw_call_stream(struct drawing *drawing, enum guess_state state, bool six);
void draw_call_listener(struct drawing *drawing, bool six);
/* Connects to some listener, sometimes to nowhere. */
void draw_call_client(struct drawing *drawing);
/* Accepts at some listener, if there is one. */
void draw_call_accept(struct drawing *drawing);
void draw_call_datagram(struct drawing *drawing, bool six);

/* One call on a slot, with what it takes. */
void draw_call_on(struct drawing *drawing, int op, int slot);

#endif
