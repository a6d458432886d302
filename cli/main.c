/* SPDX-License-Identifier: MIT */
/* Finds the command and runs it. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "nearest.h"
#include "output.h"

const char *argp_program_version = "sockdrill " DRILL_VERSION;

struct main_command {
    const char *name;
    const char *arguments;
    const char *summary;
    const char *title; /* what it calls itself */
    int (*run)(int argc, char **argv);
};

static const struct main_command main_commands[] = {
    {"run", "PATH...", "play scenarios and report what happened", "sockdrill run", cmd_run},
    {"check", "PATH...", "check scenarios without running anything", "sockdrill check", cmd_check},
    {"diff", "OLD NEW", "tell what changed between two reports", "sockdrill diff", cmd_diff},
    {"report", "FILE", "write a report in other formats", "sockdrill report", cmd_report},
    {"merge", "REPORT...", "put the reports of shards together", "sockdrill merge", cmd_merge},
    {"serve", "PLUGIN@ENDPOINT...", "serve plugins to real peers", "sockdrill serve", cmd_serve},
    {"talk", "ENDPOINT", "send lines to a server and print its answers", "sockdrill talk",
     cmd_talk},
    {"tape", "SUBCOMMAND FILE", "turn fuzz inputs into scenarios and back", "sockdrill tape",
     cmd_tape},
    {"fuzz-report", "FOLDER", "make the report of a night of fuzzing", "sockdrill fuzz-report",
     cmd_fuzz_report},
    {"plugins", "", "list the plugins that can be found", "sockdrill plugins", cmd_plugins},
};
#define MAIN_COMMAND_COUNT (sizeof(main_commands) / sizeof(main_commands[0]))

static void main_usage(FILE *file)
{
    fputs("usage: sockdrill COMMAND [ARGUMENTS]\n"
          "       sockdrill COMMAND --help\n"
          "       sockdrill --help | --version\n",
          file);
}

static void main_help(void)
{
    main_usage(stdout);
    fputs("\nDrills socket programs with scenarios.\n\n", stdout);
    for (size_t i = 0; i < MAIN_COMMAND_COUNT; i++) {
        printf("  %-11s %-19s %s\n", main_commands[i].name, main_commands[i].arguments,
               main_commands[i].summary);
    }
    printf("  %-11s %-19s %s\n", "help", "[COMMAND]", "this text, or that of a command");
    fputs("\nExit codes: 0 all good, 1 something failed, 2 bad usage or bad input,\n"
          "3 the harness or the machine failed.\n\n"
          "Manual pages: sockdrill(1), sockdrill-scenario(5), sockdrill-plugin(7).\n",
          stdout);
}

static const struct main_command *main_find(const char *name)
{
    for (size_t i = 0; i < MAIN_COMMAND_COUNT; i++) {
        if (strcmp(name, main_commands[i].name) == 0) {
            return &main_commands[i];
        }
    }
    return NULL;
}

static int main_unknown(const char *name)
{
    const char *names[MAIN_COMMAND_COUNT + 1] = {"help"};
    for (size_t i = 0; i < MAIN_COMMAND_COUNT; i++) {
        names[i + 1] = main_commands[i].name;
    }
    const char *near = nearest_name(name, names, MAIN_COMMAND_COUNT + 1);
    const char *what = name[0] == '-' ? "option" : "command";
    if (near) {
        output_complain("there is no %s '%s'; did you mean '%s'?", what, name, near);
    } else {
        output_complain("there is no %s '%s'", what, name);
    }
    main_usage(stderr);
    return COMMAND_USAGE;
}

/* Commands call themselves "sockdrill NAME": argp takes that from argv[0]. */
static int main_run(const struct main_command *command, int argc, char **argv)
{
    char title[32];
    snprintf(title, sizeof(title), "%s", command->title);
    argv[0] = title;
    output_set_name(command->title);
    return command->run(argc, argv);
}

static int main_help_for(int argc, char **argv)
{
    if (argc < 2) {
        main_help();
        return COMMAND_GOOD;
    }
    const struct main_command *command = main_find(argv[1]);
    char help[] = "--help";
    char *arguments[] = {argv[0], help, NULL};
    return command ? main_run(command, 2, arguments) : main_unknown(argv[1]);
}

int main(int argc, char **argv)
{
    output_init();
    argp_err_exit_status = COMMAND_USAGE;
    if (argc < 2) {
        main_usage(stderr);
        return COMMAND_USAGE;
    }
    const char *first = argv[1];
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0 || strcmp(first, "-?") == 0) {
        main_help();
        return COMMAND_GOOD;
    }
    if (strcmp(first, "--version") == 0 || strcmp(first, "-V") == 0) {
        puts(argp_program_version);
        return COMMAND_GOOD;
    }
    if (strcmp(first, "help") == 0) {
        return main_help_for(argc - 1, argv + 1);
    }
    const struct main_command *command = main_find(first);
    return command ? main_run(command, argc - 1, argv + 1) : main_unknown(first);
}
