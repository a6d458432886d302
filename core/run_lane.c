/* SPDX-License-Identifier: MIT */
/* Walks lists of steps and the repeats in them. */
#include <stdlib.h>

#include "run.h"

static void lane_push(struct lane *lane, struct plan_steps body, const struct plan_step *repeat)
{
    ASSERT(lane->depth <= PLAN_REPEAT_DEPTH_MAX);
    lane->frames[lane->depth++] = (struct lane_frame){
        .body = body,
        .count = repeat ? repeat->repeat.count : 1,
        .unrolled = repeat && repeat->repeat.unrolled,
        .repeat = repeat,
    };
}

void lane_begin(struct lane *lane, struct plan_steps steps, const struct lane *parent)
{
    /* Member by member: the frames are large, and written when they are used. */
    lane->depth = 0;
    lane->begun = lane->asleep = false;
    lane->deadline_ns = CLOCK_NEVER_NS;
    lane->parent = parent;
    lane->lanes = NULL;
    lane->lane_count = 0;
    lane->order = (struct prng){0};
    if (steps.count > 0) {
        lane_push(lane, steps, NULL);
    }
}

void lane_fini(struct lane *lane)
{
    for (size_t i = 0; i < lane->lane_count; i++) {
        lane_fini(&lane->lanes[i]);
    }
    free(lane->lanes);
    lane->lanes = NULL;
    lane->lane_count = 0;
}

bool lane_is_finished(const struct lane *lane)
{
    return lane->depth == 0;
}

static const struct plan_step *lane_current(const struct lane *lane)
{
    const struct lane_frame *frame = &lane->frames[lane->depth - 1];
    size_t first = frame->unrolled ? (size_t)frame->iteration * frame->body.count : 0;
    return &frame->body.steps[first + frame->at];
}

static void step_passed(struct run *run, const struct plan_step *step)
{
    run->result->step_runs[step->source]++;
    if (step->source < RUNNER_PROGRESS_STEPS_MAX) {
        run->runner->progress->step_runs[step->source]++;
    }
}

/* Moves behind a finished step, and out of repeats that are done with it. */
static void lane_next(struct run *run, struct lane *lane)
{
    step_passed(run, lane_current(lane));
    lane->frames[lane->depth - 1].at++;
    while (lane->depth > 0) {
        struct lane_frame *frame = &lane->frames[lane->depth - 1];
        if (frame->at < frame->body.count) {
            return;
        }
        frame->at = 0;
        if (++frame->iteration < frame->count) {
            return;
        }
        lane->depth--;
        if (lane->depth > 0) {
            step_passed(run, frame->repeat);
            lane->frames[lane->depth - 1].at++;
        }
    }
}

/* Goes into repeats until the current step is one that acts. */
static void lane_descend(struct run *run, struct lane *lane)
{
    while (lane->depth > 0 && lane_current(lane)->verb == PLAN_REPEAT) {
        const struct plan_step *step = lane_current(lane);
        if (step->repeat.count == 0 || step->repeat.body.count == 0) {
            lane_next(run, lane);
        } else {
            lane_push(lane, step->repeat.body, step);
        }
    }
}

/* The iterations of the repeats around this lane's step, outermost first; those around a `together`
 * count. */
static uint32_t lane_tell_iterations(struct runner_progress *progress, const struct lane *lane)
{
    uint32_t depth = lane->parent ? lane_tell_iterations(progress, lane->parent) : 0;
    for (uint32_t i = 1; i < lane->depth && depth < PLAN_REPEAT_DEPTH_MAX; i++) {
        progress->iteration[depth++] = lane->frames[i].iteration;
    }
    return depth;
}

/* For the parent process: where this run is, should this one die. */
static void lane_tell(struct run *run, const struct lane *lane, const struct plan_step *step)
{
    struct runner_progress *progress = run->runner->progress;
    progress->source = step->source;
    progress->iteration_depth = lane_tell_iterations(progress, lane);
    progress->beats++;
}

enum step_state lane_step(struct run *run, struct lane *lane)
{
    lane_descend(run, lane);
    if (lane_is_finished(lane)) {
        return STEP_DONE;
    }
    const struct plan_step *step = lane_current(lane);
    enum step_state state = STEP_WAIT;
    lane_tell(run, lane, step);
    if (lane->begun) {
        state = step_poll(run, lane, step);
    } else {
        lane->begun = true;
        if (run->trace) {
            world_trace_step(run->trace, step->source);
        }
        state = step_begin(run, lane, step);
    }
    if (state == STEP_DONE) {
        lane->begun = false;
        run->wakes = 0;
        lane_fini(lane);
        lane_next(run, lane);
    }
    return state;
}

/* A settled run in which every lane waits: the run clock jumps to what comes next. */
static enum step_state lane_pass_time(struct run *run, struct lane *lane)
{
    uint64_t next_ns = server_next_timer_ns(&run->server);
    if (lane->deadline_ns < next_ns) {
        next_ns = lane->deadline_ns;
    }
    if (next_ns == CLOCK_NEVER_NS) {
        return run_fail(run, lane, ORACLE_HARNESS, "the run clock came to its end");
    }
    run_pass_time(run, next_ns);
    return run_settle(run, lane);
}

enum step_state lane_play(struct run *run, struct lane *lane)
{
    while (!lane_is_finished(lane)) {
        enum step_state state = lane_step(run, lane);
        if (state == STEP_WAIT) {
            state = lane_pass_time(run, lane);
        }
        if (state == STEP_FAILED) {
            return state;
        }
    }
    return STEP_DONE;
}
