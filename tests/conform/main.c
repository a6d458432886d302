/* SPDX-License-Identifier: MIT */
/*
 * sockdrill-conform: the simulated world against the kernel, call by call.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hunt.h"
#include "network.h"
#include "payload.h"
#include "selftest.h"

/* Exit codes. */
#define EXIT_DIFFERS 1
#define EXIT_USAGE   2

static const char help[] =
    "usage: sockdrill-conform [--sequences N] [--seconds N] [--seed N] [--first N] [-j N]\n"
    "                         [--findings N] [--worlds A,B] [--lie NAME]\n"
    "       sockdrill-conform --replay TEXT [--worlds A,B] [--lie NAME]\n"
    "       sockdrill-conform --file FILE [--worlds A,B]\n"
    "       sockdrill-conform --self-test\n"
    "Plays random sequences of socket calls on the kernel and in the simulated world and compares\n"
    "every result. Exit code 0: no difference; 1: a difference, printed as short as it gets.\n"
    "  --sequences N   how many (default: 10000, or as many as fit into --seconds)\n"
    "  --seconds N     how long\n"
    "  --seed N        which ones (default 1)\n"
    "  --first N       the number of the first one (default 0)\n"
    "  -j N            worker processes (default 1)\n"
    "  --findings N    each worker stops after N different findings (default 1)\n"
    "  --show-cut      print the sequences that were cut short as well\n"
    "  --replay TEXT   play this sequence and print it side by side\n"
    "  --file FILE     play the sequences in its lines; print those that differ\n"
    "  --worlds A,B    kernel or sim, each (default kernel,sim)\n"
    "  --lie NAME      falsify the second world, to see the rig find it\n"
    "  --host-network  stay among the machine's ports even where a private network is allowed\n"
    "  --self-test     prove that planted lies are found\n";

struct arguments {
    struct hunt_options hunt;
    const char *replay;
    const char *file;
    bool self_test;
};

static bool parse_number(const char *text, uint64_t most, uint64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return errno == 0 && *text >= '0' && *text <= '9' && *end == '\0' && *number <= most;
}

static bool parse_worlds(const char *text, enum rig_kind kinds[2])
{
    static const char *const names[4] = {"kernel,kernel", "kernel,sim", "sim,kernel", "sim,sim"};
    for (int i = 0; i < 4; i++) {
        if (strcmp(text, names[i]) == 0) {
            kinds[0] = i & 2 ? RIG_SIM : RIG_KERNEL;
            kinds[1] = i & 1 ? RIG_SIM : RIG_KERNEL;
            return true;
        }
    }
    return false;
}

static bool parse_option(struct arguments *arguments, int option, const char *text)
{
    struct hunt_options *hunt = &arguments->hunt;
    uint64_t number;
    switch (option) {
    case 'n':
        return parse_number(text, UINT64_MAX, &hunt->sequences);
    case 't':
        return parse_number(text, 1000000, &hunt->seconds);
    case 's':
        return parse_number(text, UINT64_MAX, &hunt->seed);
    case 'f':
        return parse_number(text, UINT64_MAX, &hunt->first);
    case 'j':
        if (!parse_number(text, HUNT_WORKERS_MAX, &number) || number == 0) {
            return false;
        }
        hunt->workers = (unsigned)number;
        return true;
    case 'm':
        if (!parse_number(text, 1000, &number) || number == 0) {
            return false;
        }
        hunt->findings_max = (unsigned)number;
        return true;
    case 'w':
        return parse_worlds(text, hunt->kinds);
    case 'l':
        hunt->lie = lie_parse(text);
        return hunt->lie != LIE_COUNT;
    case 'r':
        arguments->replay = text;
        return true;
    case 'F':
        arguments->file = text;
        return true;
    case 'c':
        hunt->show_cut = true;
        return true;
    case 'H':
        hunt->host_network = true;
        return true;
    case 'S':
        arguments->self_test = true;
        return true;
    default:
        return false;
    }
}

