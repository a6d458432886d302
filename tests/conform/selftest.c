/* SPDX-License-Identifier: MIT */
/* Each proof prints what it saw. */
#include "selftest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "hunt.h"

#define TEXT_SEQUENCES 2000
#define DRAW_SEQUENCES 2000
#define SAME_SEQUENCES 2000
/* A lie that so many sequences do not meet would not be met by the real run's first seconds either.
 */
#define LIE_SEQUENCES 5000
#define SELFTEST_SEED 7
/* Shorter than the kernel's timers, the shortest of which is 40 ms. */
#define IMPATIENCE_NS (20 * CLOCK_MS)
/* So often a kernel that is that soon called late may be so for another reason. */
#define IMPATIENT_PLAYS 5

static struct rig selftest_rig;

/* The most calls that a lie's shortest sequence may have: what tells it, and nothing more. */
static const int calls_most[LIE_COUNT] = {
    [LIE_THIRD_RECV] = 14, [LIE_READABLE] = 8, [LIE_WRITABLE] = 3, [LIE_END] = 7,
    [LIE_RESET] = 9,       [LIE_BYTE] = 13,    [LIE_LOST] = 9,     [LIE_REFUSED] = 4,
    [LIE_PEER] = 6,        [LIE_EMPTY] = 6,    [LIE_ROOM] = 8,
};

static int selftest_said(bool good, const char *what, const char *detail)
{
    printf("%s: %s%s%s\n", good ? "ok" : "FAILED", what, *detail ? ": " : "", detail);
    return good ? 0 : 1;
}

static int selftest_text(void)
{
    char text[SEQUENCE_TEXT];
    struct sequence drawn;
    struct sequence read;
    const char *wrong = NULL;
    int good = 0;
    for (uint64_t i = 0; i < TEXT_SEQUENCES; i++) {
        hunt_draw(SELFTEST_SEED, i, &drawn);
        good += sequence_parse(sequence_text(&drawn, text), &read, &wrong) == 0 &&
                sequence_equal(&drawn, &read);
    }
    return selftest_said(good == TEXT_SEQUENCES, "a sequence's text reads back", "");
}

/* How far the drawing reaches. */
struct reach {
    bool sizes[2][SEQUENCE_NUMBER_MAX + 1]; /* by whether it is a datagram's */
    int different[2], largest[2];
    int backlog;
    bool wildcard[2]; /* of datagrams, by family */
};

static void reach_note(struct reach *reach, const enum sequence_op *made, const struct call *call)
{
    enum sequence_op kind = call->slot >= 0 ? made[call->slot] : OP_COUNT;
    bool datagram = kind == OP_UDP4 || kind == OP_UDP6;
    if (call->op == OP_SEND) {
        bool *seen = &reach->sizes[datagram][call->number];
        reach->different[datagram] += !*seen;
        *seen = true;
        if (call->number > reach->largest[datagram]) {
            reach->largest[datagram] = call->number;
        }
    } else if (call->op == OP_LISTEN && call->number > reach->backlog) {
        reach->backlog = call->number;
    } else if (call->op == OP_BIND && call->target == TARGET_ANY && datagram) {
        reach->wildcard[kind == OP_UDP6] = true;
    }
}

static int selftest_reach(void)
{
    static struct reach reach;
    struct sequence drawn;
    for (uint64_t i = 0; i < DRAW_SEQUENCES; i++) {
        enum sequence_op made[SEQUENCE_SLOTS] = {0};
        hunt_draw(SELFTEST_SEED, i, &drawn);
        for (int j = 0; j < drawn.count; j++) {
            const struct call *call = &drawn.calls[j];
            if (sequence_words[call->op].takes & MAKES_SLOT) {
                made[call->slot] = (enum sequence_op)call->op;
            }
            reach_note(&reach, made, call);
        }
    }
    char detail[96];
    snprintf(detail, sizeof(detail), "%d sizes to %d of streams, %d to %d of datagrams, backlog %d",
             reach.different[0], reach.largest[0], reach.different[1], reach.largest[1],
             reach.backlog);
    return selftest_said(reach.different[0] > 500 && reach.largest[0] == 100000 &&
                             reach.different[1] > 100 && reach.largest[1] > 65507 &&
                             reach.backlog == 8 && reach.wildcard[0] && reach.wildcard[1],
                         "the drawing reaches far", detail);
}

/* Differences that do not repeat fail nothing, so the last line must not hide how many there were.
 */
static int selftest_last_line(void)
{
    static const uint64_t counts[] = {0, 3};
    int good = 0;
    for (int i = 0; i < 2; i++) {
        struct hunt_totals totals = {.sequences = 9, .unrepeatable = counts[i]};
        char *line = NULL;
        size_t size = 0;
        char part[64];
        snprintf(part, sizeof(part), ": 0 differences, %" PRIu64 " that did not repeat;",
                 counts[i]);
        FILE *out = open_memstream(&line, &size);
        if (out) {
            hunt_print(&totals, out);
            fclose(out);
        }
        good += line && strstr(line, part);
        free(line);
    }
    return selftest_said(good == 2, "the last line tells what did not repeat, none too", "");
}

