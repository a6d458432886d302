/* SPDX-License-Identifier: MIT */
/*
 * bench run: scenarios per second on real sockets against the same cycle without a harness.
 *
 * Each round measures every entrant once, one after the other, so that a slow minute of the machine
 * hits all alike.
 */
#include "common/busy.h"
#include "common/interrupt.h"
#include "run/contest.h"
#include "run/table.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

/* Exit status after an interrupt, as a shell reports SIGINT. */
#define EXIT_INTERRUPTED 130

static const char help[] =
    "usage: ./dev bench run [--quick] [--rounds N] [--sockdrill PATH]\n"
    "Compares `sockdrill run -j 1` with the same cycle written by hand in C and in Python.\n"
    "  --quick           fewer cycles: some seconds instead of at most 90\n"
    "  --rounds N        rounds, 1 to 16 (default 5; 3 with --quick)\n"
    "  --sockdrill PATH  the sockdrill to measure (default: the one just built)\n";

/* So that every figure of sockdrill's start-up has a place: two entrants, two kinds of end. */
#define ROUNDS_MAX (SPREAD_ROUNDS_MAX / (4 * CONTEST_SINGLE_RUNS))

/* A client that closes with FIN leaves its port in TIME_WAIT. After some 14,000 such cycles with
 * one listener (half of the ephemeral ports: connect prefers one parity) most of the time would go
 * into the kernel's search for a free port, whoever calls connect; so those measurements stay
 * below. */
static void main_sizes(struct contest *contest, bool quick)
{
    unsigned share = quick ? 2 : 1;
    for (int end = 0; end < CYCLE_END_COUNT; end++) {
        unsigned most = end == CYCLE_FIN ? 10000 : 20000;
        contest->cycles[end][ENTRANT_REPEAT] = most / share;
        contest->cycles[end][ENTRANT_FILES] = 2000 / share;
        contest->cycles[end][ENTRANT_EPOLL] = most / share;
        contest->cycles[end][ENTRANT_BLOCKING] = most / share;
        contest->cycles[end][ENTRANT_PYTHON] = 4000 / share;
    }
}

/* Fills in the sizes and the number of rounds; 0 rounds: what was typed is wrong. */
static unsigned main_parse(struct contest *contest, int argc, char **argv)
{
    static const struct option options[] = {{"quick", no_argument, NULL, 'q'},
                                            {"rounds", required_argument, NULL, 'r'},
                                            {"sockdrill", required_argument, NULL, 's'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int option;
    unsigned long rounds = 0;
    bool quick = false;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'q') {
            quick = true;
        } else if (option == 'r') {
            rounds = strtoul(optarg, NULL, 10);
            if (rounds < 1 || rounds > ROUNDS_MAX) {
                fprintf(stderr, "bench run: --rounds takes 1 to %d\n", ROUNDS_MAX);
                return 0;
            }
        } else if (option == 's') {
            contest->sockdrill_path = optarg;
        } else {
            fputs(help, option == 'h' ? stdout : stderr);
            exit(option == 'h' ? EXIT_SUCCESS : EXIT_FAILURE);
        }
    }
    if (optind != argc) {
        fputs(help, stderr);
        return 0;
    }
    main_sizes(contest, quick);
    return rounds != 0 ? (unsigned)rounds : quick ? 3 : 5;
}

static int main_bench(struct contest *contest, unsigned rounds, struct failure *failure)
{
    int result = contest_open(contest, failure);
    for (unsigned round = 0; round < rounds && result == 0; round++) {
        fprintf(stderr, "round %u of %u\n", round + 1, rounds);
        result = contest_round(contest, failure);
    }
    contest_close(contest, result == -ECHILD);
    return result;
}

int main(int argc, char **argv)
{
    static struct contest contest;
    struct failure failure = {""};
    unsigned rounds = main_parse(&contest, argc, argv);
    if (rounds == 0) {
        return EXIT_FAILURE;
    }
    interrupt_catch();
    busy_warn();
    if (main_bench(&contest, rounds, &failure) != 0) {
        fprintf(stderr, "bench run: %s\n", failure.text);
        return interrupt_seen() ? EXIT_INTERRUPTED : EXIT_FAILURE;
    }
    printf("%u rounds; medians, ratios as median (min..max); start-up is not in the rates.\n",
           rounds);
    table_print(&contest);
    return EXIT_SUCCESS;
}
