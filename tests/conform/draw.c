/* SPDX-License-Identifier: MIT */
/* Themes, and what is likely in each. What a socket has become is only guessed: the drawing does
 * not know how the calls will end. */
#include "draw.h"

#include "prng.h"

enum guess_state { GUESS_NONE, GUESS_FRESH, GUESS_LISTENER, GUESS_LINK, GUESS_DATAGRAM };

struct guess {
    enum guess_state state;
    bool six;
    int home; /* of a client that waits to be accepted: its listener; else TARGET_NONE */
    int peer; /* the other end of the stream, or TARGET_NONE */
};

struct draw {
    struct prng prng;
    struct sequence *sequence;
    int slots;
    struct guess guesses[SEQUENCE_SLOTS];
    bool watchful; /* every socket is watched, and asked about after nearly every call */
    bool small;    /* buffers are small */
    bool bulk;     /* payloads may be large */
};

/* Something to do and how likely it is. */
struct choice {
    int what;
    unsigned weight;
};

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

static int below(struct draw *draw, unsigned bound)
{
    return (int)prng_below(&draw->prng, bound);
}

static bool chance(struct draw *draw, unsigned percent)
{
    return below(draw, 100) < (int)percent;
}

static int pick(struct draw *draw, const struct choice *choices, size_t count)
{
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += choices[i].weight;
    }
    int left = below(draw, sum);
    for (size_t i = 0; i < count; i++) {
        left -= (int)choices[i].weight;
        if (left < 0) {
            return choices[i].what;
        }
    }
    return choices[0].what;
}

static void emit(struct draw *draw, int op, int slot, int target, int number)
{
    sequence_add(draw->sequence, (enum sequence_op)op, slot, target, number);
    if (draw->watchful && op != OP_WAIT && op != OP_WATCH && op <= OP_CLOSE && chance(draw, 80)) {
        sequence_add(draw->sequence, OP_WAIT, TARGET_NONE, TARGET_NONE, 0);
    }
}

static int draw_slot(struct draw *draw, enum guess_state state, bool six)
{
    if (draw->slots == SEQUENCE_SLOTS) {
        return TARGET_NONE;
    }
    draw->guesses[draw->slots] =
        (struct guess){.state = state, .six = six, .home = TARGET_NONE, .peer = TARGET_NONE};
    return draw->slots++;
}

/* A random slot that is guessed to be in the state, or in any; TARGET_NONE when there is none. */
static int some(struct draw *draw, enum guess_state state)
{
    int found[SEQUENCE_SLOTS];
    int count = 0;
    for (int i = 0; i < draw->slots; i++) {
        if (draw->guesses[i].state == state ||
            (state == GUESS_NONE && draw->guesses[i].state != GUESS_NONE)) {
            found[count++] = i;
        }
    }
    return count > 0 ? found[below(draw, (unsigned)count)] : TARGET_NONE;
}

/* From 0 to `most`: a few bytes are as likely as some hundred, or as some ten thousand. */
static int draw_any_size(struct draw *draw, int most)
{
    int magnitudes = 1;
    while (2 << magnitudes <= most + 1) {
        magnitudes++;
    }
    int least = (1 << below(draw, (unsigned)magnitudes + 1)) - 1;
    int above = least * 2 < most ? least * 2 : most;
    return least + below(draw, (unsigned)(above - least + 1));
}

/* Half of all sizes are those at which something is known to change. */
static int draw_send_size(struct draw *draw)
{
    static const int sizes[] = {1, 5, 0, 1000, 1024, 4096, 32768, 100000};
    if (chance(draw, 50)) {
        return draw_any_size(draw, draw->bulk ? 100000 : 16384);
    }
    return sizes[below(draw, draw->bulk ? 8 : 6)];
}

static int draw_receive_size(struct draw *draw)
{
    static const int sizes[] = {1, 5, 1000, 1024, 4096, 32768, 100000};
    return chance(draw, 50) ? 1 + draw_any_size(draw, 99999) : sizes[below(draw, 7)];
}

static int draw_datagram_size(struct draw *draw)
{
    static const int sizes[] = {1, 5, 0, 1000, 1024, 2000, 4096, 20000, 65507, 65508, 65527, 65528};
    bool large = draw->bulk && !draw->small;
    if (chance(draw, 50)) {
        return draw_any_size(draw, large ? 65536 : 4096);
    }
    return sizes[below(draw, large ? 12 : 6)];
}

/* Mostly so few that the queue is soon full. */
static int draw_backlog(struct draw *draw)
{
    return below(draw, chance(draw, 60) ? 4 : 9);
}

static int draw_buffer(struct draw *draw)
{
    static const int sizes[] = {1, 2000, 4096, 16384, 65536};
    return sizes[below(draw, 5)];
}

static void draw_buffers(struct draw *draw, int slot)
{
    if (draw->small && chance(draw, 50)) {
        emit(draw, OP_SNDBUF, slot, TARGET_NONE, draw_buffer(draw));
    }
    if (draw->small && chance(draw, 50)) {
        emit(draw, OP_RCVBUF, slot, TARGET_NONE, draw_buffer(draw));
    }
}

