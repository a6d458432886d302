/* SPDX-License-Identifier: MIT */
#include "run_settings.h"

#include <argp.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "date.h"
#include "shard.h"
#include "terminal.h"

enum {
    RUN_FILTER = 256,
    RUN_TAG,
    RUN_LIST,
    RUN_REPORT,
    RUN_TIMINGS,
    RUN_TIMEOUT,
    RUN_SEED,
    RUN_REPEAT,
    RUN_PLUGIN_PATH,
    RUN_WORLD,
    RUN_TRACE,
    RUN_PCAP,
    RUN_SHARD,
    RUN_RERUN,
    RUN_BASELINE,
    RUN_UPDATE_BASELINE,
    RUN_TODAY,
};

static const struct argp_option run_options[] = {
    {0, 0, 0, 0, "Which scenarios:", 1},
    {"filter", RUN_FILTER, "GLOB", 0,
     "only those whose id matches GLOB, where * also matches / (several: any of them)", 1},
    {"tag", RUN_TAG, "TAG", 0, "only those that carry TAG (several: any of them)", 1},
    {"shard", RUN_SHARD, "I/N", 0,
     "only those of part I of N, which `sockdrill merge` puts together again", 1},
    {"rerun", RUN_RERUN, "OLD", 0,
     "play what failed, did not run or is new or edited since the report OLD; the other results "
     "are "
     "taken from OLD",
     1},
    {"list", RUN_LIST, 0, 0, "print their ids, one per line, and run nothing", 1},
    {0, 0, 0, 0, "How:", 2},
    {"world", RUN_WORLD, "WORLD", 0,
     "play on real sockets (kernel), in the simulated network (sim), or in both and compare "
     "(both, the default)",
     2},
    {"jobs", 'j', "N", 0, "run in N worker processes (default: the cores)", 2},
    {"timeout", RUN_TIMEOUT, "SECONDS", 0,
     "a scenario that makes no progress for so long hangs (default: 20)", 2},
    {"seed", RUN_SEED, "N", 0, "use the seed N instead of each scenario's own", 2},
    {"repeat", RUN_REPEAT, "N", 0,
     "run every scenario N times, each time in a process of its own; one that is not the same "
     "each time is flaky, which fails the run",
     2},
    {"plugin-path", RUN_PLUGIN_PATH, "DIR", 0,
     "look for plugins in DIR first (a list with ':'; may be given more than once)", 2},
    {"today", RUN_TODAY, "DATE", 0,
     "the day YYYY-MM-DD on which quarantines are judged (default: all of them hold)", 2},
    {0, 0, 0, 0, "What comes out:", 3},
    {"report", RUN_REPORT, "FILE", 0, "write the JSON report to FILE", 3},
    {"timings", RUN_TIMINGS, "FILE", 0, "write times, the machine and backtraces as JSON to FILE",
     3},
    FORMATS_OPTIONS(3),
    {"trace", RUN_TRACE, "FILE", 0, "write every call of every scenario as JSON to FILE", 3},
    {"pcap", RUN_PCAP, "DIR", 0, "write a packet capture of every scenario to DIR", 3},
    {"baseline", RUN_BASELINE, "FILE", 0,
     "compare with the report FILE, and exit 1 only when something got worse", 3},
    {"update-baseline", RUN_UPDATE_BASELINE, 0, 0,
     "put the report of this run in the place of the baseline", 3},
    {"quiet", 'q', 0, 0, "print failures and the summary only", 3},
    {"verbose", 'v', 0, 0,
     "print a line for every scenario; -vv: and what happened in it, call by call", 3},
    {0},
};

static void run_take_number(struct argp_state *state, const char *option, const char *text,
                            uint64_t most, uint64_t *number)
{
    if (arguments_number(text, 1, most, number) != 0) {
        argp_error(state, "%s takes a number from 1 to %llu, not '%s'", option,
                   (unsigned long long)most, text);
    }
}

static void run_take_workers(struct argp_state *state, const char *text, unsigned *workers)
{
    uint64_t number = 1;
    run_take_number(state, "-j", text, ISOLATE_WORKERS_MAX, &number);
    *workers = (unsigned)number;
}

static void run_take_seconds(struct argp_state *state, const char *text, uint64_t *ms)
{
    if (arguments_seconds(text, ms) != 0) {
        argp_error(state, "--timeout takes seconds, more than 0 and at most %d, not '%s'",
                   ARGUMENTS_SECONDS_MAX, text);
    }
}

