/* SPDX-License-Identifier: MIT */
/*
 * The shipped suite and its plugins, ready to be played in simulated worlds without anything but
 * memory.
 *
 * rig_open() does all that needs files and processes; rig_play() is what a worker does per
 * scenario. rig_close() frees. One thread.
 */
#ifndef DRILL_TESTS_RIG_H
#define DRILL_TESTS_RIG_H

#include "plugin_host.h"
#include "runner.h"
#include "scenario.h"

/* A simulated world with its runner. */
struct rig_world {
    struct world *world;
    struct runner *runner;
};

struct rig {
    struct suite suite;
    const struct plugin **plugin_of; /* by plan; NULL: the plan is not for the simulated world */
    struct plugin **plugins;         /* owned, each once */
    size_t plugin_count;
    struct trace_store *store;
    struct runner_progress progress;
};

struct rig_outcome {
    bool good;        /* the verdict that was hoped for */
    uint8_t hash[16]; /* of the trace */
    uint64_t events;  /* in it */
};

/* Loads the scenarios below `folder`, with plugins from `plugin_folders`. 0, or -errno with a
 * sentence; `rig` must be closed whatever is returned. */
int rig_open(struct rig *rig, const char *folder, const char *plugin_folders,
             struct drill_error *error);
void rig_close(struct rig *rig);

/* Whether the plan runs in the simulated world. */
bool rig_allows(const struct rig *rig, size_t plan);

/* 0, or -ENOMEM with nothing to free. */
int rig_world_new(struct rig *rig, struct rig_world *world);
void rig_world_free(struct rig_world *world);

/* Plays one plan in a world that was reset for it. `error` gets the sentence of a bad outcome. 0,
 * or -errno without an outcome. */
int rig_play(struct rig *rig, struct rig_world *world, size_t plan, struct rig_outcome *outcome,
             struct drill_error *error);

#endif
