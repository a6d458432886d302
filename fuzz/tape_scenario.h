/* SPDX-License-Identifier: MIT */
/*
 * A plan as the JSON of a scenario.
 *
 * What is written loads to the same plan; payloads from files stand in the text, a repeat that used
 * its index is written out, and a seed of the run is not part of a scenario. A plan that expects
 * nothing gets an ending that the loader wants: `{"expect_server": {"alive": true}}` where that
 * must hold, else an assertion about the first connect (or that nobody came). Not thread-safe
 * (jansson).
 */
#ifndef DRILL_FUZZ_TAPE_SCENARIO_H
#define DRILL_FUZZ_TAPE_SCENARIO_H

#include "bytes.h"
#include "plan.h"
#include "tape.h"

/* Appends the text, which ends with a newline. The plan's title, tags and client names are those
 * that it has. 0, -ENOMEM or -ENOSPC. */
int tape_scenario(const struct plan *plan, const struct tape_plugin *plugin, struct bytes *text);

#endif
