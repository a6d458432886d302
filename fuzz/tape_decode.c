/* SPDX-License-Identifier: MIT */
/* Decoding: event after event, then what a fuzzer's plan ends in. */
#include "tape_internal.h"

/* Listener, epoll, a probe, a hung attempt, and what the process itself holds: as the loader. */
#define DESCRIPTORS_SPARE 32

static void take_event(struct tape *tape, const struct tape_event *event)
{
    switch (event->opcode) {
    case TAPE_CONNECT:
    case TAPE_SEND:
    case TAPE_HALF_CLOSE:
    case TAPE_CLOSE:
    case TAPE_RESET:
    case TAPE_PAUSE:
    case TAPE_RESUME:
    case TAPE_WAIT:
    case TAPE_COMPOSE:
    case TAPE_SERVER:
    case TAPE_FILL_BACKLOG:
        tape_step_event(tape, event);
        return;
    case TAPE_BYTES:
    case TAPE_FILL:
    case TAPE_RANDOM:
    case TAPE_CAPTURED:
    case TAPE_ANY:
    case TAPE_CAPTURE:
        tape_part_event(tape, event);
        return;
    case TAPE_CUT:
    case TAPE_CUT_EVERY:
    case TAPE_UNSETTLED:
    case TAPE_OUTCOME:
        tape_cut_event(tape, event);
        return;
    case TAPE_REPEAT:
    case TAPE_TOGETHER:
    case TAPE_LANE:
    case TAPE_ORDER:
    case TAPE_END:
    case TAPE_UNROLLED:
        tape_list_event(tape, event);
        return;
    case TAPE_SET:
    case TAPE_OPTION:
    case TAPE_OPTION_TEXT:
    case TAPE_FAULT:
    case TAPE_NETWORK:
    case TAPE_SEED:
    case TAPE_WORLDS:
    case TAPE_WHY:
        tape_head_event(tape, event);
        return;
    case TAPE_EXPECT:
    case TAPE_EXPECT_COMPOSE:
    case TAPE_EXPECT_SIZE:
    case TAPE_EXPECT_REGEX:
    case TAPE_EXPECT_END:
    case TAPE_EXPECT_SILENCE:
    case TAPE_EXPECT_SERVER:
        tape_expect_event(tape, event);
        return;
    case TAPE_WITHIN:
    case TAPE_SEEN:
        tape_expect_detail(tape, event);
        return;
    }
}

static void end_clients(struct tape *tape, enum tape_opcode opcode)
{
    struct tape_event event = {.opcode = opcode};
    for (uint64_t i = 0; i < tape->limits.clients && tape->open > 0; i++) {
        if (tape->clients[i].state == TAPE_OPEN) {
            event.operands[0] = i;
            tape_step_event(tape, &event);
        }
    }
}

/* Every client that is open ends: first all shut down their sending side, then all close. */
static void add_tail(struct tape *tape)
{
    if (!tape->udp) {
        end_clients(tape, TAPE_HALF_CLOSE);
    }
    end_clients(tape, TAPE_CLOSE);
    tape_step_finish(tape);
}

static uint32_t descriptors_max(const struct tape *tape)
{
    uint64_t sessions = tape->queues ? tape->total.connects : tape->open_max + 1;
    if (tape->udp) {
        sessions = 0;
    } else if (sessions > tape->plan.server.sessions_max) {
        sessions = tape->plan.server.sessions_max;
    }
    uint64_t sum = tape->open_max + sessions + DESCRIPTORS_SPARE;
    return sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX - 1;
}

static void story_reset(struct tape *tape)
{
    tape->frames[0] = (struct tape_frame){.kind = TAPE_END};
    tape->depth = tape->repeats = tape->togethers = tape->unrolled = 0;
    tape->serial = tape->node = tape->trial = tape->trial_last = 0;
    tape->total = (struct tape_work){0};
    tape->copies = tape->open = tape->open_max = tape->unhalved = 0;
    tape->stopped = tape->fills = tape->alone = false;
    tape->current = NULL;
}

const struct plan *tape_decode(struct tape *tape, const uint8_t *data, size_t size)
{
    struct tape_event event;
    tape_room_reset(tape);
    tape_head_reset(tape);
    story_reset(tape);
    for (size_t at = 0; at < size;) {
        at = tape_event_read(data, size, at, &event);
        take_event(tape, &event);
    }
    tape_list_end_all(tape);
    if (tape->use == TAPE_EXPLORE) {
        add_tail(tape);
    }
    tape->plan.steps = (struct plan_steps){.steps = tape->stack, .count = tape->stack_count};
    tape_resolve(tape);
    tape->plan.descriptors_max = descriptors_max(tape);
    return &tape->plan;
}

bool tape_plan_is_injected(const struct plan *plan)
{
    const struct world_sim_network *network = &plan->network;
    return plan->fault_count > 0 || network->latency_ns > 0 || network->loss_percent > 0 ||
           network->duplicate_percent > 0 || network->reorder_percent > 0;
}
