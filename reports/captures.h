/* SPDX-License-Identifier: MIT */
/*
 * A folder of packet captures: one for each scenario and world, written as results come.
 *
 * A scenario's id is the capture's path below the folder: ID.pcap, or ID.sim.pcap and
 * ID.kernel.pcap where it runs in both worlds. No id leads out of the folder: what would is written
 * as %2E and %2F. Not thread-safe.
 */
#ifndef DRILL_REPORTS_CAPTURES_H
#define DRILL_REPORTS_CAPTURES_H

#include <stddef.h>

#include "check.h"
#include "plan.h"
#include "result.h"

struct captures;

/* Makes the folder where it is missing, and names all captures: `worlds` are those that were asked
 * for. The plans are borrowed until captures_close. 0, or -errno with a sentence (unwritable
 * folder, two captures of one name); then there is nothing to close. */
int captures_open(const char *folder, struct plan *const *plans, size_t plan_count,
                  enum plan_world worlds, struct captures **out, struct drill_error *error);

/* Writes the captures of a result, whose traces it needs; nothing for one that was skipped. 0, or
 * -errno with a sentence. */
int captures_add(struct captures *captures, const struct result *result, struct drill_error *error);

void captures_close(struct captures *captures);

#endif
