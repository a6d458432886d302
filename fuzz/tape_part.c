/* SPDX-License-Identifier: MIT */
/* Events that add to the step before them: parts of its payload, cuts, outcomes. */
#include "tape_internal.h"

static struct plan_payload *payload_of(struct plan_step *step)
{
    if (step && step->verb == PLAN_SEND) {
        return &step->send.payload;
    }
    bool composed = step && step->verb == PLAN_EXPECT &&
                    (step->expect.kind == PLAN_EXACT || step->expect.kind == PLAN_PREFIX);
    return composed ? &step->expect.payload : NULL;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* What a part may add to the payload that is open. */
static uint64_t bytes_left(const struct tape *tape, const struct plan_step *step, size_t size)
{
    uint64_t most = PLAN_PAYLOAD_BYTES_MAX;
    if (tape->udp) {
        most = tape->plan.server.family == WORLD_IPV6 ? TAPE_DATAGRAM_IPV6_MAX
                                                      : TAPE_DATAGRAM_IPV4_MAX;
    }
    most -= size;
    if (step->verb == PLAN_SEND) {
        most = least(most, tape->limits.sent_bytes - tape->total.sent_bytes);
        if (step->send.cut_every) {
            most = least(most, tape_steps_left(tape));
        }
    }
    return most;
}

/* The capture that has this number so far; TAPE_UNKNOWN: none. */
static uint32_t find_capture(const struct tape *tape, uint64_t number)
{
    size_t room = tape->limits.captures;
    uint32_t known = room > 0 ? tape->capture_slots[number % room] : 0;
    return known > 0 ? known - 1 : TAPE_UNKNOWN;
}

static bool part_captured(struct tape *tape, const struct tape_event *event, struct plan_part *part)
{
    part->kind = PLAN_CAPTURED;
    part->capture = find_capture(tape, event->operands[0]);
    if (part->capture == TAPE_UNKNOWN || !tape->captures[part->capture].taken) {
        return false;
    }
    part->size = tape->capture_sizes[part->capture];
    return true;
}

static bool part_capture(struct tape *tape, const struct tape_event *event, struct plan_part *part)
{
    part->kind = PLAN_CAPTURE;
    part->capture = find_capture(tape, event->operands[0]);
    if (part->capture != TAPE_UNKNOWN) {
        part->size = tape->capture_sizes[part->capture];
        return true;
    }
    if (tape->capture_count == tape->limits.captures) {
        return false;
    }
    part->capture = (uint32_t)tape->capture_count;
    part->size = (size_t)least(event->operands[1], PLAN_PAYLOAD_BYTES_MAX);
    return part->size > 0;
}

static void capture_begin(struct tape *tape, uint64_t number, const struct plan_part *part)
{
    if (part->kind != PLAN_CAPTURE || part->capture < tape->capture_count) {
        return;
    }
    tape->captures[tape->capture_count] = (struct tape_capture){0};
    tape->capture_sizes[tape->capture_count++] = part->size;
    tape->capture_slots[number % tape->limits.captures] = (uint32_t)tape->capture_count;
}

/* The part as the event says; its size may yet be too large. */
static bool part_read(struct tape *tape, const struct tape_event *event, bool sent,
                      struct plan_part *part)
{
    const uint64_t *operands = event->operands;
    *part = (struct plan_part){.kind = PLAN_BYTES};
    switch ((unsigned)event->opcode) {
    case TAPE_FILL:
        part->kind = PLAN_FILL;
        part->fill = (uint8_t)(operands[0] & 0x7f);
        part->size = (size_t)least(operands[1], PLAN_PAYLOAD_BYTES_MAX);
        return true;
    case TAPE_RANDOM:
        part->kind = PLAN_RANDOM;
        part->size = (size_t)least(operands[0], PLAN_PAYLOAD_BYTES_MAX);
        part->seed = least(operands[1], (uint64_t)PLAN_COUNT_MAX);
        return true;
    case TAPE_CAPTURED:
        return part_captured(tape, event, part);
    case TAPE_ANY:
        part->kind = PLAN_ANY;
        part->size = (size_t)least(operands[0], PLAN_PAYLOAD_BYTES_MAX);
        return !sent && part->size > 0;
    case TAPE_CAPTURE:
        return !sent && part_capture(tape, event, part);
    default: /* TAPE_SEND, TAPE_BYTES, TAPE_EXPECT */
        part->data = event->payload;
        part->size = event->payload_size;
        return true;
    }
}

/* What is only so many bytes may be fewer; what a capture holds may not. */
static bool part_fit(struct plan_part *part, uint64_t most)
{
    if (part->size <= most) {
        return true;
    }
    part->size = (size_t)most;
    return part->kind == PLAN_BYTES || part->kind == PLAN_FILL || part->kind == PLAN_RANDOM ||
           (part->kind == PLAN_ANY && most > 0);
}

void tape_part_event(struct tape *tape, const struct tape_event *event)
{
    struct plan_step *step = tape->current;
    struct plan_payload *payload = payload_of(step);
    struct plan_part part;
    if (!payload || tape->part_count == tape->limits.parts ||
        !part_read(tape, event, step->verb == PLAN_SEND, &part) ||
        !part_fit(&part, bytes_left(tape, step, payload->size))) {
        return;
    }
    capture_begin(tape, event->operands[0], &part);
    bool captures = part.kind == PLAN_CAPTURE || part.kind == PLAN_CAPTURED;
    if (captures && !tape_lane_allows_capture(tape, part.capture, part.kind == PLAN_CAPTURE)) {
        return;
    }
    tape->parts[tape->part_count++] = part;
    payload->part_count++;
    payload->size += part.size;
    if (step->verb == PLAN_SEND) {
        struct tape_work work = {.sent_bytes = part.size,
                                 .steps = step->send.cut_every ? part.size : 0};
        tape_work_add(tape, &work);
    }
}

static void add_cut(struct tape *tape, struct plan_step *step, uint64_t distance)
{
    size_t before = step->send.cut_count ? step->send.cuts[step->send.cut_count - 1] : 0;
    size_t size = step->send.payload.size;
    struct tape_work work = {.steps = 1};
    if (step->send.cut_every || size < 2 || before >= size - 1 || tape_steps_left(tape) == 0 ||
        tape->cut_count == tape->limits.cuts) {
        return;
    }
    if (step->send.cut_count++ == 0) {
        step->send.cuts = tape->cuts + tape->cut_count;
    }
    tape->cuts[tape->cut_count++] = before + 1 + (size_t)(distance % (size - 1 - before));
    tape_work_add(tape, &work);
}

static void cut_every(struct tape *tape, struct plan_step *step)
{
    struct tape_work work = {.steps = step->send.payload.size};
    if (!step->send.cut_every && step->send.cut_count == 0 && work.steps <= tape_steps_left(tape)) {
        step->send.cut_every = true;
        tape_work_add(tape, &work);
    }
}

static void set_send_outcome(const struct tape *tape, struct plan_step *step, uint64_t number)
{
    enum plan_send_outcome outcome = (enum plan_send_outcome)(number % (PLAN_SEND_REFUSED + 1));
    bool allowed = outcome == PLAN_SENT || (outcome == PLAN_SEND_BROKEN && !tape->udp) ||
                   (outcome == PLAN_SEND_REFUSED && tape->udp && step->send.settle);
    step->send.outcome = allowed ? outcome : step->send.outcome;
}

/* A connect that does not stay is one that the story has to hear of again. */
static void set_connect_outcome(struct tape *tape, struct plan_step *step, uint64_t number)
{
    enum plan_connect_outcome outcome = (enum plan_connect_outcome)(number % (PLAN_HUNG + 1));
    if (tape->udp || step->connect != PLAN_CONNECTED || outcome == PLAN_CONNECTED) {
        return;
    }
    step->connect = outcome;
    if (outcome == PLAN_CONNECT_REFUSED || tape->plan.worlds != PLAN_SIM) {
        tape->clients[step->client].state = TAPE_GONE;
        tape->unhalved--;
        tape->open--;
    }
}

static void set_outcome(struct tape *tape, struct plan_step *step, uint64_t number)
{
    if (tape->use == TAPE_EXPLORE) {
        return;
    }
    if (step->verb == PLAN_CONNECT) {
        set_connect_outcome(tape, step, number);
    } else if (step->verb == PLAN_SEND) {
        set_send_outcome(tape, step, number);
    }
}

void tape_cut_event(struct tape *tape, const struct tape_event *event)
{
    struct plan_step *step = tape->current;
    if (step && event->opcode == TAPE_OUTCOME) {
        set_outcome(tape, step, event->operands[0]);
    }
    if (!step || step->verb != PLAN_SEND) {
        return;
    }
    if (event->opcode == TAPE_CUT && !tape->udp) {
        add_cut(tape, step, event->operands[0]);
    } else if (event->opcode == TAPE_CUT_EVERY && !tape->udp) {
        cut_every(tape, step);
    } else if (event->opcode == TAPE_UNSETTLED) {
        step->send.settle = step->send.settle && step->send.outcome == PLAN_SEND_REFUSED;
    }
}
