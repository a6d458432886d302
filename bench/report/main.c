/* SPDX-License-Identifier: MIT */
/*
 * bench report: how time and memory of the commands that write and read reports grow with the
 * number of results.
 */
#include "common/busy.h"
#include "common/interrupt.h"
#include "report/matrix.h"
#include "report/scale.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

/* Exit status after an interrupt, as a shell reports SIGINT. */
#define EXIT_INTERRUPTED 130
#define SIZE_COUNT       3

static const char help[] =
    "usage: ./dev bench report [--quick] [--sockdrill PATH]\n"
    "Measures `sockdrill run`, `diff` and `merge` on suites of 5,000, 10,000 and 20,000 "
    "scenarios.\n"
    "  --quick           a tenth of that\n"
    "  --sockdrill PATH  the sockdrill to measure (default: the one just built)\n";

static unsigned sizes[SIZE_COUNT] = {5000, 10000, 20000};

/* False: what was typed is wrong. */
static bool main_parse(const char **sockdrill, int argc, char **argv)
{
    static const struct option options[] = {{"quick", no_argument, NULL, 'q'},
                                            {"sockdrill", required_argument, NULL, 's'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'q') {
            for (size_t i = 0; i < SIZE_COUNT; i++) {
                sizes[i] /= 10;
            }
        } else if (option == 's') {
            *sockdrill = optarg;
        } else {
            fputs(help, option == 'h' ? stdout : stderr);
            exit(option == 'h' ? EXIT_SUCCESS : EXIT_FAILURE);
        }
    }
    if (optind != argc) {
        fputs(help, stderr);
        return false;
    }
    return true;
}

static int main_measure(const char *sockdrill, struct process_use uses[][SCALE_TASK_COUNT],
                        bool *merges, struct failure *failure)
{
    static struct scale scale;
    int result = scale_open(&scale, sockdrill, failure);
    *merges = scale.merges;
    for (size_t i = 0; i < SIZE_COUNT && result == 0; i++) {
        result = scale_measure(&scale, sizes[i], uses[i], failure);
    }
    scale_close(&scale);
    return result;
}

static void main_print(struct process_use uses[][SCALE_TASK_COUNT], bool merges)
{
    int end = merges ? SCALE_TASK_COUNT : SCALE_RUN_SHARDS;
    printf("%-26s %8s %9s %8s %14s %9s\n", "", "results", "seconds", "CPU s", "us CPU/result",
           "peak MiB");
    for (int task = 0; task < end; task++) {
        for (size_t i = 0; i < SIZE_COUNT; i++) {
            const struct process_use *use = &uses[i][task];
            unsigned count = scale_count((enum scale_task)task, sizes[i]);
            printf("%-26s %8u %9.2f %8.2f %14.1f %9.1f\n",
                   i == 0 ? scale_task_name((enum scale_task)task) : "", count,
                   (double)use->elapsed_ns / 1e9, (double)use->cpu_ns / 1e9,
                   (double)use->cpu_ns / 1e3 / count, (double)use->memory_kib / 1024);
        }
    }
    if (!merges) {
        printf("this sockdrill has no shards, so there is no merge\n");
    }
}

int main(int argc, char **argv)
{
    static struct process_use uses[SIZE_COUNT][SCALE_TASK_COUNT];
    static char beside[PATH_MAX];
    struct failure failure = {""};
    const char *sockdrill = NULL;
    bool merges = false;
    if (!main_parse(&sockdrill, argc, argv)) {
        return EXIT_FAILURE;
    }
    interrupt_catch();
    busy_warn();
    int result = sockdrill ? 0 : process_beside("../bin/sockdrill", beside, PATH_MAX, &failure);
    if (result == 0) {
        result = main_measure(sockdrill ? sockdrill : beside, uses, &merges, &failure);
    }
    if (result != 0) {
        fprintf(stderr, "bench report: %s\n", failure.text);
        return interrupt_seen() ? EXIT_INTERRUPTED : EXIT_FAILURE;
    }
    main_print(uses, merges);
    return EXIT_SUCCESS;
}
