/* SPDX-License-Identifier: MIT */
/* sockdrill tape: finds the subcommand and runs it. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "nearest.h"
#include "output.h"
#include "tape_command.h"

struct tape_subcommand {
    const char *name;
    const char *arguments;
    const char *summary;
    const char *title; /* what it calls itself */
    int (*run)(int argc, char **argv);
};

static const struct tape_subcommand tape_subcommands[] = {
    {"to-scenario", "FILE", "write the scenario that a tape or a fuzz input stands for",
     "sockdrill tape to-scenario", tape_command_to_scenario},
    {"from-scenario", "FILE", "write the tape of a scenario", "sockdrill tape from-scenario",
     tape_command_from_scenario},
    {"show", "FILE", "list the events of a tape", "sockdrill tape show", tape_command_show},
    {"minimize", "CRASH", "make a small scenario of what a fuzzer left", "sockdrill tape minimize",
     tape_command_minimize},
    {"fingerprint", "CRASH", "name what goes wrong in what a fuzzer left",
     "sockdrill tape fingerprint", tape_command_fingerprint},
};
#define TAPE_SUBCOMMAND_COUNT (sizeof(tape_subcommands) / sizeof(tape_subcommands[0]))

static void tape_usage(FILE *file)
{
    fputs("usage: sockdrill tape SUBCOMMAND [OPTIONS] FILE\n"
          "       sockdrill tape SUBCOMMAND --help\n",
          file);
}

static int tape_help(void)
{
    tape_usage(stdout);
    fputs("\nFuzz inputs, tapes and scenarios are three spellings of one plan.\n\n", stdout);
    for (size_t i = 0; i < TAPE_SUBCOMMAND_COUNT; i++) {
        printf("  %-14s %-6s %s\n", tape_subcommands[i].name, tape_subcommands[i].arguments,
               tape_subcommands[i].summary);
    }
    return COMMAND_GOOD;
}

static int tape_unknown(const char *name)
{
    const char *names[TAPE_SUBCOMMAND_COUNT];
    for (size_t i = 0; i < TAPE_SUBCOMMAND_COUNT; i++) {
        names[i] = tape_subcommands[i].name;
    }
    const char *near = nearest_name(name, names, TAPE_SUBCOMMAND_COUNT);
    if (near) {
        output_complain("there is no subcommand '%s'; did you mean '%s'?", name, near);
    } else {
        output_complain("there is no subcommand '%s'", name);
    }
    tape_usage(stderr);
    return COMMAND_USAGE;
}

int cmd_tape(int argc, char **argv)
{
    char title[40];
    if (argc < 2) {
        tape_usage(stderr);
        return COMMAND_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-?") == 0) {
        return tape_help();
    }
    for (size_t i = 0; i < TAPE_SUBCOMMAND_COUNT; i++) {
        const struct tape_subcommand *subcommand = &tape_subcommands[i];
        if (strcmp(subcommand->name, argv[1]) == 0) {
            snprintf(title, sizeof(title), "%s", subcommand->title);
            argv[1] = title;
            output_set_name(subcommand->title);
            return subcommand->run(argc - 1, argv + 1);
        }
    }
    return tape_unknown(argv[1]);
}
