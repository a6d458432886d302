/* SPDX-License-Identifier: MIT */
/*
 * From a minimized tape to a scenario that fails until the bug is mended.
 *
 * A fuzzer's plan expects nothing, a scenario does: connects that succeed, sends that are taken, a
 * server that is alive in the end. The scenario is played, and what disappoints it before it comes
 * to the finding is written into it, until it shows the finding. One thread.
 */
#ifndef DRILL_CLI_TAPE_REGRESS_H
#define DRILL_CLI_TAPE_REGRESS_H

#include "scenario.h"
#include "tape_judge.h"

struct tape_regress {
    struct bytes text; /* owned: the JSON */
    struct tape_finding sim, kernel;
    struct tape_finding both; /* where the two do not show the same: its sentence says where they
                                 part */
    bool injected;            /* no peer alone can cause it */
    bool sim_only;            /* the scenario cannot be played on real sockets */
    char why[1200];           /* not "": there is no scenario, and this is why */
};

/* The finding that is looked for is judge->wanted, and also the scenario's title. `path` is where
 * it will lie. 0; then `why` says whether there is a scenario. -EINTR, or -errno with judge->error.
 * To be freed in any case. */
int tape_regress_make(struct tape_judge *judge, const struct tape_plugin *plugin,
                      const struct scenario_plugins *plugins, const char *path,
                      const struct bytes *events, struct tape_regress *regress);
void tape_regress_fini(struct tape_regress *regress);

#endif
