/* SPDX-License-Identifier: MIT */
/* sockdrill tape minimize and sockdrill tape fingerprint: what a crash of a fuzzer comes down to.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "output.h"
#include "stop.h"
#include "tape_arguments.h"
#include "tape_command.h"
#include "tape_judge.h"
#include "tape_open.h"
#include "tape_regress.h"
#include "tape_variant.h"

#define MINIMIZE_TIMEOUT_MS ((uint64_t)2000)

enum { MINIMIZE_FORCE = TAPE_ARGUMENT_OWN, MINIMIZE_JUDGEMENTS, MINIMIZE_TIMEOUT };

struct minimize_settings {
    struct tape_arguments shared;
    bool force;
    uint64_t judgements, timeout_ms;
};

/* A crash on its way to a scenario. */
struct minimize {
    const struct minimize_settings *settings;
    struct plugin_catalog *catalog;
    struct tape_plugin plugin;
    struct tape_judge judge;
    struct bytes events; /* of a tape that shows the finding */
    struct minimize_told told;
};

#define MINIMIZE_OPTION_TIMEOUT                                                                    \
    {                                                                                              \
        "timeout", MINIMIZE_TIMEOUT, "SECONDS", 0,                                                 \
            "a run that makes no progress for so long hangs (default: 2)", 0                       \
    }

static const struct argp_option fingerprint_options[] = {
    TAPE_OPTION_TARGET,
    TAPE_OPTION_PLUGIN_PATH,
    MINIMIZE_OPTION_TIMEOUT,
    {0},
};

static const struct argp_option minimize_options[] = {
    {"out", TAPE_ARGUMENT_OUT, "OUT", 0,
     "write the scenario to this file instead of standard output", 0},
    {"force", MINIMIZE_FORCE, NULL, 0, "replace OUT if it is there", 0},
    {"judgements", MINIMIZE_JUDGEMENTS, "N", 0, "play N candidates at most (default: 10000)", 0},
    TAPE_OPTION_TARGET,
    TAPE_OPTION_PLUGIN_PATH,
    MINIMIZE_OPTION_TIMEOUT,
    {0},
};

static error_t minimize_parse(int key, char *argument, struct argp_state *state)
{
    struct minimize_settings *settings = state->input;
    switch (key) {
    case MINIMIZE_FORCE:
        settings->force = true;
        return 0;
    case MINIMIZE_JUDGEMENTS:
        if (arguments_number(argument, 1, UINT32_MAX, &settings->judgements) != 0) {
            argp_error(state, "--judgements takes a number from 1, not '%s'", argument);
        }
        return 0;
    case MINIMIZE_TIMEOUT:
        if (arguments_seconds(argument, &settings->timeout_ms) != 0) {
            argp_error(state, "--timeout takes seconds, not '%s'", argument);
        }
        return 0;
    default:
        return tape_arguments_parse(key, argument, state, &settings->shared);
    }
}

static const struct argp fingerprint_argp = {
    .options = fingerprint_options,
    .parser = minimize_parse,
    .args_doc = "CRASH",
    .doc =
        "Plays what a fuzzer left and prints the fingerprint of what goes wrong, one line. Exits "
        "1 when nothing does.",
};

static const struct argp minimize_argp = {
    .options = minimize_options,
    .parser = minimize_parse,
    .args_doc = "CRASH",
    .doc = "Makes a scenario of what a fuzzer left, as small as it gets: events are left out, then "
           "bytes, as long as the same finding shows. The scenario fails until the bug is mended; "
           "it is played in both worlds, and what each says is told.\v"
           "The finding's fingerprint is the same whatever compiled the plugin; sockdrill(1) says "
           "what it is made of. Exits 1 when the finding does not show in this build.",
};

static int minimize_failed(const struct minimize *minimize, int status)
{
    if (status == -ENOMEM && !minimize->judge.error.sentence[0]) {
        output_no_memory();
    }
    if (status == -EINTR) {
        output_complain("interrupted; nothing was written");
    } else if (minimize->judge.error.sentence[0]) {
        output_error(&minimize->judge.error);
    } else if (status == -ENOENT) {
        output_complain("%s: %s showed once and then no more: it is not the same each time; where "
                        "it is a matter of time, try a longer --timeout",
                        minimize->settings->shared.file, minimize->judge.wanted);
        return COMMAND_FAILED;
    } else {
        output_complain("%s: %s", minimize->settings->shared.file, strerror(-status));
    }
    return COMMAND_MACHINE;
}

static int minimize_shows_nothing(const struct minimize *minimize)
{
    bool sanitized = strcmp(DRILL_BUILD_KIND, "sanitized") == 0;
    output_complain("%s: nothing goes wrong when this build plays it%s",
                    minimize->settings->shared.file,
                    sanitized ? "; what only the fuzz target's own oracles see (open, conserved, "
                                "repeat) is shown by build/dev/fuzz/TARGET"
                              : "; it has no sanitizers and sees few memory errors, try "
                                "build/dev/bin/sockdrill");
    return COMMAND_FAILED;
}

