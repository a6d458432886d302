/* SPDX-License-Identifier: MIT */
#include "fuzz/table.h"

#include "common/goal.h"

#include <stdio.h>

/* How much faster `a` is than `b`, round by round. */
static struct spread speed(const struct spread *a_ns, const struct spread *b_ns)
{
    return spread_ratio(b_ns, a_ns);
}

static const char *speed_text(const struct spread *of, enum entrant entrant, enum entrant other,
                              char text[64])
{
    if (other == ENTRANT_COUNT) {
        return "-";
    }
    struct spread ratio = speed(&of[entrant], &of[other]);
    return spread_format(&ratio, text, 64);
}

static void table_libfuzzer(const struct contest *contest, int build, int length)
{
    const struct spread *of = contest->exec_ns[build][length];
    char bare[64], loopback[64];
    printf("\nlibFuzzer, %s, inputs of at most %zu bytes\n", build_names[build],
           length_bytes[length]);
    printf("  %-27s %11s %27s   %-20s %s\n", "", "execs/s", "ns per exec", "speed / bare",
           "speed / real sockets");
    for (int entrant = 0; entrant < ENTRANT_COUNT; entrant++) {
        const struct entrant_facts *facts = &entrants[entrant];
        const struct spread *ns = &of[entrant];
        printf("  %-27s %11.0f %9.0f (%7.0f..%7.0f)   %-20s %s\n", facts->name,
               1e9 / spread_median(ns), spread_median(ns), spread_min(ns), spread_max(ns),
               speed_text(of, (enum entrant)entrant, facts->bare, bare),
               speed_text(of, (enum entrant)entrant, facts->loopback, loopback));
    }
}

static void table_afl(const struct contest *contest, int build)
{
    char text[64];
    printf("\nAFL++, %s, inputs of at most %zu bytes, one CPU\n", build_names[build],
           length_bytes[LENGTH_256]);
    printf("  %-27s %29s   %-20s %s\n", "", "execs/s", "this / empty", "stability, %");
    for (int entrant = 0; entrant < ENTRANT_COUNT; entrant++) {
        const struct spread *rate = &contest->afl_per_s[build][entrant];
        if (!contest_has_afl((enum entrant)entrant)) {
            continue;
        }
        struct spread ratio = spread_ratio(rate, &contest->afl_per_s[build][ENTRANT_EMPTY]);
        printf("  %-27s %9.0f (%8.0f..%8.0f)   %-20s %.2f\n", entrants[entrant].name,
               spread_median(rate), spread_min(rate), spread_max(rate),
               entrant == ENTRANT_EMPTY ? "-" : spread_format(&ratio, text, sizeof(text)),
               spread_min(&contest->afl_stability[build][entrant]));
    }
}

static void table_phases(const struct contest *contest)
{
    printf("\nPhases of an exec without an engine, ns of CPU time, uninstrumented\n");
    for (unsigned i = 0; i < contest->phase_count; i++) {
        const struct phase *phase = &contest->phases[i];
        printf("  %-52s %9.1f (%8.1f..%8.1f)\n", phase->name, spread_median(&phase->ns),
               spread_min(&phase->ns), spread_max(&phase->ns));
    }
}

/* The targets of raw bytes make the check that the bare plugin makes; tapes do more. */
static bool is_raw(int entrant)
{
    return entrant == ENTRANT_STREAM || entrant == ENTRANT_DATAGRAM;
}

static void goals_bare(const struct contest *contest, int build, int length)
{
    const struct spread *of = contest->exec_ns[build][length];
    for (int entrant = 0; entrant < ENTRANT_COUNT; entrant++) {
        if (is_raw(entrant) && length_bytes[length] <= 256) {
            char what[96];
            struct spread ratio = speed(&of[entrant], &of[entrants[entrant].bare]);
            snprintf(what, sizeof(what), "%s / bare, <= %zu bytes, %s", entrants[entrant].name,
                     length_bytes[length], build_names[build]);
            goal_print(what, &ratio, GOAL_AT_LEAST, 0.6);
        }
    }
}

static void goals_loopback(const struct contest *contest, int build, int length)
{
    const struct spread *of = contest->exec_ns[build][length];
    char what[96];
    struct spread ratio = speed(&of[ENTRANT_STREAM], &of[ENTRANT_LOOPBACK]);
    snprintf(what, sizeof(what), "%s / real TCP, <= %zu bytes, %s", entrants[ENTRANT_STREAM].name,
             length_bytes[length], build_names[build]);
    goal_print(what, &ratio, GOAL_AT_LEAST, 30);
}

static void goals_afl(const struct contest *contest, int build)
{
    char what[96];
    for (int entrant = 0; entrant < ENTRANT_COUNT; entrant++) {
        if (entrant == ENTRANT_EMPTY || !contest_has_afl((enum entrant)entrant)) {
            continue;
        }
        struct spread ratio = spread_ratio(&contest->afl_per_s[build][entrant],
                                           &contest->afl_per_s[build][ENTRANT_EMPTY]);
        snprintf(what, sizeof(what), "%s / empty, AFL++, %s", entrants[entrant].name,
                 build_names[build]);
        goal_print(what, &ratio, GOAL_AT_LEAST, build == BUILD_PLAIN ? 0.95 : 0.9);
        snprintf(what, sizeof(what), "%s, AFL++ stability, %%, %s", entrants[entrant].name,
                 build_names[build]);
        goal_print(what, &contest->afl_stability[build][entrant], GOAL_AT_LEAST, 100);
    }
}

void table_print(const struct contest *contest)
{
    for (int build = 0; build < BUILD_COUNT; build++) {
        for (int length = 0; length < LENGTH_COUNT; length++) {
            table_libfuzzer(contest, build, length);
        }
    }
    for (int build = 0; build < BUILD_COUNT && contest->has_afl; build++) {
        table_afl(contest, build);
    }
    table_phases(contest);
    printf("\nGoals\n");
    for (int build = 0; build < BUILD_COUNT; build++) {
        for (int length = 0; length < LENGTH_COUNT; length++) {
            goals_bare(contest, build, length);
            goals_loopback(contest, build, length);
        }
        if (contest->has_afl) {
            goals_afl(contest, build);
        }
    }
    if (!contest->has_afl) {
        printf("  afl-fuzz is not installed: AFL++ is left out\n");
    }
}
