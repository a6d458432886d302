/* SPDX-License-Identifier: MIT */
/* Each proof prints what it saw. */
#include "selftest.h"

#include <inttypes.h>
#include <string.h>

#include "hunt.h"

#define TEXT_SEQUENCES 2000
#define SAME_SEQUENCES 2000
/* A lie that so many sequences do not meet would not be met by the real run's first seconds either.
 */
#define LIE_SEQUENCES 5000
#define SELFTEST_SEED 7

static struct rig selftest_rig;

/* The most calls that a lie's shortest sequence may have: what tells it, and nothing more. */
static const int calls_most[LIE_COUNT] = {
    [LIE_THIRD_RECV] = 14, [LIE_READABLE] = 8, [LIE_WRITABLE] = 3, [LIE_END] = 7,  [LIE_RESET] = 9,
    [LIE_BYTE] = 9,        [LIE_LOST] = 9,     [LIE_REFUSED] = 4,  [LIE_PEER] = 6, [LIE_EMPTY] = 6,
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
    int failed = selftest_text() + selftest_refused() + selftest_same();
    for (int lie = LIE_NONE + 1; lie < LIE_COUNT; lie++) {
        failed += selftest_lie((enum lie)lie);
    }
    return failed;
}