/* Finds a tape of the input that shows something, and what. 1, 0 when none does, or -errno. */
static int minimize_find(struct minimize *minimize, const struct tape_input *input)
{
    struct bytes variants[MINIMIZE_BATCH];
    const struct tape_target tape = {.kind = TAPE_TARGET_TAPE};
    const struct tape_target *target = input->has_header ? &tape : &input->target;
    const struct bytes *data = &input->data;
    int more = 1, shown = 0, status = 0;
    for (size_t i = 0; i < MINIMIZE_BATCH; i++) {
        bytes_init(&variants[i], 2 * TAPE_FILE_BYTES_MAX);
    }
    for (uint64_t number = 0; more == 1 && shown == 0 && status == 0;) {
        size_t count = 0;
        while (count < MINIMIZE_BATCH && more == 1) {
            bytes_clear(&variants[count]);
            more = input->has_header
                       ? tape_variant(&tape, input->file.events, input->file.event_bytes, number,
                                      &variants[count])
                       : tape_variant(target, data->data, data->size, number, &variants[count]);
            count += more == 1;
            number++;
        }
        int first = more < 0 ? more : tape_judge_first(&minimize->judge, variants, count);
        status = first < 0 ? first : 0;
        if (status == 0 && (size_t)first < count) {
            shown = 1;
            status = bytes_add(&minimize->events, variants[first].data, variants[first].size);
        }
    }
    for (size_t i = 0; i < MINIMIZE_BATCH; i++) {
        bytes_fini(&variants[i]);
    }
    return status == 0 ? shown : status;
}

/* Names the finding: its fingerprint is what is wanted from now on. An exit code. */
static int minimize_name(struct minimize *minimize, const struct tape_input *input,
                         struct tape_finding *finding)
{
    int status = minimize_find(minimize, input);
    if (status == 1) {
        status = tape_judge_tape(&minimize->judge, minimize->events.data, minimize->events.size,
                                 finding);
        status = status == 0 ? finding->fingerprint[0] != '\0' : status;
    }
    if (status < 0) {
        return minimize_failed(minimize, status);
    }
    if (status == 0) {
        return minimize_shows_nothing(minimize);
    }
    memcpy(minimize->judge.wanted, finding->fingerprint, sizeof(minimize->judge.wanted));
    return COMMAND_GOOD;
}

/* Fills `smaller`, which is empty. */
static int minimize_make_small(struct minimize *minimize, struct bytes *smaller)
{
    struct minimize_judge judge = {.first = tape_judge_first, .owner = &minimize->judge};
    return minimize_tape(minimize->events.data, minimize->events.size, &judge,
                         minimize->settings->judgements, smaller, &minimize->told);
}

static void minimize_print_world(FILE *to, const char *world, const struct tape_finding *finding,
                                 const char *wanted)
{
    bool same = strcmp(finding->fingerprint, wanted) == 0;
    fprintf(to, "  %-13s %s%s%s%s\n", world, verdict_name(finding->verdict),
            finding->sentence[0] ? ": " : "", finding->sentence,
            same ? "" : " (not the same finding)");
}

static void minimize_print(const struct minimize *minimize, const struct tape_regress *regress)
{
    /* Who reads the scenario from standard output reads nothing else there. */
    FILE *to = minimize->settings->shared.out ? stdout : stderr;
    const struct minimize_told *told = &minimize->told;
    fprintf(to, "%s\n", minimize->judge.wanted);
    fprintf(to,
            "  minimized     %zu to %zu events, %zu to %zu bytes, in %" PRIu64 " judgements%s\n",
            told->events_before, told->events_after, told->bytes_before, told->bytes_after,
            told->judgements, told->bounded ? " (all that were allowed: it may get smaller)" : "");
    fprintf(to, "  cause         %s\n",
            regress->injected ? "only an injected fault or network" : "a peer alone");
    minimize_print_world(to, "simulated", &regress->sim, minimize->judge.wanted);
    if (regress->sim_only) {
        fprintf(to,
                "  %-13s not played: only a simulated network loses, delays or hangs like "
                "this\n",
                "real sockets");
    } else {
        minimize_print_world(to, "real sockets", &regress->kernel, minimize->judge.wanted);
    }
    if (regress->both.sentence[0]) {
        fprintf(to, "  they part at  %s\n", regress->both.sentence);
    }
    if (minimize->settings->shared.out) {
        fprintf(to, "  written       %s\n", minimize->settings->shared.out);
    }
}

static int minimize_write(const struct minimize *minimize, const struct tape_regress *regress)
{
    int code = tape_write(minimize->settings->shared.out, regress->text.data, regress->text.size);
    if (code == COMMAND_GOOD) {
        minimize_print(minimize, regress);
    }
    return code;
}

