/* SPDX-License-Identifier: MIT */
/*
 * bench fuzz: execs per second of the fuzz targets against the plugin called bare, against the same
 * plugin on real sockets, and against the engine alone.
 *
 * Each round measures everybody once, one after the other, so that a slow minute of the machine
 * hits all alike.
 */
#include "common/busy.h"
#include "common/interrupt.h"
#include "fuzz/contest.h"
#include "fuzz/table.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

/* Exit status after an interrupt, as a shell reports SIGINT. */
#define EXIT_INTERRUPTED 130

static const char help[] =
    "usage: ./dev bench fuzz [--quick] [--rounds N]\n"
    "Compares the fuzz targets with the same plugins called bare and on real sockets.\n"
    "  --quick     fewer execs: about a minute and a half instead of some ten\n"
    "  --rounds N  rounds, 1 to 64 (default 5; 3 with --quick)\n";

#define ROUNDS_MAX 64

static void main_sizes(struct contest *contest, bool quick)
{
    unsigned share = quick ? 8 : 1;
    contest->runs = 400000 / share;
    contest->runs_loopback = 16000 / share;
    contest->phase_runs = 200000 / share;
    contest->afl_seconds = quick ? 1 : 5;
}

/* Fills in the sizes and the number of rounds; 0 rounds: what was typed is wrong. */
static unsigned main_parse(struct contest *contest, int argc, char **argv)
{
    static const struct option options[] = {{"quick", no_argument, NULL, 'q'},
                                            {"rounds", required_argument, NULL, 'r'},
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
                fprintf(stderr, "bench fuzz: --rounds takes 1 to %d\n", ROUNDS_MAX);
                return 0;
            }
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
        fprintf(stderr, "bench fuzz: %s\n", failure.text);
        return interrupt_seen() ? EXIT_INTERRUPTED : EXIT_FAILURE;
    }
    printf(
        "%u rounds; medians, ratios as median (min..max); libFuzzer per CPU time of the process.\n",
        rounds);
    table_print(&contest);
    return EXIT_SUCCESS;
}
