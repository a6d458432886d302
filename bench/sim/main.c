/* SPDX-License-Identifier: MIT */
/*
 * bench sim: scenarios per second in the simulated world against the same plan on real sockets.
 *
 * Each round measures every entrant once, one after the other, so that a slow minute of the machine
 * hits all alike.
 */
#include "common/busy.h"
#include "common/interrupt.h"
#include "sim/contest.h"
#include "sim/table.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

/* Exit status after an interrupt, as a shell reports SIGINT. */
#define EXIT_INTERRUPTED 130

static const char help[] =
    "usage: ./dev bench sim [--quick] [--rounds N]\n"
    "       ./dev bench sim --profile SHAPE COUNT\n"
    "Compares scenarios in the simulated world with the same plans on real sockets and with the\n"
    "same cycle written by hand in C.\n"
    "  --quick     fewer scenarios: some seconds instead of at most 90\n"
    "  --rounds N  rounds, 1 to 64 (default 5; 3 with --quick)\n"
    "  --profile   plays shape number SHAPE (from 0) COUNT times and ends, for a profiler\n";

#define ROUNDS_MAX 64

/* Cycles that close with FIN leave their ports in TIME_WAIT: see bench run. */
static void main_sizes(struct contest *contest, bool quick)
{
    unsigned share = quick ? 4 : 1;
    contest->counts[ENTRANT_SIM] = 400000 / share;
    contest->counts[ENTRANT_REPORT] = 20000 / share;
    contest->counts[ENTRANT_KERNEL] = 8000 / share;
    contest->counts[ENTRANT_EPOLL] = 8000 / share;
    contest->counts[ENTRANT_BLOCKING] = 8000 / share;
}

/* What was typed. */
struct settings {
    unsigned rounds;        /* 0: it is wrong */
    int profile;            /* a shape; -1: a whole bench */
    unsigned profile_count; /* of its scenarios */
};

static struct settings main_parse(struct contest *contest, int argc, char **argv)
{
    static const struct option options[] = {{"quick", no_argument, NULL, 'q'},
                                            {"rounds", required_argument, NULL, 'r'},
                                            {"profile", required_argument, NULL, 'p'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct settings settings = {.profile = -1};
    unsigned long rounds = 0;
    bool quick = false;
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'q') {
            quick = true;
        } else if (option == 'r') {
            rounds = strtoul(optarg, NULL, 10);
            if (rounds < 1 || rounds > ROUNDS_MAX) {
                fprintf(stderr, "bench sim: --rounds takes 1 to %d\n", ROUNDS_MAX);
                return settings;
            }
        } else if (option == 'p') {
            settings.profile = (int)(strtoul(optarg, NULL, 10) % SHAPE_COUNT);
        } else {
            fputs(help, option == 'h' ? stdout : stderr);
            exit(option == 'h' ? EXIT_SUCCESS : EXIT_FAILURE);
        }
    }
    if (optind + (settings.profile >= 0 ? 1 : 0) != argc) {
        fputs(help, stderr);
        return settings;
    }
    if (settings.profile >= 0) {
        settings.profile_count = (unsigned)strtoul(argv[optind], NULL, 10);
    }
    main_sizes(contest, quick);
    settings.rounds = rounds != 0 ? (unsigned)rounds : quick ? 3 : 5;
    return settings;
}

static int main_bench(struct contest *contest, const struct settings *settings,
                      struct failure *failure)
{
    uint64_t elapsed_ns = 0;
    int result = contest_open(contest, failure);
    if (result == 0 && settings->profile >= 0) {
        result = drill_play(&contest->drill, DRILL_WORLD_SIM, (enum shape)settings->profile,
                            settings->profile_count, &elapsed_ns, failure);
    } else {
        for (unsigned round = 0; round < settings->rounds && result == 0; round++) {
            fprintf(stderr, "round %u of %u\n", round + 1, settings->rounds);
            result = contest_round(contest, failure);
        }
    }
    contest_close(contest);
    return result;
}

int main(int argc, char **argv)
{
    static struct contest contest;
    struct failure failure = {""};
    struct settings settings = main_parse(&contest, argc, argv);
    if (settings.rounds == 0) {
        return EXIT_FAILURE;
    }
    interrupt_catch();
    if (settings.profile < 0) {
        busy_warn();
    }
    if (main_bench(&contest, &settings, &failure) != 0) {
        fprintf(stderr, "bench sim: %s\n", failure.text);
        return interrupt_seen() ? EXIT_INTERRUPTED : EXIT_FAILURE;
    }
    if (settings.profile < 0) {
        printf("%u rounds; medians, ratios as median (min..max); per second of CPU time.\n",
               settings.rounds);
        table_print(&contest);
    }
    return EXIT_SUCCESS;
}