static void draw_watch(struct draw *draw, int slot)
{
    if (draw->watchful) {
        int events = chance(draw, 70) ? 3 : 1 + below(draw, 2);
        emit(draw, OP_WATCH, slot, TARGET_NONE, events);
    }
}

static int draw_stream_socket(struct draw *draw, enum guess_state state, bool six)
{
    int slot = draw_slot(draw, state, six);
    if (slot != TARGET_NONE) {
        emit(draw, six ? OP_TCP6 : OP_TCP4, slot, TARGET_NONE, 0);
        draw_buffers(draw, slot);
        draw_watch(draw, slot);
    }
    return slot;
}

static void draw_listener(struct draw *draw, bool six)
{
    int slot = draw_stream_socket(draw, GUESS_LISTENER, six);
    if (slot != TARGET_NONE) {
        emit(draw, OP_BIND, slot, chance(draw, 95) || six ? TARGET_FREE : TARGET_ANY, 0);
        emit(draw, OP_LISTEN, slot, TARGET_NONE, draw_backlog(draw));
    }
}

static void draw_client(struct draw *draw)
{
    int listener = some(draw, GUESS_LISTENER);
    bool six = listener >= 0 && draw->guesses[listener].six;
    int slot = draw_stream_socket(draw, GUESS_LINK, six);
    if (slot == TARGET_NONE) {
        return;
    }
    if (chance(draw, 8)) {
        emit(draw, OP_BIND, slot, TARGET_FREE, 0);
    }
    int target = chance(draw, 3) || listener < 0 ? TARGET_NOWHERE : listener;
    emit(draw, OP_CONNECT, slot, target, 0);
    draw->guesses[slot].home = target;
    if (chance(draw, 10)) {
        emit(draw, OP_CONNECT, slot, target, 0);
    }
}

static void draw_accept(struct draw *draw)
{
    int listener = some(draw, GUESS_LISTENER);
    int slot =
        listener >= 0 ? draw_slot(draw, GUESS_LINK, draw->guesses[listener].six) : TARGET_NONE;
    if (slot == TARGET_NONE) {
        return;
    }
    emit(draw, OP_ACCEPT, slot, listener, 0);
    draw_watch(draw, slot);
    for (int i = 0; i < slot; i++) {
        if (draw->guesses[i].home == listener) {
            draw->guesses[i].home = TARGET_NONE;
            draw->guesses[i].peer = slot;
            draw->guesses[slot].peer = i;
            return;
        }
    }
}

static void draw_datagram_socket(struct draw *draw, bool six)
{
    int slot = draw_slot(draw, GUESS_DATAGRAM, six);
    if (slot == TARGET_NONE) {
        return;
    }
    emit(draw, six ? OP_UDP6 : OP_UDP4, slot, TARGET_NONE, 0);
    draw_buffers(draw, slot);
    draw_watch(draw, slot);
    if (chance(draw, 75)) {
        emit(draw, OP_BIND, slot, chance(draw, 80) ? TARGET_FREE : TARGET_ANY, 0);
    }
    int target = some(draw, GUESS_DATAGRAM);
    if (chance(draw, 55) && target != slot) {
        emit(draw, OP_CONNECT, slot, target, 0);
    }
}

/* Where to, for a call on `slot`; never to itself. */
static int draw_target(struct draw *draw, int slot)
{
    enum guess_state state = draw->guesses[slot].state == GUESS_DATAGRAM ? GUESS_DATAGRAM
                             : chance(draw, 80)                          ? GUESS_LISTENER
                                                                         : GUESS_NONE;
    int target = some(draw, state);
    return chance(draw, 6) || target == slot || target == TARGET_NONE ? TARGET_NOWHERE : target;
}

static void draw_bind(struct draw *draw, int slot)
{
    int target = some(draw, GUESS_NONE);
    bool free_port = chance(draw, 60) || target == slot || target < 0;
    bool any = draw->guesses[slot].state == GUESS_DATAGRAM && chance(draw, 20);
    emit(draw, OP_BIND, slot, any ? TARGET_ANY : free_port ? TARGET_FREE : target, 0);
}

/* Often somebody reads what was sent. */
static void draw_answer(struct draw *draw, int slot)
{
    int peer = draw->guesses[slot].peer;
    if (peer >= 0 && chance(draw, 35)) {
        emit(draw, OP_RECV, peer, TARGET_NONE, draw_receive_size(draw));
    }
}

