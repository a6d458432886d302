/* SPDX-License-Identifier: MIT */
/* Steps that hold steps: they begin, and they end. */
#include <string.h>

#include "tape_internal.h"

static bool may_open(const struct tape *tape, bool together)
{
    uint32_t json = TAPE_JSON_ROOT + TAPE_JSON_REPEAT * tape->repeats +
                    TAPE_JSON_TOGETHER * tape->togethers +
                    (together ? TAPE_JSON_TOGETHER : TAPE_JSON_REPEAT);
    return json <= TAPE_JSON_DEPTH_MAX && tape->depth + 1 < TAPE_FRAMES_MAX &&
           (together ? tape->togethers < tape->limits.together_depth
                     : tape->repeats < tape->limits.repeat_depth);
}

static struct tape_frame *open_frame(struct tape *tape, enum tape_opcode kind)
{
    struct tape_frame *frame = &tape->frames[++tape->depth];
    *frame = (struct tape_frame){
        .kind = kind, .first = tape->stack_count, .lane_first = tape->lane_stack_count};
    tape->current = NULL;
    return frame;
}

static void open_repeat(struct tape *tape, const struct tape_event *event)
{
    struct plan_step step = {.verb = PLAN_REPEAT, .client = PLAN_NONE};
    bool unrolled = event->opcode == TAPE_UNROLLED && tape->use == TAPE_WHOLE;
    uint64_t count = event->operands[0], most = tape->limits.repeat_count;
    if (!may_open(tape, false) || !tape_step_push(tape, &step)) {
        return;
    }
    struct tape_frame *frame = open_frame(tape, unrolled ? TAPE_UNROLLED : TAPE_REPEAT);
    frame->count = count == 0 ? 1 : count < most ? count : most;
    tape->repeats++;
    tape->unrolled += unrolled;
}

static void begin_lane(struct tape *tape, struct tape_frame *frame, uint32_t lane)
{
    uint32_t node = (uint32_t)tape->node_count++;
    uint32_t parent = lane == 0 ? tape->node : tape->nodes[tape->node].parent;
    tape->nodes[node] = (struct tape_node){.parent = parent,
                                           .serial = frame->serial,
                                           .depth = tape->nodes[parent].depth + 1,
                                           .lane = lane};
    tape->node = node;
    frame->open_at_start = tape->open;
    tape->open_max = tape->open;
}

static void open_together(struct tape *tape)
{
    struct plan_step step = {.verb = PLAN_TOGETHER, .client = PLAN_NONE};
    if (!may_open(tape, true) || tape->node_count > tape->limits.lanes ||
        !tape_step_push(tape, &step)) {
        return;
    }
    struct tape_frame *frame = open_frame(tape, TAPE_TOGETHER);
    frame->serial = ++tape->serial;
    frame->open_before = tape->open;
    frame->open_max_before = tape->open_max;
    tape->togethers++;
    begin_lane(tape, frame, 0);
}

/* Steps leave the stack for where they stay. */
static struct plan_steps settle(struct tape *tape, size_t first)
{
    struct plan_steps list = {.steps = tape->steps + tape->step_count,
                              .count = tape->stack_count - first};
    memcpy(tape->steps + tape->step_count, tape->stack + first, list.count * sizeof(*tape->stack));
    tape->step_count += list.count;
    tape->stack_count = first;
    return list;
}

/* The steps since the last lane began are one, if there are any. */
static void end_lane(struct tape *tape, struct tape_frame *frame)
{
    frame->open_extra += tape->open_max - frame->open_at_start;
    if (tape->stack_count > frame->first) {
        tape->lane_stack[tape->lane_stack_count++] = settle(tape, frame->first);
    }
}

static void next_lane(struct tape *tape)
{
    struct tape_frame *frame = &tape->frames[tape->depth];
    size_t lanes = tape->lane_stack_count - frame->lane_first;
    if (frame->kind != TAPE_TOGETHER || tape->stack_count == frame->first ||
        lanes + 1 >= tape->limits.lane_count || tape->node_count > tape->limits.lanes) {
        return;
    }
    end_lane(tape, frame);
    begin_lane(tape, frame, (uint32_t)lanes + 1);
}

/* The list is closed and its work is the outer one's; a list without steps never was. */
static struct plan_step *leave(struct tape *tape, bool empty)
{
    static const struct tape_work head = {.steps = 1};
    struct tape_frame frame = tape->frames[tape->depth--];
    struct tape_work *outer = &tape->frames[tape->depth].work;
    outer->steps += frame.work.steps;
    outer->connects += frame.work.connects;
    outer->wait_ms += frame.work.wait_ms;
    outer->sent_bytes += frame.work.sent_bytes;
    if (empty) {
        tape_step_pop(tape, &head);
        return NULL;
    }
    return &tape->stack[tape->stack_count - 1];
}

