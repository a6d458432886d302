/* SPDX-License-Identifier: MIT */
/* Themes, and what is likely in each. */
#include "draw.h"

#include "draw_call.h"

/* Things to do that are more than one call. */
enum act {
    ACT_CLIENT = OP_COUNT, /* a new client for some listener */
    ACT_ACCEPT_NEXT,       /* accept at some listener */
    ACT_RESET,             /* linger and close */
    ACT_ANYTHING,          /* any call on anything */
    ACT_DATAGRAM_SOCKET,
    ACT_LISTENER
};

static const struct choice link_choices[] = {
    {OP_SEND, 26},     {OP_RECV, 24},        {OP_DRAIN, 6},  {OP_SHUT_RD, 3},   {OP_SHUT_WR, 7},
    {OP_SHUT_RDWR, 3}, {OP_CLOSE, 7},        {ACT_RESET, 4}, {OP_NAME, 1},      {OP_PEER, 3},
    {OP_ERROR, 5},     {OP_WAIT, 4},         {OP_FILL, 1},   {OP_CONNECT, 2},   {OP_LINGER, 1},
    {ACT_CLIENT, 3},   {ACT_ACCEPT_NEXT, 3}, {OP_WATCH, 1},  {ACT_ANYTHING, 4}, {OP_RECVFROM, 1},
};

static const struct choice queue_choices[] = {
    {ACT_CLIENT, 30}, {ACT_ACCEPT_NEXT, 24}, {OP_QUEUE, 6}, {OP_LISTEN, 7},  {OP_CLOSE, 9},
    {ACT_RESET, 8},   {OP_SEND, 12},         {OP_RECV, 7},  {OP_SHUT_WR, 4}, {OP_SHUT_RD, 2},
    {OP_ERROR, 5},    {OP_PEER, 3},          {OP_NAME, 2},  {OP_WAIT, 5},    {OP_CONNECT, 5},
    {OP_DRAIN, 3},    {OP_SHUT_RDWR, 3},     {OP_WATCH, 1}, {OP_LINGER, 1},  {ACT_ANYTHING, 6},
    {ACT_LISTENER, 1}};

static const struct choice datagram_choices[] = {
    {OP_SENDTO, 28},   {OP_SEND, 14}, {OP_RECVFROM, 26}, {OP_RECV, 12},
    {OP_CONNECT, 10},  {OP_BIND, 3},  {OP_CLOSE, 6},     {OP_ERROR, 5},
    {OP_NAME, 3},      {OP_PEER, 3},  {OP_DROPPED, 2},   {OP_WAIT, 4},
    {OP_DRAIN, 2},     {OP_FLOOD, 1}, {OP_SHUT_RD, 1},   {OP_SHUT_WR, 1},
    {OP_SHUT_RDWR, 1}, {OP_WATCH, 1}, {ACT_ANYTHING, 3}, {ACT_DATAGRAM_SOCKET, 3}};

static const struct choice any_choices[] = {
    {OP_BIND, 3},    {OP_LISTEN, 3},    {OP_ACCEPT, 3},   {OP_CONNECT, 5}, {OP_SEND, 5},
    {OP_SENDTO, 4},  {OP_RECV, 5},      {OP_RECVFROM, 3}, {OP_DRAIN, 2},   {OP_SHUT_RD, 2},
    {OP_SHUT_WR, 2}, {OP_SHUT_RDWR, 2}, {OP_CLOSE, 3},    {OP_LINGER, 2},  {OP_NAME, 3},
    {OP_PEER, 3},    {OP_ERROR, 3},     {OP_QUEUE, 2},    {OP_DROPPED, 2}, {OP_WATCH, 3},
    {OP_WAIT, 3},    {OP_TCP4, 2},      {OP_TCP6, 1},     {OP_UDP4, 1},    {OP_UDP6, 1}};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void draw_act(struct drawing *drawing, int what, enum guess_state state);

static void draw_anything(struct drawing *drawing)
{
    int what = drawing_pick(drawing, any_choices, COUNT_OF(any_choices));
    if (what == OP_UDP4 || what == OP_UDP6) {
        draw_call_datagram(drawing, what == OP_UDP6);
    } else if (what == OP_TCP4 || what == OP_TCP6) {
        draw_call_stream(drawing, GUESS_FRESH, what == OP_TCP6);
    } else {
        draw_act(drawing, what, GUESS_NONE);
    }
}

