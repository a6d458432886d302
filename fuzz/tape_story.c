/* SPDX-License-Identifier: MIT */
/*
 * The story rules of core/scenario_story.c and core/scenario_lanes.c, asked step by step: not why a
 * step is wrong, only whether. tests/unit/tape_property_test.c keeps the two in agreement.
 */
#include "tape_internal.h"

/* While a body is gone through for the second time, what a client was before is kept. */
static struct tape_client *change(struct tape *tape, uint32_t client)
{
    struct tape_client *changed = &tape->clients[client];
    if (tape->trial != 0 && changed->saved != tape->trial) {
        tape->saved[tape->saved_count++] =
            (struct tape_saved){.client = client, .before = *changed};
        changed->saved = tape->trial;
    }
    return changed;
}

static bool is_open(const struct tape *tape, uint32_t client)
{
    return tape->clients[client].state == TAPE_OPEN;
}

static void open_client(struct tape *tape, uint32_t client)
{
    struct tape_client *opened = change(tape, client);
    opened->state = TAPE_OPEN;
    opened->half_closed = opened->paused = false;
    tape->unhalved++;
    if (++tape->open > tape->open_max) {
        tape->open_max = tape->open;
    }
}

static void end_client(struct tape *tape, uint32_t client, enum tape_client_state state)
{
    struct tape_client *ended = change(tape, client);
    tape->unhalved -= !ended->half_closed;
    tape->open--;
    ended->state = (uint8_t)state;
}

static bool step_connect(struct tape *tape, const struct plan_step *step)
{
    if (is_open(tape, step->client)) {
        return false;
    }
    open_client(tape, step->client);
    bool stays = step->connect == PLAN_CONNECTED ||
                 (step->connect == PLAN_HUNG && tape->plan.worlds == PLAN_SIM);
    if (!stays) {
        end_client(tape, step->client, TAPE_GONE);
    }
    return true;
}

static bool step_half_close(struct tape *tape, const struct plan_step *step)
{
    if (!is_open(tape, step->client) || tape->clients[step->client].half_closed) {
        return false;
    }
    change(tape, step->client)->half_closed = true;
    tape->unhalved--;
    return true;
}

static bool step_pause(struct tape *tape, const struct plan_step *step)
{
    bool pause = step->verb == PLAN_PAUSE;
    if (!is_open(tape, step->client) || tape->clients[step->client].paused == pause) {
        return false;
    }
    change(tape, step->client)->paused = pause;
    return true;
}