static void end_together(struct tape *tape)
{
    struct tape_frame *frame = &tape->frames[tape->depth];
    end_lane(tape, frame);
    uint64_t reached = frame->open_before + frame->open_extra;
    tape->open_max = frame->open_max_before > reached ? frame->open_max_before : reached;
    tape->node = tape->nodes[tape->node].parent;
    tape->togethers--;
    size_t first = frame->lane_first, count = tape->lane_stack_count - first;
    bool seeded = frame->seeded;
    uint64_t seed = frame->seed;
    struct plan_step *step = leave(tape, count == 0);
    if (!step) {
        return;
    }
    memcpy(tape->lanes + tape->lane_count, tape->lane_stack + first, count * sizeof(*tape->lanes));
    step->together.lanes = tape->lanes + tape->lane_count;
    step->together.lane_count = count;
    step->together.has_seed = seeded;
    step->together.seed = seed;
    tape->lane_count += count;
    tape->lane_stack_count = first;
}

/* How many rounds fit altogether when one has been counted. */
static uint64_t rounds(uint64_t count, uint64_t left, uint64_t each)
{
    return each == 0 || (count - 1) <= left / each ? count : left / each + 1;
}

static uint64_t fit_rounds(const struct tape *tape, const struct tape_work *work, uint64_t count)
{
    uint64_t wait_left = (uint64_t)PLAN_RUN_CLOCK_MS_MAX - tape->total.wait_ms;
    count = rounds(count, tape_steps_left(tape), work->steps);
    count = rounds(count, wait_left, work->wait_ms);
    return rounds(count, tape->limits.sent_bytes - tape->total.sent_bytes, work->sent_bytes);
}

static struct tape_work times(const struct tape_work *work, uint64_t count)
{
    return (struct tape_work){.steps = work->steps * count,
                              .connects = work->connects * count,
                              .wait_ms = work->wait_ms * count,
                              .sent_bytes = work->sent_bytes * count};
}

/* Bodies without their index are gone through twice, as the loader does: what one round leaves
 * behind meets the next. */
static uint64_t allowed_rounds(struct tape *tape, const struct plan_steps *body,
                               const struct tape_work *work, uint64_t count)
{
    count = fit_rounds(tape, work, count);
    if (count == 1 || !tape_story_again(tape, body)) {
        return 1;
    }
    /* It may have left more clients open, which have to be closed. */
    count = fit_rounds(tape, work, count);
    if (count == 1) {
        tape_story_undo(tape);
    }
    return count;
}

static void end_repeat(struct tape *tape)
{
    struct tape_frame frame = tape->frames[tape->depth];
    size_t length = tape->stack_count - frame.first;
    bool unrolled = frame.kind == TAPE_UNROLLED;
    tape->repeats--;
    tape->unrolled -= unrolled;
    struct plan_steps body = settle(tape, frame.first);
    struct plan_step *step = leave(tape, length == 0);
    if (step && unrolled) {
        uint64_t count = length % frame.count == 0 ? frame.count : 1;
        body.count = length / (size_t)count;
        step->repeat.count = count;
    } else if (step) {
        struct tape_work more;
        step->repeat.count = allowed_rounds(tape, &body, &frame.work, frame.count);
        more = times(&frame.work, step->repeat.count - 1);
        tape_work_add(tape, &more);
    }
    if (step) {
        step->repeat.body = body;
        step->repeat.unrolled = unrolled;
    }
}

static void end_list(struct tape *tape)
{
    tape_step_finish(tape);
    if (tape->depth > 0 && tape->frames[tape->depth].kind == TAPE_TOGETHER) {
        end_together(tape);
    } else if (tape->depth > 0) {
        end_repeat(tape);
    }
    tape->current = NULL;
}

static void set_order(struct tape *tape, uint64_t seed)
{
    struct tape_frame *frame = &tape->frames[tape->depth];
    if (frame->kind == TAPE_TOGETHER) {
        frame->seeded = true;
        frame->seed = seed < (uint64_t)PLAN_COUNT_MAX ? seed : (uint64_t)PLAN_COUNT_MAX;
    }
}

void tape_list_event(struct tape *tape, const struct tape_event *event)
{
    if (event->opcode == TAPE_ORDER) {
        set_order(tape, event->operands[0]);
        return;
    }
    tape_step_finish(tape);
    if (event->opcode == TAPE_END) {
        end_list(tape);
    } else if (event->opcode == TAPE_LANE) {
        next_lane(tape);
    } else if (event->opcode == TAPE_TOGETHER) {
        open_together(tape);
    } else {
        open_repeat(tape, event);
    }
}

void tape_list_end_all(struct tape *tape)
{
    tape_step_finish(tape);
    while (tape->depth > 0) {
        end_list(tape);
    }
}