static int minimize_tell(const struct minimize *minimize, const struct tape_regress *regress)
{
    if (regress->why[0]) {
        output_complain("%s: %s is found in %zu events, but cannot be told as a scenario: %s",
                        minimize->settings->shared.file, minimize->judge.wanted,
                        minimize->told.events_after, regress->why);
        return COMMAND_FAILED;
    }
    return minimize_write(minimize, regress);
}

/* Minimizes, and makes the scenario: 0 or -errno. */
static int minimize_regress(struct minimize *minimize, struct tape_regress *regress)
{
    struct scenario_plugins plugins = {.owner = minimize->catalog, .find = plugin_catalog_find};
    const struct minimize_settings *settings = minimize->settings;
    const char *path = settings->shared.out ? settings->shared.out : settings->shared.file;
    struct bytes smaller;
    bytes_init(&smaller, 2 * TAPE_FILE_BYTES_MAX);
    *regress = (struct tape_regress){.injected = false};
    int status = minimize_make_small(minimize, &smaller);
    if (status == 0) {
        status = tape_regress_make(&minimize->judge, &minimize->plugin, &plugins, path, &smaller,
                                   regress);
    }
    bytes_fini(&smaller);
    return status;
}

static bool minimize_in_both(const struct minimize *minimize, const struct tape_regress *regress)
{
    return !regress->why[0] && !regress->sim_only &&
           strcmp(regress->kernel.fingerprint, minimize->judge.wanted) == 0;
}

/* What real sockets do not show any more may have been left out: where they showed it at first, it
 * is looked for again in both worlds. 0 or -errno. */
static int minimize_both(struct minimize *minimize, struct tape_regress *regress)
{
    struct minimize_told told = minimize->told;
    struct tape_regress both;
    minimize->judge.kernel = true;
    int status = minimize_regress(minimize, &both);
    bool better = status == 0 && minimize_in_both(minimize, &both);
    struct tape_regress worse = better ? *regress : both;
    if (better) {
        *regress = both;
        minimize->told.judgements += told.judgements;
    } else {
        minimize->told = told;
    }
    tape_regress_fini(&worse);
    return status == -ENOENT ? 0 : status;
}

static int minimize_work(struct minimize *minimize, const struct tape_input *input)
{
    struct tape_finding finding;
    struct tape_regress regress;
    int code = minimize_name(minimize, input, &finding);
    if (code != COMMAND_GOOD) {
        return code;
    }
    int status = minimize_regress(minimize, &regress);
    if (status == 0 && !regress.sim_only && !minimize_in_both(minimize, &regress)) {
        status = minimize_both(minimize, &regress);
    }
    code = status == 0 ? minimize_tell(minimize, &regress) : minimize_failed(minimize, status);
    tape_regress_fini(&regress);
    return code;
}

static int fingerprint_work(struct minimize *minimize, const struct tape_input *input)
{
    struct tape_finding finding;
    int code = minimize_name(minimize, input, &finding);
    if (code == COMMAND_GOOD) {
        puts(finding.fingerprint);
    }
    return code;
}

static int minimize_open(const struct minimize_settings *settings,
                         int (*work)(struct minimize *minimize, const struct tape_input *input))
{
    struct minimize minimize = {.settings = settings};
    struct tape_input input;
    int code = tape_open_for_plugin(&settings->shared, &input, &minimize.catalog, &minimize.plugin);
    if (code == COMMAND_GOOD && stop_catch(true) < 0) {
        output_complain("no pipe to be had: %s", strerror(errno));
        code = COMMAND_MACHINE;
    } else if (code == COMMAND_GOOD) {
        bytes_init(&minimize.events, 2 * TAPE_FILE_BYTES_MAX);
        tape_judge_init(&minimize.judge, &minimize.plugin, settings->timeout_ms);
        code = work(&minimize, &input);
        tape_judge_fini(&minimize.judge);
        bytes_fini(&minimize.events);
    }
    plugin_catalog_free(minimize.catalog);
    tape_open_fini(&input);
    return code;
}

int tape_command_minimize(int argc, char **argv)
{
    struct minimize_settings settings = {.timeout_ms = MINIMIZE_TIMEOUT_MS,
                                         .shared.wanted = "the file that the fuzzer left"};
    argp_parse(&minimize_argp, argc, argv, 0, NULL, &settings);
    int code = COMMAND_USAGE;
    if (settings.shared.out && !settings.force && access(settings.shared.out, F_OK) == 0) {
        output_complain("%s is there already; --force replaces it", settings.shared.out);
    } else {
        code = minimize_open(&settings, minimize_work);
    }
    tape_arguments_fini(&settings.shared);
    return code;
}

int tape_command_fingerprint(int argc, char **argv)
{
    struct minimize_settings settings = {.timeout_ms = MINIMIZE_TIMEOUT_MS,
                                         .shared.wanted = "the file that the fuzzer left"};
    argp_parse(&fingerprint_argp, argc, argv, 0, NULL, &settings);
    int code = minimize_open(&settings, fingerprint_work);
    tape_arguments_fini(&settings.shared);
    return code;
}