static bool step_fill_backlog(struct tape *tape, const struct plan_step *step)
{
    uint32_t first = (uint32_t)tape->limits.clients;
    for (uint32_t i = 0; i < step->fill_backlog.count; i++) {
        if (is_open(tape, first + i)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < step->fill_backlog.count; i++) {
        open_client(tape, first + i);
    }
    return true;
}

static bool step_server(struct tape *tape, const struct plan_step *step)
{
    bool allowed = !tape->stopped;
    tape->stopped = tape->stopped || step->server == PLAN_STOP;
    return allowed;
}

bool tape_story_step(struct tape *tape, const struct plan_step *step)
{
    switch (step->verb) {
    case PLAN_CONNECT:
        return step_connect(tape, step);
    case PLAN_SEND:
        return is_open(tape, step->client) && !tape->clients[step->client].half_closed;
    case PLAN_EXPECT:
    case PLAN_EXPECT_END:
    case PLAN_EXPECT_SILENCE:
        return is_open(tape, step->client) && !tape->clients[step->client].paused;
    case PLAN_HALF_CLOSE:
        return step_half_close(tape, step);
    case PLAN_CLOSE:
    case PLAN_RESET:
        if (!is_open(tape, step->client)) {
            return false;
        }
        end_client(tape, step->client, TAPE_CLOSED);
        return true;
    case PLAN_PAUSE:
    case PLAN_RESUME:
        return step_pause(tape, step);
    case PLAN_SERVER:
        return step_server(tape, step);
    case PLAN_FILL_BACKLOG:
        return step_fill_backlog(tape, step);
    case PLAN_EXPECT_SERVER:
    case PLAN_WAIT:
    case PLAN_REPEAT:
    case PLAN_TOGETHER:
        break;
    }
    return true;
}

static bool again(struct tape *tape, const struct plan_steps *steps);

static bool repeat_again(struct tape *tape, const struct plan_step *step)
{
    struct plan_steps body = tape_repeat_steps(step);
    bool allowed = again(tape, &body);
    return allowed && (step->repeat.unrolled || step->repeat.count == 1 || again(tape, &body));
}

/* Lanes run in any order: the clients that each opens may all be open at once. */
static bool together_again(struct tape *tape, const struct plan_step *step)
{
    uint64_t before = tape->open, before_max = tape->open_max, extra = 0;
    bool allowed = true;
    for (size_t i = 0; i < step->together.lane_count && allowed; i++) {
        uint64_t at_start = tape->open;
        tape->open_max = at_start;
        allowed = again(tape, &step->together.lanes[i]);
        extra += tape->open_max - at_start;
    }
    tape->open_max = before_max > before + extra ? before_max : before + extra;
    return allowed;
}

static bool again(struct tape *tape, const struct plan_steps *steps)
{
    bool allowed = true;
    for (size_t i = 0; i < steps->count && allowed; i++) {
        const struct plan_step *step = &steps->steps[i];
        allowed = step->verb == PLAN_REPEAT     ? repeat_again(tape, step)
                  : step->verb == PLAN_TOGETHER ? together_again(tape, step)
                                                : tape_story_step(tape, step);
    }
    return allowed;
}

bool tape_story_again(struct tape *tape, const struct plan_steps *steps)
{
    tape->before = (struct tape_before){.open = tape->open,
                                        .open_max = tape->open_max,
                                        .unhalved = tape->unhalved,
                                        .stopped = tape->stopped};
    tape->trial = ++tape->trial_last;
    tape->saved_count = 0;
    bool allowed = again(tape, steps);
    tape->trial = 0;
    if (!allowed) {
        tape_story_undo(tape);
    }
    return allowed;
}

void tape_story_undo(struct tape *tape)
{
    for (size_t i = 0; i < tape->saved_count; i++) {
        tape->clients[tape->saved[i].client] = tape->saved[i].before;
    }
    tape->open = tape->before.open;
    tape->open_max = tape->before.open_max;
    tape->unhalved = tape->before.unhalved;
    tape->stopped = tape->before.stopped;
}

uint64_t tape_story_tail(const struct tape *tape)
{
    if (tape->use == TAPE_WHOLE) {
        return 0;
    }
    return tape->open + (tape->udp ? 0 : tape->unhalved);
}

bool tape_lane_allows(const struct tape *tape, uint32_t client)
{
    const struct tape_node *nodes = tape->nodes;
    uint32_t mine = tape->node, theirs = tape->clients[client].node;
    while (nodes[mine].depth > nodes[theirs].depth) {
        mine = nodes[mine].parent;
    }
    while (nodes[theirs].depth > nodes[mine].depth) {
        theirs = nodes[theirs].parent;
    }
    while (mine != theirs) {
        if (nodes[mine].serial == nodes[theirs].serial) {
            return false;
        }
        mine = nodes[mine].parent;
        theirs = nodes[theirs].parent;
    }
    return true;
}

void tape_lane_uses(struct tape *tape, uint32_t client)
{
    tape->clients[client].node = tape->node;
}

/* Several lanes have used it: none of them may be the one that takes. */
#define LANE_MANY UINT32_MAX

bool tape_lane_allows_capture(struct tape *tape, uint32_t capture, bool takes)
{
    for (uint32_t node = tape->node; node != 0; node = tape->nodes[node].parent) {
        const struct tape_node *lane = &tape->nodes[node];
        const struct tape_mark *mark = &tape->captures[capture].marks[lane->depth - 1];
        bool used = mark->used_serial == lane->serial && mark->used_lane != lane->lane;
        bool written = mark->written_serial == lane->serial && mark->written_lane != lane->lane;
        if (written || (takes && used)) {
            return false;
        }
    }
    for (uint32_t node = tape->node; node != 0; node = tape->nodes[node].parent) {
        const struct tape_node *lane = &tape->nodes[node];
        struct tape_mark *mark = &tape->captures[capture].marks[lane->depth - 1];
        bool used = mark->used_serial == lane->serial && mark->used_lane != lane->lane;
        mark->used_serial = lane->serial;
        mark->used_lane = used ? LANE_MANY : lane->lane;
        if (takes) {
            mark->written_serial = lane->serial;
            mark->written_lane = lane->lane;
        }
    }
    return true;
}
