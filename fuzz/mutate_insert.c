/* SPDX-License-Identifier: MIT */
/* New events, drawn so that most of them make sense where they are put. */
#include "mutate_internal.h"

/* A fuzzer's plan has eight clients. A larger number stands for one for whom the event makes sense
 * (tape_event.h). */
#define FITTING_FIRST 128u
#define FITTING_COUNT 8u

/* How often which event: peers do most, and what only an injected fault can cause comes rarely.
 * That is drawn from numbers that are told apart: the calls, sticky or not; the first few of each;
 * the errors, and behind them short transfers of few bytes. */
#define FAULT_CALLS   10u
#define FAULT_NTHS    8u
#define FAULT_EFFECTS 24u
static const struct {
    enum tape_opcode opcode;
    unsigned weight;
} kinds[] = {
    {TAPE_SEND, 80},     {TAPE_CONNECT, 30},    {TAPE_CUT, 14},        {TAPE_WAIT, 12},
    {TAPE_CLOSE, 12},    {TAPE_HALF_CLOSE, 10}, {TAPE_RESET, 10},      {TAPE_UNSETTLED, 8},
    {TAPE_COMPOSE, 6},   {TAPE_FILL, 6},        {TAPE_PAUSE, 5},       {TAPE_RESUME, 5},
    {TAPE_CUT_EVERY, 5}, {TAPE_BYTES, 4},       {TAPE_OPTION, 3},      {TAPE_TOGETHER, 3},
    {TAPE_LANE, 3},      {TAPE_END, 3},         {TAPE_OPTION_TEXT, 2}, {TAPE_SET, 2},
    {TAPE_SERVER, 2},    {TAPE_RANDOM, 2},      {TAPE_REPEAT, 2},      {TAPE_ORDER, 1},
    {TAPE_FAULT, 5},     {TAPE_NETWORK, 1},
};
#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

size_t mutate_place(struct mutate *mutate)
{
    return mutate_rarely(mutate, 2) ? mutate->count
                                    : (size_t)mutate_below(mutate, mutate->count + 1);
}

uint64_t mutate_some_client(struct mutate *mutate, size_t at)
{
    struct tape_event event;
    uint64_t way = mutate_below(mutate, 4);
    if (way < 2) {
        /* Whoever acted before goes on. */
        for (size_t i = at; i-- > 0;) {
            mutate_event(mutate, i, &event);
            if (event.opcode < TAPE_RARE && tape_opcode_has_client(event.opcode)) {
                return event.operands[0];
            }
        }
    }
    return way == 3 ? mutate_below(mutate, 4) : FITTING_FIRST + mutate_below(mutate, FITTING_COUNT);
}

static enum tape_opcode draw_kind(struct mutate *mutate)
{
    unsigned sum = 0, kind = 0;
    for (unsigned i = 0; i < KIND_COUNT; i++) {
        sum += kinds[i].weight;
    }
    for (uint64_t drawn = mutate_below(mutate, sum); drawn >= kinds[kind].weight; kind++) {
        drawn -= kinds[kind].weight;
    }
    return kinds[kind].opcode;
}

static bool stands_first(enum tape_opcode opcode)
{
    return opcode == TAPE_SET || opcode == TAPE_OPTION || opcode == TAPE_OPTION_TEXT ||
           opcode == TAPE_FAULT || opcode == TAPE_NETWORK;
}

static bool belongs_to_send(enum tape_opcode opcode)
{
    return opcode == TAPE_CUT || opcode == TAPE_CUT_EVERY || opcode == TAPE_UNSETTLED ||
           opcode == TAPE_BYTES || opcode == TAPE_FILL || opcode == TAPE_RANDOM;
}

static bool is_any_send(const struct tape_event *event)
{
    return event->opcode == TAPE_SEND || event->opcode == TAPE_COMPOSE;
}

static bool is_connect(const struct tape_event *event)
{
    return event->opcode == TAPE_CONNECT;
}

static uint64_t draw_number(struct mutate *mutate)
{
    return mutate_rarely(mutate, 2) ? mutate_border(mutate) : mutate_below(mutate, 16);
}

static void fill_operands(struct mutate *mutate, size_t at, struct tape_event *event)
{
    for (unsigned i = 0; i < tape_opcode_operands(event->opcode); i++) {
        event->operands[i] = draw_number(mutate);
    }
    if (tape_opcode_has_client(event->opcode)) {
        event->operands[0] = mutate_some_client(mutate, at);
    } else if (event->opcode == TAPE_FILL) {
        event->operands[0] = mutate_below(mutate, 128);
    } else if (event->opcode == TAPE_FAULT) {
        event->operands[0] = mutate_below(mutate, FAULT_CALLS);
        event->operands[1] = 1 + mutate_below(mutate, FAULT_NTHS);
        event->operands[2] = mutate_below(mutate, FAULT_EFFECTS);
    }
}

static size_t place_of(struct mutate *mutate, enum tape_opcode opcode)
{
    if (stands_first(opcode)) {
        return 0;
    }
    if (belongs_to_send(opcode)) {
        size_t send = mutate_find(mutate, is_any_send);
        return send < mutate->count ? send + 1 : mutate->count;
    }
    return mutate_place(mutate);
}

bool mutate_insert(struct mutate *mutate)
{
    struct tape_event event = {.opcode = draw_kind(mutate)};
    size_t at = place_of(mutate, event.opcode);
    /* Nothing happens in a tape in which nobody connects. */
    if (!mutate_rarely(mutate, 8) && mutate_find(mutate, is_connect) == mutate->count) {
        event.opcode = TAPE_CONNECT;
        at = 0;
    }
    fill_operands(mutate, at, &event);
    if (mutate_has_payload(&event)) {
        mutate_payload_new(mutate, mutate_room(mutate, &event));
        event.payload = mutate->payload;
        event.payload_size = mutate->payload_size;
    }
    return mutate_build(mutate, &event) && mutate_put(mutate, at, at);
}
