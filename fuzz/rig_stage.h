/* SPDX-License-Identifier: MIT */
/*
 * A simulated network with one listener in it, and what the server told of what happened there.
 *
 * Made once. Each play begins with both as new and leaves nothing behind but the listener, which is
 * renewed in the cost of what was touched. Internal to rig_*.c; in place.
 */
#ifndef DRILL_FUZZ_RIG_STAGE_H
#define DRILL_FUZZ_RIG_STAGE_H

#include <stdbool.h>

#include "loop.h"
#include "plugin_host.h"
#include "prng.h"
#include "rig.h"
#include "server.h"
#include "world_sim.h"

#define RIG_SEED         UINT64_C(1) /* as scenarios have it unless they say otherwise */
#define RIG_RECV_BUFFER  1024u
#define RIG_REPLY_MAX    65536u
#define RIG_TIMERS_MAX   1000u  /* rounds of timers that a play may take while time stands still */
#define RIG_PIECES_MAX   4096u  /* receives of a play whose sizes are kept */
#define RIG_SMALL_BUFFER 256u   /* bytes, of the tight network */
#define RIG_SMALL_MEMORY 65536u /* small enough to be handed out in chunks of 64 bytes */

struct rig_stage {
    struct world *world;
    struct loop loop;
    struct run_clock clock;
    struct server server;
    const struct plugin *plugin;
    enum world_transport transport;
    struct listener *listener;
    struct world_address address; /* of the listener */
    unsigned timer_rounds;

    /* Told by the server since the play began. */
    uint64_t received, sent; /* bytes; UDP: datagrams */
    uint64_t sessions_open;
    bool finished, ended; /* receive returned 0; the session is over */
    enum session_end end;
    uint32_t pieces[RIG_PIECES_MAX]; /* sizes of the receives */
    size_t piece_count;              /* all of them; the first RIG_PIECES_MAX are kept */
};

/* `tight`: buffers of RIG_SMALL_BUFFER. Ends the process when the machine fails. */
void rig_stage_init(struct rig_stage *stage, const struct plugin *plugin,
                    enum world_transport transport, bool tight);
void rig_stage_fini(struct rig_stage *stage);

/* A socket that is connected to the listener. */
int rig_stage_connect(struct rig_stage *stage);
/* Dispatches what is ready and due; whether there was anything. */
bool rig_stage_turn(struct rig_stage *stage);
/* Nothing may be left of the play; then world and listener are as new. */
void rig_stage_clear(struct rig_stage *stage);

/* The plugin, checked as a host checks one. Ends the process with a sentence if it is refused. */
struct plugin *rig_adopt(const struct drill_descriptor *descriptor);

/* Where an input is cut: drawn from its hash. Mostly once, for every piece costs time; sometimes
 * often. */
struct rig_cuts {
    struct prng prng;
    unsigned left; /* cuts still to come */
    unsigned way;  /* below RIG_WAYS: how the input is played */
};
#define RIG_WAYS 3u
struct rig_cuts rig_cuts_of(const uint8_t *data, size_t size);
/* The size of the next piece, from 1 to `rest`; `rest` when no cut is left. */
size_t rig_cuts_next(struct rig_cuts *cuts, size_t rest);

#endif