/* The numbers and targets of one call on `slot`. */
static void draw_call(struct draw *draw, int op, int slot)
{
    bool datagram = draw->guesses[slot].state == GUESS_DATAGRAM;
    int size = datagram ? draw_datagram_size(draw) : draw_send_size(draw);
    switch (op) {
    case OP_BIND:
        draw_bind(draw, slot);
        break;
    case OP_LISTEN:
        emit(draw, op, slot, TARGET_NONE, draw_backlog(draw));
        break;
    case OP_CONNECT:
        emit(draw, op, slot, draw_target(draw, slot), 0);
        break;
    case OP_SEND:
        emit(draw, op, slot, TARGET_NONE, size);
        draw_answer(draw, slot);
        break;
    case OP_SENDTO:
        emit(draw, op, slot, draw_target(draw, slot), size);
        break;
    case OP_FLOOD:
        emit(draw, op, slot, draw_target(draw, slot), draw->small ? 5 : 300);
        break;
    case OP_RECV:
    case OP_RECVFROM:
        emit(draw, op, slot, TARGET_NONE, draw_receive_size(draw));
        break;
    case OP_LINGER:
        emit(draw, op, slot, TARGET_NONE, chance(draw, 70));
        break;
    case OP_WATCH:
        emit(draw, op, slot, TARGET_NONE, below(draw, 4));
        break;
    default:
        emit(draw, op, slot, TARGET_NONE, 0);
        break;
    }
    if (op == OP_CLOSE) {
        draw->guesses[slot].state = GUESS_NONE;
    }
}

static void draw_act(struct draw *draw, int what, enum guess_state state);

static void draw_anything(struct draw *draw)
{
    int what = pick(draw, any_choices, COUNT_OF(any_choices));
    if (what == OP_UDP4 || what == OP_UDP6) {
        draw_datagram_socket(draw, what == OP_UDP6);
    } else if (what == OP_TCP4 || what == OP_TCP6) {
        draw_stream_socket(draw, GUESS_FRESH, what == OP_TCP6);
    } else {
        draw_act(draw, what, GUESS_NONE);
    }
}

/* `state`: which sockets the theme is about. */
static void draw_act(struct draw *draw, int what, enum guess_state state)
{
    bool of_listeners = what == OP_LISTEN || what == OP_QUEUE;
    int slot = some(draw, of_listeners && state != GUESS_NONE ? GUESS_LISTENER : state);
    switch (what) {
    case OP_WAIT:
        emit(draw, OP_WAIT, TARGET_NONE, TARGET_NONE, 0);
        return;
    case OP_ACCEPT:
    case ACT_ACCEPT_NEXT:
        draw_accept(draw);
        return;
    case ACT_CLIENT:
        draw_client(draw);
        return;
    case ACT_LISTENER:
        draw_listener(draw, chance(draw, 30));
        return;
    case ACT_DATAGRAM_SOCKET:
        draw_datagram_socket(draw, chance(draw, 30));
        return;
    case ACT_ANYTHING:
        draw_anything(draw);
        return;
    default:
        break;
    }
    if (slot < 0) {
        return;
    }
    if (what == ACT_RESET) {
        emit(draw, OP_LINGER, slot, TARGET_NONE, 1);
        what = OP_CLOSE;
    }
    draw_call(draw, what, slot);
}

/* Connections that are established, used and ended. */
static void theme_links(struct draw *draw, bool six)
{
    int links = 1 + (chance(draw, 30) ? below(draw, 3) : 0);
    draw_listener(draw, six);
    for (int i = 0; i < links; i++) {
        draw_client(draw);
        draw_accept(draw);
    }
    for (int i = 5 + below(draw, 20); i > 0; i--) {
        draw_act(draw, pick(draw, link_choices, COUNT_OF(link_choices)), GUESS_LINK);
    }
}

/* Connections that wait, beyond the backlog too. */
static void theme_queue(struct draw *draw, bool six)
{
    draw_listener(draw, six);
    /* A crowd, for the larger backlogs. */
    for (int i = chance(draw, 40) ? 2 + below(draw, 10) : 0; i > 0; i--) {
        draw_client(draw);
    }
    for (int i = 8 + below(draw, 20); i > 0; i--) {
        enum guess_state state = chance(draw, 15) ? GUESS_LISTENER : GUESS_LINK;
        draw_act(draw, pick(draw, queue_choices, COUNT_OF(queue_choices)), state);
    }
}

static void theme_datagrams(struct draw *draw, bool six)
{
    int sockets = 2 + below(draw, 3);
    for (int i = 0; i < sockets; i++) {
        draw_datagram_socket(draw, chance(draw, 5) ? !six : six);
    }
    for (int i = 5 + below(draw, 20); i > 0; i--) {
        draw_act(draw, pick(draw, datagram_choices, COUNT_OF(datagram_choices)), GUESS_DATAGRAM);
    }
}

static void theme_anything(struct draw *draw, bool six)
{
    draw_listener(draw, six);
    draw_client(draw);
    for (int i = 5 + below(draw, 25); i > 0; i--) {
        draw_anything(draw);
    }
}

void draw_sequence(uint64_t seed, struct sequence *sequence)
{
    static void (*const themes[])(struct draw * draw, bool six) = {theme_links, theme_queue,
                                                                   theme_datagrams, theme_anything};
    static const struct choice shares[] = {{0, 50}, {1, 20}, {2, 20}, {3, 10}};
    struct draw draw = {.prng = {.state = seed}, .sequence = sequence};
    sequence->count = 0;
    draw.watchful = chance(&draw, 40);
    draw.small = chance(&draw, 15);
    draw.bulk = chance(&draw, 15);
    themes[pick(&draw, shares, COUNT_OF(shares))](&draw, chance(&draw, 30));
}
