/* SPDX-License-Identifier: MIT */
/* Events that are steps of their own. */
#include "tape_internal.h"

/* A client for whom the event makes sense: of those that may, the `number`th. */
static uint32_t pick_client(const struct tape *tape, uint64_t number, bool connects)
{
    uint32_t fitting[64];
    size_t count = 0;
    for (uint32_t i = 0; i < tape->limits.clients && count < 64; i++) {
        if ((tape->clients[i].state == TAPE_OPEN) != connects && tape_lane_allows(tape, i)) {
            fitting[count++] = i;
        }
    }
    return count > 0 ? fitting[number % count] : TAPE_UNKNOWN;
}

uint32_t tape_client(const struct tape *tape, uint64_t number, bool connects)
{
    size_t own = tape->limits.clients;
    if (tape->use == TAPE_EXPLORE) {
        return number < own ? (uint32_t)number : pick_client(tape, number, connects);
    }
    bool backlog;
    uint64_t index = tape_client_index(number, &backlog);
    uint64_t room = (uint64_t)tape->plan.server.backlog + 1;
    return backlog ? (uint32_t)(own + index % room) : (uint32_t)(index % own);
}

uint64_t tape_steps_left(const struct tape *tape)
{
    uint64_t used = tape->total.steps + tape_story_tail(tape);
    return used < tape->limits.executed_steps ? tape->limits.executed_steps - used : 0;
}

void tape_work_add(struct tape *tape, const struct tape_work *work)
{
    struct tape_work *inner = &tape->frames[tape->depth].work;
    struct tape_work *const sums[] = {inner, &tape->total};
    for (size_t i = 0; i < 2; i++) {
        sums[i]->steps += work->steps;
        sums[i]->connects += work->connects;
        sums[i]->wait_ms += work->wait_ms;
        sums[i]->sent_bytes += work->sent_bytes;
    }
}

static void work_take_back(struct tape *tape, const struct tape_work *work)
{
    struct tape_work *inner = &tape->frames[tape->depth].work;
    struct tape_work *const sums[] = {inner, &tape->total};
    for (size_t i = 0; i < 2; i++) {
        sums[i]->steps -= work->steps;
        sums[i]->connects -= work->connects;
        sums[i]->wait_ms -= work->wait_ms;
        sums[i]->sent_bytes -= work->sent_bytes;
    }
}

/* core/scenario_work.c counts the same. */
static struct tape_work work_of(const struct plan_step *step)
{
    struct tape_work work = {.steps = 1};
    switch (step->verb) {
    case PLAN_CONNECT:
        work.connects = 1;
        break;
    case PLAN_FILL_BACKLOG:
        work.connects = (uint64_t)step->fill_backlog.count + 1;
        work.steps = work.connects;
        break;
    case PLAN_EXPECT:
        work.wait_ms = step->expect.within_ms;
        break;
    case PLAN_EXPECT_END:
        work.wait_ms = step->expect_end.within_ms;
        break;
    case PLAN_EXPECT_SILENCE:
        work.wait_ms = step->silence_ms;
        break;
    case PLAN_WAIT:
        work.wait_ms = step->wait_ms;
        break;
    case PLAN_SEND:
    case PLAN_HALF_CLOSE:
    case PLAN_CLOSE:
    case PLAN_RESET:
    case PLAN_PAUSE:
    case PLAN_RESUME:
    case PLAN_SERVER:
    case PLAN_EXPECT_SERVER:
    case PLAN_REPEAT:
    case PLAN_TOGETHER:
        break;
    }
    return work;
}

static bool has_room(const struct tape *tape, const struct plan_step *step,
                     const struct tape_work *work)
{
    uint64_t cost = work->steps;
    if (tape->use == TAPE_EXPLORE && step->verb == PLAN_CONNECT) {
        cost += tape->udp ? 1 : 2; /* what will end it */
    } else if (tape->use == TAPE_EXPLORE &&
               (step->verb == PLAN_HALF_CLOSE || step->verb == PLAN_CLOSE ||
                step->verb == PLAN_RESET)) {
        cost = 0; /* it was reserved */
    }
    return cost <= tape_steps_left(tape) && tape->stack_count < tape->limits.steps &&
           work->wait_ms <= (uint64_t)PLAN_RUN_CLOCK_MS_MAX - tape->total.wait_ms &&
           (tape->unrolled == 0 || tape->copies < PLAN_UNROLLED_STEPS_MAX);
}

struct plan_step *tape_step_push(struct tape *tape, const struct plan_step *step)
{
    struct tape_work work = work_of(step);
    bool named = step->client != PLAN_NONE;
    if (!has_room(tape, step, &work) || (named && !tape_lane_allows(tape, step->client)) ||
        !tape_story_step(tape, step)) {
        return NULL;
    }
    if (named) {
        tape_lane_uses(tape, step->client);
    }
    tape_work_add(tape, &work);
    tape->copies += tape->unrolled > 0;
    tape->begun = true;
    tape->current = &tape->stack[tape->stack_count++];
    *tape->current = *step;
    return tape->current;
}

void tape_step_pop(struct tape *tape, const struct tape_work *work)
{
    work_take_back(tape, work);
    tape->copies -= tape->unrolled > 0;
    tape->stack_count--;
    tape->current = NULL;
}

