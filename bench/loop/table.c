/* SPDX-License-Identifier: MIT */
#include "loop/table.h"

#include "common/goal.h"

#include <stdio.h>

/* "Level" is not slower by more than the 3 % that the CPU goal allows. */
#define LEVEL 0.97

static void table_row(const struct contender contenders[CONTENDER_COUNT], int row, int mode)
{
    const struct outcome *outcome = &contenders[row].outcomes[mode];
    const struct outcome *ours = &contenders[CONTENDER_SOCKDRILL].outcomes[mode];
    const struct outcome *bare = &contenders[CONTENDER_EPOLL].outcomes[mode];
    struct spread cpu = spread_ratio(&outcome->cpu_ns, &bare->cpu_ns);
    struct spread rate = spread_ratio(&ours->messages_per_s, &outcome->messages_per_s);
    char cpu_text[64];
    char rate_text[64];
    printf("  %-12s %11.0f %9.0f   %-20s  %-20s %5.0f %% %5.0f %%\n", contenders[row].name,
           spread_median(&outcome->messages_per_s), spread_median(&outcome->cpu_ns),
           row == CONTENDER_EPOLL ? "-" : spread_format(&cpu, cpu_text, sizeof(cpu_text)),
           row == CONTENDER_SOCKDRILL ? "-" : spread_format(&rate, rate_text, sizeof(rate_text)),
           100 * spread_median(&outcome->server_busy), 100 * spread_median(&outcome->client_busy));
}

static void table_mode(const struct contender contenders[CONTENDER_COUNT], int mode)
{
    printf("\n%s\n", contender_modes[mode].title);
    printf("  %-12s %11s %9s   %-20s  %-20s %7s %7s\n", "server", "messages/s", "CPU ns",
           "CPU / bare epoll", "sockdrill rate / its", "server", "client");
    for (int row = 0; row < CONTENDER_COUNT; row++) {
        table_row(contenders, row, mode);
    }
}

static void table_cpu_goal(const struct contender contenders[CONTENDER_COUNT], int mode,
                           const char *what)
{
    struct spread ratio = spread_ratio(&contenders[CONTENDER_SOCKDRILL].outcomes[mode].cpu_ns,
                                       &contenders[CONTENDER_EPOLL].outcomes[mode].cpu_ns);
    goal_print(what, &ratio, GOAL_AT_MOST, 1.03);
}

static void table_rate_goal(const struct contender contenders[CONTENDER_COUNT], int mode, int other,
                            double bound)
{
    const struct outcome *ours = &contenders[CONTENDER_SOCKDRILL].outcomes[mode];
    const struct outcome *theirs = &contenders[other].outcomes[mode];
    struct spread ratio = spread_ratio(&ours->messages_per_s, &theirs->messages_per_s);
    char what[80];
    snprintf(what, sizeof(what), "throughput / %s, %u clients", contenders[other].name,
             contender_modes[mode].connections);
    goal_print(what, &ratio, GOAL_AT_LEAST, bound);
}

void table_print(const struct contender contenders[CONTENDER_COUNT])
{
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        table_mode(contenders, mode);
    }
    printf("\nGoals (sockdrill / other; level means %.2f or more)\n", LEVEL);
    table_cpu_goal(contenders, MODE_64, "CPU per message / bare epoll, 64 clients");
    table_cpu_goal(contenders, MODE_1000, "CPU per message / bare epoll, 1000 clients");
    for (int mode = MODE_64; mode <= MODE_1000; mode++) {
        table_rate_goal(contenders, mode, CONTENDER_LIBEVENT, 1.3);
        table_rate_goal(contenders, mode, CONTENDER_LIBUV, LEVEL);
        table_rate_goal(contenders, mode, CONTENDER_LIBEV, LEVEL);
    }
}
