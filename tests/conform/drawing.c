/* SPDX-License-Identifier: MIT */
/* Everything here takes its numbers from the one generator, so that a seed is one sequence. */
#include "drawing.h"

int drawing_below(struct drawing *drawing, unsigned bound)
{
    return (int)prng_below(&drawing->prng, bound);
}

bool drawing_chance(struct drawing *drawing, unsigned percent)
{
    return drawing_below(drawing, 100) < (int)percent;
}

int drawing_pick(struct drawing *drawing, const struct choice *choices, size_t count)
{
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += choices[i].weight;
    }
    int left = drawing_below(drawing, sum);
    for (size_t i = 0; i < count; i++) {
        left -= (int)choices[i].weight;
        if (left < 0) {
            return choices[i].what;
        }
    }
    return choices[0].what;
}

void drawing_emit(struct drawing *drawing, int op, int slot, int target, int number)
{
    sequence_add(drawing->sequence, (enum sequence_op)op, slot, target, number);
    if (drawing->watchful && op != OP_WAIT && op != OP_WATCH && op <= OP_CLOSE &&
        drawing_chance(drawing, 80)) {
        sequence_add(drawing->sequence, OP_WAIT, TARGET_NONE, TARGET_NONE, 0);
    }
}

int drawing_slot(struct drawing *drawing, enum guess_state state, bool six)
{
    if (drawing->slots == SEQUENCE_SLOTS) {
        return TARGET_NONE;
    }
    drawing->guesses[drawing->slots] =
        (struct guess){.state = state, .six = six, .home = TARGET_NONE, .peer = TARGET_NONE};
    return drawing->slots++;
}

int drawing_some(struct drawing *drawing, enum guess_state state)
{
    int found[SEQUENCE_SLOTS];
    int count = 0;
    for (int i = 0; i < drawing->slots; i++) {
        if (drawing->guesses[i].state == state ||
            (state == GUESS_NONE && drawing->guesses[i].state != GUESS_NONE)) {
            found[count++] = i;
        }
    }
    return count > 0 ? found[drawing_below(drawing, (unsigned)count)] : TARGET_NONE;
}

/* From 0 to `most`: a few bytes are as likely as some hundred, or as some ten thousand. */
static int any_size(struct drawing *drawing, int most)
{
    int magnitudes = 1;
    while (2 << magnitudes <= most + 1) {
        magnitudes++;
    }
    int least = (1 << drawing_below(drawing, (unsigned)magnitudes + 1)) - 1;
    int above = least * 2 < most ? least * 2 : most;
    return least + drawing_below(drawing, (unsigned)(above - least + 1));
}

/* Half of all sizes are those at which something is known to change. */
int drawing_send_size(struct drawing *drawing)
{
    static const int sizes[] = {1, 5, 0, 1000, 1024, 4096, 32768, 100000};
    if (drawing_chance(drawing, 50)) {
        return any_size(drawing, drawing->bulk ? 100000 : 16384);
    }
    return sizes[drawing_below(drawing, drawing->bulk ? 8 : 6)];
}

int drawing_receive_size(struct drawing *drawing)
{
    static const int sizes[] = {1, 5, 1000, 1024, 4096, 32768, 100000};
    return drawing_chance(drawing, 50) ? 1 + any_size(drawing, 99999)
                                       : sizes[drawing_below(drawing, 7)];
}

int drawing_datagram_size(struct drawing *drawing)
{
    static const int sizes[] = {1, 5, 0, 1000, 1024, 2000, 4096, 20000, 65507, 65508, 65527, 65528};
    bool large = drawing->bulk && !drawing->small;
    if (drawing_chance(drawing, 50)) {
        return any_size(drawing, large ? 65536 : 4096);
    }
    return sizes[drawing_below(drawing, large ? 12 : 6)];
}

/* Mostly so few that the queue is soon full. */
int drawing_backlog(struct drawing *drawing)
{
    return drawing_below(drawing, drawing_chance(drawing, 60) ? 4 : 9);
}

int drawing_buffer(struct drawing *drawing)
{
    static const int sizes[] = {1, 2000, 4096, 16384, 65536};
    return sizes[drawing_below(drawing, 5)];
}
