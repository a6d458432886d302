/* SPDX-License-Identifier: MIT */
/*
 * Between tape files and scenarios, both ways without loss.
 *
 * A scenario's own spelling (its notes, its payload files, the index of its repeats) travels as
 * metadata. It is given back only when it still loads to a plan with the very same events;
 * otherwise a scenario is made of the plan, which is loaded and compared before it is given out.
 * Not thread-safe.
 */
#ifndef DRILL_FUZZ_TAPE_CONVERT_H
#define DRILL_FUZZ_TAPE_CONVERT_H

#include "scenario.h"
#include "tape_file.h"

/* Appends the tape file of a plan that the loader made (with `bare` its events alone): 0, -ENOMEM
 * or -ENOSPC. */
int tape_from_plan(const struct plan *plan, const struct tape_plugin *plugin, bool bare,
                   struct bytes *out);

/* Appends the scenario of a tape. `path` is where it will lie: its folder is where files and
 * plugins of a spelling are looked for. 0, -ENOMEM, or -EINVAL with a sentence. `*seed` is what the
 * run's seed was, which a scenario cannot say. */
int tape_to_scenario(const struct tape_file *file, const struct tape_plugin *plugin,
                     const struct scenario_plugins *plugins, const char *path, struct bytes *text,
                     uint64_t *seed, struct drill_error *error);

/* A tape with room for the file's events: NULL without memory. */
struct tape *tape_of_file(const struct tape_file *file, const struct tape_plugin *plugin);

#endif