static void note_captures(struct tape *tape, const struct plan_payload *payload)
{
    for (size_t i = 0; i < payload->part_count; i++) {
        if (payload->parts[i].kind == PLAN_CAPTURE) {
            tape->captures[payload->parts[i].capture].taken = true;
        }
    }
}

void tape_step_finish(struct tape *tape)
{
    const struct plan_step *step = tape->current;
    if (step && step->verb == PLAN_SEND) {
        tape->queues = tape->queues || !step->send.settle;
    } else if (step && step->verb == PLAN_EXPECT &&
               (step->expect.kind == PLAN_EXACT || step->expect.kind == PLAN_PREFIX)) {
        note_captures(tape, &step->expect.payload);
        if (step->expect.payload.size == 0 && !tape->udp) {
            /* Expecting 0 bytes of a stream asserts nothing. */
            struct tape_work work = work_of(step);
            tape_step_pop(tape, &work);
        }
    } else if (step && step->verb == PLAN_EXPECT_SERVER &&
               !tape_expect_server_finish(tape, &tape->servers[tape->server_count - 1])) {
        struct tape_work work = {.steps = 1};
        tape_step_pop(tape, &work);
    }
    tape->current = NULL;
}

static void push_connect(struct tape *tape, uint32_t client)
{
    bool first = tape->clients[client].state == TAPE_NEVER;
    struct plan_step step = {.verb = PLAN_CONNECT, .client = client};
    /* An expectation of "the" client's receives stands, which another would make unclear. */
    if (!(first && tape->alone && tape->client_count > 0) && tape_step_push(tape, &step)) {
        tape->client_count += first;
    }
}

static void push_send(struct tape *tape, uint32_t client, const struct tape_event *event)
{
    struct plan_step step = {
        .verb = PLAN_SEND,
        .client = client,
        .send = {.payload = {.parts = tape->parts + tape->part_count}, .settle = true}};
    if (tape_step_push(tape, &step) && event->opcode == TAPE_SEND) {
        tape_part_event(tape, event);
    }
}

static void push_plain(struct tape *tape, uint32_t client, enum plan_verb verb)
{
    struct plan_step step = {.verb = verb, .client = client};
    tape_step_push(tape, &step);
}

static void client_event(struct tape *tape, const struct tape_event *event)
{
    uint32_t client = tape_client(tape, event->operands[0], event->opcode == TAPE_CONNECT);
    if (client == TAPE_UNKNOWN) {
        return;
    }
    if (event->opcode == TAPE_CONNECT) {
        push_connect(tape, client);
    } else if (event->opcode == TAPE_SEND || event->opcode == TAPE_COMPOSE) {
        push_send(tape, client, event);
    } else if (event->opcode == TAPE_CLOSE) {
        push_plain(tape, client, PLAN_CLOSE);
    } else if (event->opcode == TAPE_PAUSE) {
        push_plain(tape, client, PLAN_PAUSE);
    } else if (event->opcode == TAPE_RESUME) {
        push_plain(tape, client, PLAN_RESUME);
    } else if (!tape->udp) {
        push_plain(tape, client, event->opcode == TAPE_RESET ? PLAN_RESET : PLAN_HALF_CLOSE);
    }
}

static void push_wait(struct tape *tape, uint64_t ms)
{
    struct plan_step step = {.verb = PLAN_WAIT,
                             .client = PLAN_NONE,
                             .wait_ms = ms < tape->limits.wait_ms ? ms : tape->limits.wait_ms};
    tape_step_push(tape, &step);
}

static void push_server(struct tape *tape, uint64_t number)
{
    enum plan_server_change change = (enum plan_server_change)(number % (PLAN_STOP + 1));
    struct plan_step step = {.verb = PLAN_SERVER, .client = PLAN_NONE, .server = change};
    if ((!tape->udp || change == PLAN_STOP) && tape_step_push(tape, &step)) {
        tape->queues = tape->queues || change == PLAN_ACCEPTING_OFF;
    }
}

static void push_fill_backlog(struct tape *tape)
{
    uint32_t first = (uint32_t)tape->limits.clients;
    struct plan_step step = {.verb = PLAN_FILL_BACKLOG,
                             .client = PLAN_NONE,
                             .fill_backlog = {first, tape->plan.server.backlog + 1}};
    size_t fresh = 0;
    if (tape->use == TAPE_EXPLORE || tape->udp) {
        return;
    }
    for (uint32_t i = 0; i < step.fill_backlog.count; i++) {
        fresh += tape->clients[first + i].state == TAPE_NEVER;
        if (!tape_lane_allows(tape, first + i)) {
            return;
        }
    }
    if ((tape->alone && fresh > 0 && tape->client_count + fresh > 1) ||
        !tape_step_push(tape, &step)) {
        return;
    }
    for (uint32_t i = 0; i < step.fill_backlog.count; i++) {
        tape_lane_uses(tape, first + i);
    }
    tape->client_count += fresh;
    tape->fills = tape->queues = true;
}

void tape_step_event(struct tape *tape, const struct tape_event *event)
{
    tape_step_finish(tape);
    if (event->opcode == TAPE_WAIT) {
        push_wait(tape, event->operands[0]);
    } else if (event->opcode == TAPE_SERVER) {
        push_server(tape, event->operands[0]);
    } else if (event->opcode == TAPE_FILL_BACKLOG) {
        push_fill_backlog(tape);
    } else {
        client_event(tape, event);
    }
}
