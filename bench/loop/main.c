/* SPDX-License-Identifier: MIT */
/*
 * bench loop: the served loop against a bare epoll server and three event libraries.
 *
 * All servers run for the whole bench, idle ones asleep; each round puts every kind of load on each
 * of them in turn, so that a slow minute of the machine hits all alike.
 */
#include "common/busy.h"
#include "common/interrupt.h"
#include "loop/contender.h"
#include "loop/table.h"

#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* Exit status after an interrupt, as a shell reports SIGINT. */
#define EXIT_INTERRUPTED 130

struct settings {
    const char *sockdrill_path; /* NULL: beside this program */
    unsigned rounds;
    uint64_t warm_ns, measure_ns;
};

static const char help[] =
    "usage: ./dev bench loop [--quick] [--rounds N] [--sockdrill PATH]\n"
    "Compares `sockdrill serve` with bare epoll, libuv, libevent and libev servers.\n"
    "  --quick           short windows: at most 15 s instead of at most 90 s\n"
    "  --rounds N        rounds, 1 to 64 (default 7; 5 with --quick)\n"
    "  --sockdrill PATH  the sockdrill to measure (default: the one just built)\n";

static bool settings_parse(struct settings *settings, int argc, char **argv)
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
            if (rounds < 1 || rounds > SPREAD_ROUNDS_MAX) {
                fprintf(stderr, "bench loop: --rounds takes 1 to %d\n", SPREAD_ROUNDS_MAX);
                return false;
            }
        } else if (option == 's') {
            settings->sockdrill_path = optarg;
        } else if (option == 'h') {
            fputs(help, stdout);
            exit(EXIT_SUCCESS);
        } else {
            fputs(help, stderr);
            return false;
        }
    }
    settings->rounds = rounds != 0 ? (unsigned)rounds : quick ? 5 : 7;
    settings->warm_ns = quick ? 10000000 : 50000000;
    settings->measure_ns = quick ? 80000000 : 500000000;
    return optind == argc;
}

/* The servers get the first CPU we may use and the client the second. With one CPU nothing is
 * bound and the table's throughputs say little; the CPU times still compare. */
static int main_bind_cpus(void)
{
    cpu_set_t allowed;
    int cpus[2];
    int found = 0;
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) {
        return -1;
    }
    for (int cpu = 0; cpu < CPU_SETSIZE && found < 2; cpu++) {
        if (CPU_ISSET((size_t)cpu, &allowed)) {
            cpus[found++] = cpu;
        }
    }
    if (found < 2) {
        printf("One CPU only: client and servers share it.\n");
        return -1;
    }
    cpu_set_t own;
    CPU_ZERO(&own);
    CPU_SET((size_t)cpus[1], &own);
    sched_setaffinity(0, sizeof(own), &own);
    printf("Servers on CPU %d, client on CPU %d.\n", cpus[0], cpus[1]);
    return cpus[0];
}

/* 1,000 connections are more than the usual soft limit; children inherit ours. */
static void main_raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int main_rounds(const struct settings *settings, struct contender *contenders,
                       struct failure *failure)
{
    for (unsigned round = 0; round < settings->rounds; round++) {
        fprintf(stderr, "round %u of %u\n", round + 1, settings->rounds);
        for (int mode = 0; mode < MODE_COUNT; mode++) {
            for (int i = 0; i < CONTENDER_COUNT; i++) {
                int result = contender_measure(&contenders[i], (enum mode_id)mode,
                                               settings->warm_ns, settings->measure_ns, failure);
                if (result != 0) {
                    return result;
                }
            }
        }
    }
    return 0;
}

static int main_bench(const struct settings *settings, struct contender *contenders,
                      struct failure *failure)
{
    int result = contender_find_all(contenders, settings->sockdrill_path, failure);
    if (result == 0) {
        result = contender_start_all(contenders, main_bind_cpus(), failure);
    }
    if (result == 0) {
        result = main_rounds(settings, contenders, failure);
    }
    if (result != 0) {
        struct failure ignored = {""}; /* the first failure is the one to tell */
        contender_stop_all(contenders, &ignored);
        return result;
    }
    printf("%u rounds; messages and CPU time (user and system) of the server; medians, ratios as "
           "median (min..max).\n",
           settings->rounds);
    table_print(contenders);
    return contender_stop_all(contenders, failure);
}

int main(int argc, char **argv)
{
    static struct contender contenders[CONTENDER_COUNT];
    struct settings settings = {.sockdrill_path = NULL};
    struct failure failure = {""};
    if (!settings_parse(&settings, argc, argv)) {
        return EXIT_FAILURE;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    interrupt_catch();
    busy_warn();
    main_raise_descriptors();
    if (main_bench(&settings, contenders, &failure) != 0) {
        fprintf(stderr, "bench loop: %s\n", failure.text);
        return interrupt_seen() ? EXIT_INTERRUPTED : EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