/* `state`: which sockets the theme is about. */
static void draw_act(struct drawing *drawing, int what, enum guess_state state)
{
    bool of_listeners = what == OP_LISTEN || what == OP_QUEUE;
    int slot = drawing_some(drawing, of_listeners && state != GUESS_NONE ? GUESS_LISTENER : state);
    switch (what) {
    case OP_WAIT:
        drawing_emit(drawing, OP_WAIT, TARGET_NONE, TARGET_NONE, 0);
        return;
    case OP_ACCEPT:
    case ACT_ACCEPT_NEXT:
        draw_call_accept(drawing);
        return;
    case ACT_CLIENT:
        draw_call_client(drawing);
        return;
    case ACT_LISTENER:
        draw_call_listener(drawing, drawing_chance(drawing, 30));
        return;
    case ACT_DATAGRAM_SOCKET:
        draw_call_datagram(drawing, drawing_chance(drawing, 30));
        return;
    case ACT_ANYTHING:
        draw_anything(drawing);
        return;
    default:
        break;
    }
    if (slot < 0) {
        return;
    }
    if (what == ACT_RESET) {
        drawing_emit(drawing, OP_LINGER, slot, TARGET_NONE, 1);
        what = OP_CLOSE;
    }
    draw_call_on(drawing, what, slot);
}

/* Connections that are established, used and ended. */
static void theme_links(struct drawing *drawing, bool six)
{
    int links = 1 + (drawing_chance(drawing, 30) ? drawing_below(drawing, 3) : 0);
    draw_call_listener(drawing, six);
    for (int i = 0; i < links; i++) {
        draw_call_client(drawing);
        draw_call_accept(drawing);
    }
    for (int i = 5 + drawing_below(drawing, 20); i > 0; i--) {
        draw_act(drawing, drawing_pick(drawing, link_choices, COUNT_OF(link_choices)), GUESS_LINK);
    }
}

/* Connections that wait, beyond the backlog too. */
static void theme_queue(struct drawing *drawing, bool six)
{
    draw_call_listener(drawing, six);
    /* A crowd, for the larger backlogs. */
    for (int i = drawing_chance(drawing, 40) ? 2 + drawing_below(drawing, 10) : 0; i > 0; i--) {
        draw_call_client(drawing);
    }
    for (int i = 8 + drawing_below(drawing, 20); i > 0; i--) {
        enum guess_state state = drawing_chance(drawing, 15) ? GUESS_LISTENER : GUESS_LINK;
        draw_act(drawing, drawing_pick(drawing, queue_choices, COUNT_OF(queue_choices)), state);
    }
}

static void theme_datagrams(struct drawing *drawing, bool six)
{
    int sockets = 2 + drawing_below(drawing, 3);
    for (int i = 0; i < sockets; i++) {
        draw_call_datagram(drawing, drawing_chance(drawing, 5) ? !six : six);
    }
    for (int i = 5 + drawing_below(drawing, 20); i > 0; i--) {
        draw_act(drawing, drawing_pick(drawing, datagram_choices, COUNT_OF(datagram_choices)),
                 GUESS_DATAGRAM);
    }
}

static void theme_anything(struct drawing *drawing, bool six)
{
    draw_call_listener(drawing, six);
    draw_call_client(drawing);
    for (int i = 5 + drawing_below(drawing, 25); i > 0; i--) {
        draw_anything(drawing);
    }
}

void draw_sequence(uint64_t seed, struct sequence *sequence)
{
    static void (*const themes[])(struct drawing * drawing, bool six) = {
        theme_links, theme_queue, theme_datagrams, theme_anything};
    static const struct choice shares[] = {{0, 50}, {1, 20}, {2, 20}, {3, 10}};
    struct drawing drawing = {.prng = {.state = seed}, .sequence = sequence};
    sequence->count = 0;
    drawing.watchful = drawing_chance(&drawing, 40);
    drawing.small = drawing_chance(&drawing, 15);
    drawing.bulk = drawing_chance(&drawing, 15);
    themes[drawing_pick(&drawing, shares, COUNT_OF(shares))](&drawing,
                                                             drawing_chance(&drawing, 30));
}
