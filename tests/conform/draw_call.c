/* SPDX-License-Identifier: MIT */
/* What is likely to bring a socket into being, and what its calls take. */
#include "draw_call.h"

static void draw_buffers(struct drawing *drawing, int slot)
{
    if (drawing->small && drawing_chance(drawing, 50)) {
        drawing_emit(drawing, OP_SNDBUF, slot, TARGET_NONE, drawing_buffer(drawing));
    }
    if (drawing->small && drawing_chance(drawing, 50)) {
        drawing_emit(drawing, OP_RCVBUF, slot, TARGET_NONE, drawing_buffer(drawing));
    }
}

static void draw_watch(struct drawing *drawing, int slot)
{
    if (drawing->watchful) {
        int events = drawing_chance(drawing, 70) ? 3 : 1 + drawing_below(drawing, 2);
        drawing_emit(drawing, OP_WATCH, slot, TARGET_NONE, events);
    }
}

int draw_call_stream(struct drawing *drawing, enum guess_state state, bool six)
{
    int slot = drawing_slot(drawing, state, six);
    if (slot != TARGET_NONE) {
        drawing_emit(drawing, six ? OP_TCP6 : OP_TCP4, slot, TARGET_NONE, 0);
        draw_buffers(drawing, slot);
        draw_watch(drawing, slot);
    }
    return slot;
}

void draw_call_listener(struct drawing *drawing, bool six)
{
    int slot = draw_call_stream(drawing, GUESS_LISTENER, six);
    if (slot != TARGET_NONE) {
        drawing_emit(drawing, OP_BIND, slot,
                     drawing_chance(drawing, 95) || six ? TARGET_FREE : TARGET_ANY, 0);
        drawing_emit(drawing, OP_LISTEN, slot, TARGET_NONE, drawing_backlog(drawing));
    }
}

void draw_call_client(struct drawing *drawing)
{
    int listener = drawing_some(drawing, GUESS_LISTENER);
    bool six = listener >= 0 && drawing->guesses[listener].six;
    int slot = draw_call_stream(drawing, GUESS_LINK, six);
    if (slot == TARGET_NONE) {
        return;
    }
    if (drawing_chance(drawing, 8)) {
        drawing_emit(drawing, OP_BIND, slot, TARGET_FREE, 0);
    }
    int target = drawing_chance(drawing, 3) || listener < 0 ? TARGET_NOWHERE : listener;
    drawing_emit(drawing, OP_CONNECT, slot, target, 0);
    drawing->guesses[slot].home = target;
    if (drawing_chance(drawing, 10)) {
        drawing_emit(drawing, OP_CONNECT, slot, target, 0);
    }
}

void draw_call_accept(struct drawing *drawing)
{
    int listener = drawing_some(drawing, GUESS_LISTENER);
    int slot = listener >= 0 ? drawing_slot(drawing, GUESS_LINK, drawing->guesses[listener].six)
                             : TARGET_NONE;
    if (slot == TARGET_NONE) {
        return;
    }
    drawing_emit(drawing, OP_ACCEPT, slot, listener, 0);
    draw_watch(drawing, slot);
    for (int i = 0; i < slot; i++) {
        if (drawing->guesses[i].home == listener) {
            drawing->guesses[i].home = TARGET_NONE;
            drawing->guesses[i].peer = slot;
            drawing->guesses[slot].peer = i;
            return;
        }
    }
}

void draw_call_datagram(struct drawing *drawing, bool six)
{
    int slot = drawing_slot(drawing, GUESS_DATAGRAM, six);
    if (slot == TARGET_NONE) {
        return;
    }
    drawing_emit(drawing, six ? OP_UDP6 : OP_UDP4, slot, TARGET_NONE, 0);
    draw_buffers(drawing, slot);
    draw_watch(drawing, slot);
    if (drawing_chance(drawing, 75)) {
        drawing_emit(drawing, OP_BIND, slot, drawing_chance(drawing, 80) ? TARGET_FREE : TARGET_ANY,
                     0);
    }
    int target = drawing_some(drawing, GUESS_DATAGRAM);
    if (drawing_chance(drawing, 55) && target != slot) {
        drawing_emit(drawing, OP_CONNECT, slot, target, 0);
    }
}

/* Where to, for a call on `slot`; never to itself. */
static int draw_target(struct drawing *drawing, int slot)
{
    enum guess_state state = drawing->guesses[slot].state == GUESS_DATAGRAM ? GUESS_DATAGRAM
                             : drawing_chance(drawing, 80)                  ? GUESS_LISTENER
                                                                            : GUESS_NONE;
    int target = drawing_some(drawing, state);
    return drawing_chance(drawing, 6) || target == slot || target == TARGET_NONE ? TARGET_NOWHERE
                                                                                 : target;
}

static void draw_bind(struct drawing *drawing, int slot)
{
    int target = drawing_some(drawing, GUESS_NONE);
    bool free_port = drawing_chance(drawing, 60) || target == slot || target < 0;
    bool any = drawing->guesses[slot].state == GUESS_DATAGRAM && drawing_chance(drawing, 20);
    drawing_emit(drawing, OP_BIND, slot, any ? TARGET_ANY : free_port ? TARGET_FREE : target, 0);
}

/* Often somebody reads what was sent. */
static void draw_answer(struct drawing *drawing, int slot)
{
    int peer = drawing->guesses[slot].peer;
    if (peer >= 0 && drawing_chance(drawing, 35)) {
        drawing_emit(drawing, OP_RECV, peer, TARGET_NONE, drawing_receive_size(drawing));
    }
}

void draw_call_on(struct drawing *drawing, int op, int slot)
{
    bool datagram = drawing->guesses[slot].state == GUESS_DATAGRAM;
    int size = datagram ? drawing_datagram_size(drawing) : drawing_send_size(drawing);
    switch (op) {
    case OP_BIND:
        draw_bind(drawing, slot);
        break;
    case OP_LISTEN:
        drawing_emit(drawing, op, slot, TARGET_NONE, drawing_backlog(drawing));
        break;
    case OP_CONNECT:
        drawing_emit(drawing, op, slot, draw_target(drawing, slot), 0);
        break;
    case OP_SEND:
        drawing_emit(drawing, op, slot, TARGET_NONE, size);
        draw_answer(drawing, slot);
        break;
    case OP_SENDTO:
        drawing_emit(drawing, op, slot, draw_target(drawing, slot), size);
        break;
    case OP_FLOOD:
        drawing_emit(drawing, op, slot, draw_target(drawing, slot), drawing->small ? 5 : 300);
        break;
    case OP_RECV:
    case OP_RECVFROM:
        drawing_emit(drawing, op, slot, TARGET_NONE, drawing_receive_size(drawing));
        break;
    case OP_LINGER:
        drawing_emit(drawing, op, slot, TARGET_NONE, drawing_chance(drawing, 70));
        break;
    case OP_WATCH:
        drawing_emit(drawing, op, slot, TARGET_NONE, drawing_below(drawing, 4));
        break;
    default:
        drawing_emit(drawing, op, slot, TARGET_NONE, 0);
        break;
    }
    if (op == OP_CLOSE) {
        drawing->guesses[slot].state = GUESS_NONE;
    }
}
