/* SPDX-License-Identifier: MIT */
#include "sim/table.h"

#include "common/goal.h"

#include <stdio.h>

static void table_row(const struct contest *contest, int shape, int entrant)
{
    const struct spread *rate = &contest->per_s[shape][entrant];
    struct spread ratio = spread_ratio(&contest->per_s[shape][ENTRANT_SIM], rate);
    char text[64];
    printf("  %-31s %9.0f (%7.0f..%7.0f) %9.2f   %s\n", contest_names[entrant], spread_median(rate),
           spread_min(rate), spread_max(rate), 1e6 / spread_median(rate),
           entrant == ENTRANT_SIM ? "-" : spread_format(&ratio, text, sizeof(text)));
}

/* The same figures in millions. */
static struct spread table_millions(const struct spread *rate)
{
    struct spread millions = {.count = 0};
    for (size_t i = 0; i < rate->count; i++) {
        spread_add(&millions, rate->values[i] / 1e6);
    }
    return millions;
}

static void table_rate_goal(const struct contest *contest, enum entrant entrant, const char *what,
                            double bound)
{
    struct spread millions = table_millions(&contest->per_s[SHAPE_HELLO][entrant]);
    goal_print(what, &millions, GOAL_AT_LEAST, bound);
}

static void table_ratio_goal(const struct contest *contest, enum entrant other)
{
    struct spread ratio = spread_ratio(&contest->per_s[SHAPE_HELLO][ENTRANT_SIM],
                                       &contest->per_s[SHAPE_HELLO][other]);
    char what[96];
    snprintf(what, sizeof(what), "simulated / %s", contest_names[other]);
    goal_print(what, &ratio, GOAL_AT_LEAST, 50);
}

/* What takes a second on real sockets, because the kernel's first retry of a SYN does. */
static void table_hung(const struct contest *contest)
{
    double each_ms = spread_median(&contest->hung_ms);
    printf("  %-58s %-22.4f goal <  1.00  %s\n", "a hung connect and its first retry, real ms",
           each_ms, each_ms < 1 ? "met" : "missed");
}

void table_print(const struct contest *contest)
{
    for (int shape = 0; shape < SHAPE_COUNT; shape++) {
        printf("\n%s\n", shape_names[shape]);
        printf("  %-31s %29s %9s   %s\n", "", "scenarios per second of CPU", "us each",
               "simulated / this");
        for (int entrant = 0; entrant < ENTRANT_COUNT; entrant++) {
            if (contest_has((enum shape)shape, (enum entrant)entrant)) {
                table_row(contest, shape, entrant);
            }
        }
    }
    printf("\nGoals (hello, where nothing else is said)\n");
    table_rate_goal(contest, ENTRANT_SIM, "million scenarios per second and core, with verdict", 1);
    table_rate_goal(contest, ENTRANT_REPORT, "million per second with the report written", 0.2);
    for (int other = ENTRANT_KERNEL; other < ENTRANT_COUNT; other++) {
        table_ratio_goal(contest, (enum entrant)other);
    }
    table_hung(contest);
}
