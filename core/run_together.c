/* SPDX-License-Identifier: MIT */
/* `together`: lists of steps that run concurrently, in an order that the seed chooses. */
#include <errno.h>
#include <stdlib.h>

#include "run.h"

/* A composite step's lanes, each from its beginning. */
enum step_state together_begin(struct run *run, struct lane *lane, const struct plan_step *step)
{
    size_t count = step->together.lane_count;
    lane->lanes = calloc(count, sizeof(*lane->lanes));
    if (!lane->lanes) {
        return run_machine_failed(run, -ENOMEM);
    }
    lane->lane_count = count;
    lane->order.state = step->together.has_seed ? step->together.seed : run->seed;
    for (size_t i = 0; i < count; i++) {
        lane_begin(&lane->lanes[i], step->together.lanes[i], lane);
    }
    return STEP_DONE;
}

/* One of the lanes that are neither finished nor asleep, chosen by the seed; NULL when there is
 * none. */
static struct lane *together_choose(struct lane *lane)
{
    size_t awake = 0;
    for (size_t i = 0; i < lane->lane_count; i++) {
        awake += !lane_is_finished(&lane->lanes[i]) && !lane->lanes[i].asleep ? 1 : 0;
    }
    if (awake == 0) {
        return NULL;
    }
    size_t chosen = (size_t)prng_below(&lane->order, awake);
    for (size_t i = 0;; i++) {
        ASSERT(i < lane->lane_count);
        if (!lane_is_finished(&lane->lanes[i]) && !lane->lanes[i].asleep && chosen-- == 0) {
            return &lane->lanes[i];
        }
    }
}

static void together_wake_all(struct lane *lane)
{
    for (size_t i = 0; i < lane->lane_count; i++) {
        lane->lanes[i].asleep = false;
    }
}

/* Plays until every lane is finished or waits; then the step waits for the nearest of them. */
enum step_state together_poll(struct run *run, struct lane *lane)
{
    bool finished = true;
    together_wake_all(lane);
    for (struct lane *next = together_choose(lane); next; next = together_choose(lane)) {
        enum step_state state = lane_step(run, next);
        if (state == STEP_FAILED) {
            return state;
        }
        if (state == STEP_WAIT) {
            next->asleep = true;
        } else {
            together_wake_all(lane);
        }
    }
    lane->deadline_ns = CLOCK_NEVER_NS;
    for (size_t i = 0; i < lane->lane_count; i++) {
        const struct lane *waiting = &lane->lanes[i];
        if (!lane_is_finished(waiting)) {
            finished = false;
            if (waiting->deadline_ns < lane->deadline_ns) {
                lane->deadline_ns = waiting->deadline_ns;
            }
        }
    }
    return finished ? STEP_DONE : STEP_WAIT;
}
