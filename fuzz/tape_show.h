/* SPDX-License-Identifier: MIT */
/* Events as lines for a person. Pure. */
#ifndef DRILL_FUZZ_TAPE_SHOW_H
#define DRILL_FUZZ_TAPE_SHOW_H

#include "bytes.h"
#include "tape_event.h"

/* Appends one line without its end: where the event stands, its name, what it carries; "injected"
 * where no peer can cause it. 0, -ENOMEM or -ENOSPC. */
int tape_show(const struct tape_event *event, struct bytes *line);

#endif