static bool parse_arguments(struct arguments *arguments, int argc, char **argv)
{
    static const struct option options[] = {{"sequences", required_argument, NULL, 'n'},
                                            {"seconds", required_argument, NULL, 't'},
                                            {"seed", required_argument, NULL, 's'},
                                            {"first", required_argument, NULL, 'f'},
                                            {"findings", required_argument, NULL, 'm'},
                                            {"replay", required_argument, NULL, 'r'},
                                            {"file", required_argument, NULL, 'F'},
                                            {"worlds", required_argument, NULL, 'w'},
                                            {"lie", required_argument, NULL, 'l'},
                                            {"show-cut", no_argument, NULL, 'c'},
                                            {"host-network", no_argument, NULL, 'H'},
                                            {"self-test", no_argument, NULL, 'S'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int option;
    while ((option = getopt_long(argc, argv, "j:", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(help, stdout);
            exit(EXIT_SUCCESS);
        }
        if (!parse_option(arguments, option, optarg)) {
            return false;
        }
    }
    if (arguments->hunt.sequences == 0 && arguments->hunt.seconds == 0) {
        arguments->hunt.sequences = 10000;
    }
    return optind == argc;
}

/* Parses and plays one line; says what is wrong with it. */
static int play_text(struct rig *rig, const char *text, bool show_always)
{
    struct sequence sequence;
    const char *wrong = text;
    if (sequence_parse(text, &sequence, &wrong) != 0) {
        fprintf(stderr, "sockdrill-conform: cannot read the sequence at '%.40s'\n", wrong);
        return EXIT_USAGE;
    }
    if (!show_always && rig_play(rig, &sequence) != LOCKSTEP_DIFFERS) {
        return EXIT_SUCCESS;
    }
    return rig_show(rig, &sequence, stdout) == LOCKSTEP_DIFFERS || !show_always ? EXIT_DIFFERS
                                                                                : EXIT_SUCCESS;
}

/* Lines that are empty or begin with # are not played. */
static int play_file(struct rig *rig, FILE *file)
{
    char *line = NULL;
    size_t size = 0;
    int played = 0;
    int worst = EXIT_SUCCESS;
    while (getline(&line, &size, file) > 0) {
        if (line[0] != '#' && line[0] != '\n') {
            int result = play_text(rig, line, false);
            worst = result > worst ? result : worst;
            played++;
        }
    }
    free(line);
    printf("%d sequences of the file: %s\n", played,
           worst == EXIT_SUCCESS ? "no difference" : "NOT ALL ARE ALIKE");
    return played > 0 ? worst : EXIT_USAGE;
}

static int main_replay(const struct arguments *arguments)
{
    static struct rig rig;
    const struct hunt_options *hunt = &arguments->hunt;
    FILE *file = arguments->file ? fopen(arguments->file, "re") : NULL;
    if (arguments->file && !file) {
        fprintf(stderr, "sockdrill-conform: %s: %s\n", arguments->file, strerror(errno));
        return EXIT_USAGE;
    }
    int status = rig_open(&rig, hunt->kinds[0], hunt->kinds[1], hunt->lie);
    if (status == 0) {
        status = file ? play_file(&rig, file) : play_text(&rig, arguments->replay, true);
        rig_close(&rig);
    } else {
        fprintf(stderr, "sockdrill-conform: %s\n", strerror(-status));
        status = EXIT_USAGE;
    }
    if (file) {
        fclose(file);
    }
    return status;
}

static int main_hunt(const struct hunt_options *options)
{
    struct hunt_totals totals;
    int status = hunt_run(options, &totals);
    if (status != 0) {
        fprintf(stderr, "sockdrill-conform: %s\n", strerror(-status));
        return EXIT_USAGE;
    }
    hunt_print(&totals, stdout);
    return totals.differences > 0 ? EXIT_DIFFERS : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {.hunt = {.kinds = {RIG_KERNEL, RIG_SIM},
                                           .seed = 1,
                                           .workers = 1,
                                           .findings_max = 1,
                                           .progress = true}};
    if (!parse_arguments(&arguments, argc, argv)) {
        fputs(help, stderr);
        return EXIT_USAGE;
    }
    payload_init();
    if (!arguments.hunt.host_network &&
        (arguments.self_test || arguments.replay || arguments.file)) {
        network_private();
    }
    if (arguments.self_test) {
        return selftest_run() == 0 ? EXIT_SUCCESS : EXIT_DIFFERS;
    }
    return arguments.replay || arguments.file ? main_replay(&arguments)
                                              : main_hunt(&arguments.hunt);
}