static void run_take_world(struct argp_state *state, const char *text, enum plan_world *worlds)
{
    static const struct {
        const char *name;
        enum plan_world worlds;
    } words[] = {{"kernel", PLAN_KERNEL}, {"sim", PLAN_SIM}, {"both", PLAN_BOTH}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(text, words[i].name) == 0) {
            *worlds = words[i].worlds;
            return;
        }
    }
    argp_error(state, "--world takes kernel, sim or both, not '%s'", text);
}

static void run_take_day(struct argp_state *state, const char *text, const char **day)
{
    if (!date_is_valid(text)) {
        argp_error(state, "--today takes a day that the calendar has, YYYY-MM-DD, not '%s'", text);
    }
    *day = text;
}

static void run_take_name(struct argp_state *state, const char *option, const char *what,
                          const char *text, const char **name)
{
    if (!*text) {
        argp_error(state, "%s needs the name of a %s", option, what);
    }
    *name = text;
}

static void run_take_shard(struct argp_state *state, const char *text,
                           struct run_settings *settings)
{
    uint64_t index = 0, count = 0;
    const char *slash = strchr(text, '/');
    char first[32];
    snprintf(first, sizeof(first), "%.*s", slash ? (int)(slash - text) : 0, text);
    if (!slash || arguments_number(slash + 1, 1, SHARD_COUNT_MAX, &count) != 0 ||
        arguments_number(first, 1, count, &index) != 0) {
        argp_error(state, "--shard takes I/N, such as 1/4: N up to %d, I from 1 to N, not '%s'",
                   SHARD_COUNT_MAX, text);
    }
    settings->shard_index = (unsigned)index;
    settings->shard_count = (unsigned)count;
}

/* Options about other reports. */
static error_t run_parse_reports(int key, char *argument, struct argp_state *state)
{
    struct run_settings *settings = state->input;
    switch (key) {
    case RUN_RERUN:
        run_take_name(state, "--rerun", "report", argument, &settings->rerun);
        return 0;
    case RUN_BASELINE:
        run_take_name(state, "--baseline", "report", argument, &settings->baseline);
        settings->document = true;
        return 0;
    case RUN_UPDATE_BASELINE:
        settings->update_baseline = true;
        return 0;
    default:
        return formats_parse(key, argument, state, &settings->formats);
    }
}

/* Options that name what is written. */
static error_t run_parse_output(int key, char *argument, struct argp_state *state)
{
    struct run_settings *settings = state->input;
    switch (key) {
    case RUN_REPORT:
        run_take_name(state, "--report", "file", argument, &settings->report);
        return 0;
    case RUN_TIMINGS:
        run_take_name(state, "--timings", "file", argument, &settings->timings);
        return 0;
    case RUN_TRACE:
        run_take_name(state, "--trace", "file", argument, &settings->trace);
        return 0;
    case RUN_PCAP:
        run_take_name(state, "--pcap", "folder", argument, &settings->pcap);
        return 0;
    case 'q':
        settings->verbosity = -1;
        return 0;
    case 'v':
        settings->verbosity = settings->verbosity < 1 ? 1 : TERMINAL_VERBOSITY_MAX;
        return 0;
    default:
        return run_parse_reports(key, argument, state);
    }
}

/* What a run takes apart from its paths. */
static error_t run_parse_option(int key, char *argument, struct argp_state *state)
{
    struct run_settings *settings = state->input;
    switch (key) {
    case RUN_FILTER:
        arguments_add(&settings->filters, argument);
        return 0;
    case RUN_TAG:
        arguments_add(&settings->tags, argument);
        return 0;
    case RUN_SHARD:
        run_take_shard(state, argument, settings);
        return 0;
    case RUN_LIST:
        settings->list = true;
        return 0;
    case 'j':
        run_take_workers(state, argument, &settings->workers);
        return 0;
    case RUN_TIMEOUT:
        run_take_seconds(state, argument, &settings->timeout_ms);
        return 0;
    case RUN_SEED:
        run_take_number(state, "--seed", argument, INT64_MAX, &settings->seed);
        return 0;
    case RUN_REPEAT:
        run_take_number(state, "--repeat", argument, ISOLATE_REPEAT_MAX, &settings->repeat);
        return 0;
    case RUN_PLUGIN_PATH:
        arguments_add(&settings->plugin_folders, argument);
        return 0;
    case RUN_WORLD:
        run_take_world(state, argument, &settings->worlds);
        return 0;
    case RUN_TODAY:
        run_take_day(state, argument, &settings->today);
        return 0;
    default:
        return run_parse_output(key, argument, state);
    }
}