static int selftest_refused(void)
{
    static const char *const texts[] = {"a=tcp4; b=tcp5",
                                        "tcp4",
                                        "a=tcp4; a=tcp4",
                                        "a=tcp4; listen a",
                                        "z=tcp4",
                                        "a=bind b",
                                        "a=tcp4; connect a any",
                                        "recv a 0",
                                        "send a 999999",
                                        "watch a rx",
                                        "a=accept free",
                                        "send a -1",
                                        "flood a b 100000",
                                        "close a b",
                                        "a = tcp4"};
    struct sequence read;
    const char *wrong;
    size_t refused = 0;
    size_t count = sizeof(texts) / sizeof(texts[0]);
    for (size_t i = 0; i < count; i++) {
        bool bad = sequence_parse(texts[i], &read, &wrong) != 0;
        refused += bad;
        if (!bad) {
            printf("accepted: %s\n", texts[i]);
        }
    }
    return selftest_said(refused == count, "wrong text is refused", "");
}

static int selftest_same(void)
{
    struct rig *rig = &selftest_rig;
    struct sequence sequence;
    if (rig_open(rig, RIG_KERNEL, RIG_KERNEL, LIE_NONE) != 0) {
        return selftest_said(false, "kernel against kernel", "no world");
    }
    bool differs = hunt_first(rig, SELFTEST_SEED, SAME_SEQUENCES, &sequence);
    if (differs) {
        rig_show(rig, &sequence, stdout);
    }
    rig_close(rig);
    return selftest_said(!differs, "the kernel agrees with itself", "");
}

/* A connection from b that c has accepted and that is watched there. */
#define SMALL_LINK "a=tcp4; sndbuf a 0; listen a 0; b=tcp4; connect b a; c=accept a; watch c rw; "
#define LARGE_LINK "a=tcp4; listen a 0; b=tcp4; connect b a; c=accept a; watch c rw; "

/* What a kernel may hold back, and what neither it may nor the simulated world. */
static const struct {
    const char *what;
    const char *text;
    enum rig_kind second;
    enum lie lie;
    enum lockstep_end end;
} rooms[] = {
    {"room that a timer of the kernel gives back is no difference",
     SMALL_LINK "send c 1; send b 1; send c 4096; wait; recv b 5000; recv c 5; wait", RIG_SIM,
     LIE_NONE, LOCKSTEP_SAME},
    {"a kernel may hold back the room of a small buffer", SMALL_LINK "send c 101; wait", RIG_KERNEL,
     LIE_ROOM, LOCKSTEP_SAME},
    {"it may not when little was sent", SMALL_LINK "send b 101; send c 100; wait", RIG_KERNEL,
     LIE_ROOM, LOCKSTEP_DIFFERS},
    {"nor when the buffer is large", LARGE_LINK "shut-rd b; send c 40000; wait", RIG_KERNEL,
     LIE_ROOM, LOCKSTEP_DIFFERS},
    {"nor what is readable", SMALL_LINK "send c 101; send b 1; wait; wait", RIG_KERNEL,
     LIE_READABLE, LOCKSTEP_DIFFERS},
    {"the simulated world may not", SMALL_LINK "send c 101; wait", RIG_SIM, LIE_ROOM,
     LOCKSTEP_DIFFERS},
};

static int selftest_room(size_t index)
{
    struct rig *rig = &selftest_rig;
    struct sequence sequence;
    const char *wrong;
    bool good = false;
    if (sequence_parse(rooms[index].text, &sequence, &wrong) == 0 &&
        rig_open(rig, RIG_KERNEL, rooms[index].second, rooms[index].lie) == 0) {
        rig->lockstep.patience_ns = IMPATIENCE_NS;
        for (int i = 0; i < IMPATIENT_PLAYS && !good; i++) {
            good = rig_play(rig, &sequence) == rooms[index].end;
        }
        rig_close(rig);
    }
    return selftest_said(good, rooms[index].what, "");
}

/* A found lie must be shrunk, must differ again when its text is replayed, and must not differ
 * without the lie. */
static bool lie_proved(struct sequence *found, enum lie lie, char *text)
{
    struct rig *rig = &selftest_rig;
    struct sequence read;
    const char *wrong;
    rig_shrink(rig, found);
    if (sequence_parse(sequence_text(found, text), &read, &wrong) != 0 ||
        !rig_repeats(rig, &read) || found->count > calls_most[lie]) {
        return false;
    }
    rig->liar.lie = LIE_NONE;
    return rig_play(rig, &read) == LOCKSTEP_SAME;
}

static int selftest_lie(enum lie lie)
{
    char text[SEQUENCE_TEXT] = "was not found";
    struct sequence found;
    bool good = false;
    if (rig_open(&selftest_rig, RIG_KERNEL, RIG_KERNEL, lie) == 0) {
        good = hunt_first(&selftest_rig, SELFTEST_SEED, LIE_SEQUENCES, &found) &&
               lie_proved(&found, lie, text);
        rig_close(&selftest_rig);
    }
    char what[64];
    snprintf(what, sizeof(what), "the lie \"%s\" is found and shrunk", lie_name(lie));
    return selftest_said(good, what, text);
}

int selftest_run(void)
{
    int failed = selftest_text() + selftest_reach() + selftest_last_line() + selftest_refused() +
                 selftest_same();
    for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
        failed += selftest_room(i);
    }
    for (int lie = LIE_NONE + 1; lie < LIE_COUNT; lie++) {
        failed += selftest_lie((enum lie)lie);
    }
    return failed;
}
