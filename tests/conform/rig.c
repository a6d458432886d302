/* SPDX-License-Identifier: MIT */
/* Opens the worlds and plays single sequences. */
#include "rig.h"

#include <errno.h>
#include <string.h>

#include "clock.h"
#include "shrink.h"
#include "world_sim.h"

/* A busy machine may take so long to deliver what is on its way. */
#define RIG_PATIENCE_NS (200 * CLOCK_MS)
/* How often a difference may hide before it is called unrepeatable. */
#define RIG_REPEATS 5
/* The order of the events of one `wait` does not matter here, so one seed does. */
#define RIG_SIM_SEED 1

static struct world *rig_world(enum rig_kind kind)
{
    return kind == RIG_KERNEL ? world_kernel_new() : world_sim_new(NULL);
}

int rig_open(struct rig *rig, enum rig_kind first, enum rig_kind second, enum lie lie)
{
    static const char *const names[] = {[RIG_KERNEL] = "kernel", [RIG_SIM] = "sim"};
    memset(rig, 0, sizeof(*rig));
    rig->kinds[0] = first;
    rig->kinds[1] = second;
    rig->worlds[0] = rig_world(first);
    rig->worlds[1] = rig->worlds[0] ? rig_world(second) : NULL;
    if (!rig->worlds[1]) {
        int error = errno;
        world_free(rig->worlds[0]);
        return -error;
    }
    liar_init(&rig->liar, rig->worlds[1], lie);
    rig->lockstep.worlds[0] = rig->worlds[0];
    rig->lockstep.worlds[1] = lie == LIE_NONE ? rig->worlds[1] : &rig->liar.world;
    rig->lockstep.names[0] = names[first];
    rig->lockstep.names[1] = lie == LIE_NONE ? names[second] : "liar";
    rig->lockstep.patience_ns = RIG_PATIENCE_NS;
    return 0;
}

void rig_close(struct rig *rig)
{
    world_free(rig->worlds[0]);
    world_free(rig->worlds[1]);
}

enum lockstep_end rig_play(struct rig *rig, const struct sequence *sequence)
{
    enum lockstep_end end = lockstep_run(&rig->lockstep, sequence);
    liar_reset(&rig->liar);
    for (int i = 0; i < 2; i++) {
        if (rig->kinds[i] == RIG_SIM) {
            ASSERT(world_sim_open_sockets(rig->worlds[i]) == 0);
            world_sim_reset(rig->worlds[i], RIG_SIM_SEED, NULL);
        }
    }
    return end;
}

bool rig_repeats(struct rig *rig, const struct sequence *sequence)
{
    for (int i = 0; i < RIG_REPEATS; i++) {
        if (rig_play(rig, sequence) == LOCKSTEP_DIFFERS) {
            return true;
        }
    }
    return false;
}

static enum lockstep_end play_for_shrink(void *context, const struct sequence *sequence)
{
    return rig_play(context, sequence);
}

void rig_shrink(struct rig *rig, struct sequence *sequence)
{
    struct sequence whole = *sequence;
    struct lockstep_counts counts = rig->lockstep.counts;
    shrink(&rig->lockstep, sequence, play_for_shrink, rig);
    if (!rig_repeats(rig, sequence)) {
        /* Only lateness was left of it. */
        *sequence = whole;
    }
    rig->lockstep.counts = counts;
}

static const char *end_text(enum lockstep_end end)
{
    switch (end) {
    case LOCKSTEP_SAME:
        return "no difference";
    case LOCKSTEP_DIFFERS:
        return "differs";
    case LOCKSTEP_CUT:
        return "cut short: buffers are full and cannot be levelled";
    case LOCKSTEP_COINCIDENCE:
        return "cut short: a port came up twice";
    }
    return "";
}

void rig_tell(const struct rig *rig, const struct sequence *sequence, enum lockstep_end end,
              FILE *out)
{
    const struct lockstep *lockstep = &rig->lockstep;
    char call[SEQUENCE_CALL_TEXT];
    char texts[2][OUTCOME_TEXT];
    fprintf(out, "       %-24s %-36s %s\n", "call", lockstep->names[0], lockstep->names[1]);
    for (int i = 0; i < lockstep->calls; i++) {
        bool last = i + 1 == lockstep->calls && end == LOCKSTEP_DIFFERS;
        const struct call *made = &sequence->calls[i];
        fprintf(out, "%s %3d  %-24s %-36s %s\n", last ? "->" : "  ", i + 1,
                sequence_call_text(made, call),
                outcome_text(made, &lockstep->outcomes[i][0], texts[0]),
                outcome_text(made, &lockstep->outcomes[i][1], texts[1]));
    }
    fprintf(out, "       %s\n", end_text(end));
}

enum lockstep_end rig_show(struct rig *rig, const struct sequence *sequence, FILE *out)
{
    enum lockstep_end end = rig_play(rig, sequence);
    rig_tell(rig, sequence, end, out);
    return end;
}