/* Two documents in one file would be none. */
static void run_check_files(struct argp_state *state, const struct run_settings *settings)
{
    const struct {
        const char *option, *file;
    } files[] = {{"--report", settings->report},
                 {"--timings", settings->timings},
                 {"--trace", settings->trace},
                 {"--baseline", settings->baseline}};
    const size_t count = sizeof(files) / sizeof(files[0]);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = i + 1; k < count; k++) {
            if (files[i].file && files[k].file && strcmp(files[i].file, files[k].file) == 0) {
                argp_error(state, "%s and %s cannot share the file '%s'", files[i].option,
                           files[k].option, files[i].file);
            }
        }
        formats_check(state, &settings->formats, files[i].option, files[i].file);
    }
    formats_check(state, &settings->formats, "what the run prints", "-");
}

/* A baseline is about all of a suite, and is renewed by a person. */
static void run_check_update(struct argp_state *state, const struct run_settings *settings)
{
    const char *ci = getenv("CI");
    if (!settings->baseline) {
        argp_error(state, "--update-baseline needs --baseline FILE");
    }
    if (ci && *ci) {
        argp_error(state, "--update-baseline is refused where the environment variable CI is set: "
                          "renew the baseline by hand and commit it");
    }
    if (settings->filters.count > 0 || settings->tags.count > 0 || settings->shard_count > 0) {
        argp_error(state, "--update-baseline needs the whole suite: leave out --filter, --tag and "
                          "--shard");
    }
}

static error_t run_parse(int key, char *argument, struct argp_state *state)
{
    struct run_settings *settings = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        arguments_add(&settings->paths, argument);
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "name a scenario file or a folder of them, such as scenarios/");
        return 0;
    case ARGP_KEY_SUCCESS:
        run_check_files(state, settings);
        settings->document |= formats_any(&settings->formats);
        if (settings->update_baseline) {
            run_check_update(state, settings);
        }
        return 0;
    default:
        return run_parse_option(key, argument, state);
    }
}

static const struct argp run_argp = {
    .options = run_options,
    .parser = run_parse,
    .args_doc = "PATH...",
    .doc = "Plays the scenarios of files or folders and says what happened.\v"
           "Exits 0 when all is well, 1 when a scenario failed (with --baseline: when something "
           "got worse), 2 when the usage or a scenario file is wrong (then nothing is run), 3 when "
           "the machine failed or the run was interrupted.",
};

static unsigned run_default_workers(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (cores < 1) {
        return 1;
    }
    return cores < ISOLATE_WORKERS_MAX ? (unsigned)cores : ISOLATE_WORKERS_MAX;
}

void run_settings_parse(struct run_settings *settings, int argc, char **argv)
{
    *settings = (struct run_settings){.worlds = PLAN_BOTH, .workers = run_default_workers()};
    argp_parse(&run_argp, argc, argv, 0, NULL, settings);
}

void run_settings_fini(struct run_settings *settings)
{
    arguments_fini(&settings->paths);
    arguments_fini(&settings->filters);
    arguments_fini(&settings->tags);
    arguments_fini(&settings->plugin_folders);
}

/* An id may hold characters that mean something in a pattern, so the id itself always matches. */
static bool run_matches(const struct arguments *filters, const char *id)
{
    for (size_t i = 0; i < filters->count; i++) {
        if (strcmp(filters->items[i], id) == 0 || fnmatch(filters->items[i], id, 0) == 0) {
            return true;
        }
    }
    return filters->count == 0;
}

bool run_settings_want_tags(const struct run_settings *settings, const char *id, const json_t *tags)
{
    bool tagged = settings->tags.count == 0;
    for (size_t i = 0; i < json_array_size(tags) && !tagged; i++) {
        const char *tag = json_string_value(json_array_get(tags, i));
        for (size_t k = 0; k < settings->tags.count && !tagged; k++) {
            tagged = tag && strcmp(settings->tags.items[k], tag) == 0;
        }
    }
    return tagged && run_matches(&settings->filters, id);
}

static bool run_is_tagged(const struct arguments *tags, const struct plan *plan)
{
    for (size_t i = 0; i < tags->count; i++) {
        for (size_t k = 0; k < plan->tag_count; k++) {
            if (strcmp(tags->items[i], plan->tags[k]) == 0) {
                return true;
            }
        }
    }
    return tags->count == 0;
}

bool run_settings_want(const struct run_settings *settings, const struct plan *plan)
{
    return run_matches(&settings->filters, plan->id) && run_is_tagged(&settings->tags, plan);
}

enum isolate_trace run_settings_trace(const struct run_settings *settings)
{
    bool all = settings->trace || settings->pcap || settings->verbosity >= TERMINAL_VERBOSITY_MAX;
    return all ? ISOLATE_TRACE_ALL : ISOLATE_TRACE_OF_TROUBLE;
}
