/* SPDX-License-Identifier: MIT */
/* sockdrill run: loads scenarios, plays them in worker processes, reports. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"
#include "check.h"
#include "clock.h"
#include "command.h"
#include "isolate.h"
#include "output.h"
#include "run_files.h"
#include "run_settings.h"
#include "safe_text.h"
#include "stop.h"
#include "suite_open.h"
#include "terminal.h"

#define RUN_TEXT_BYTES_MAX ((size_t)1 << 20)

struct run {
    const struct run_settings *settings;
    struct plan **plans; /* those asked for; borrowed from the suite */
    size_t plan_count;
    struct run_files files;
    struct terminal *terminal;
    struct bytes replay_arguments;
    bool write_failed;
};

static void run_started(void *owner, uint32_t plan)
{
    struct run *run = owner;
    terminal_started(run->terminal, plan);
}

/* A result is kept before it is shown. One that cannot be kept ends the run: what follows could not
 * be kept either. */
static int run_finished(void *owner, const struct result *result)
{
    struct run *run = owner;
    struct drill_error error = {0};
    int status = run_files_keep(&run->files, result, &error);
    terminal_finished(run->terminal, result);
    if (status != 0) {
        terminal_flush(run->terminal);
        output_error(&error);
        run->write_failed = true;
    }
    return status;
}

static void run_free(struct run *run)
{
    free(run->plans);
    terminal_free(run->terminal);
    run_files_fini(&run->files);
    bytes_fini(&run->replay_arguments);
}

static bool run_select(struct run *run, const struct suite *suite)
{
    run->plans = calloc(suite->plan_count, sizeof(struct plan *));
    if (!run->plans) {
        output_no_memory();
    }
    for (size_t i = 0; i < suite->plan_count; i++) {
        if (run_settings_want(run->settings, suite->plans[i])) {
            run->plans[run->plan_count++] = suite->plans[i];
        }
    }
    return run->plan_count > 0;
}

static void run_add_asked(struct bytes *text, const char *option, const struct arguments *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (bytes_add_format(text, " %s '%s'", option, list->items[i]) != 0) {
            output_no_memory();
        }
    }
}

static int run_complain_nothing_matches(const struct run_settings *settings, size_t scenarios)
{
    struct bytes asked;
    bytes_init(&asked, RUN_TEXT_BYTES_MAX);
    run_add_asked(&asked, "--filter", &settings->filters);
    run_add_asked(&asked, "--tag", &settings->tags);
    const char *text = bytes_string(&asked);
    output_complain("none of %zu scenario%s matches%s; `sockdrill run --list` shows their ids",
                    scenarios, scenarios == 1 ? "" : "s", text ? text : "");
    bytes_fini(&asked);
    return COMMAND_USAGE;
}

static int run_list(const struct run *run)
{
    for (size_t i = 0; i < run->plan_count; i++) {
        ASSERT(run->plans[i]);
        puts(run->plans[i]->id);
    }
    return COMMAND_GOOD;
}

/* What the replay command needs besides id and seed to be pasted: where the scenarios and plugins
 * are. */
static const char *run_replay_arguments(struct run *run)
{
    struct bytes *text = &run->replay_arguments;
    const struct run_settings *settings = run->settings;
    int status = 0;
    for (size_t i = 0; i < settings->plugin_folders.count && status == 0; i++) {
        status = bytes_add_format(text, "--plugin-path ");
        status =
            status == 0 ? safe_text_add_shell(text, settings->plugin_folders.items[i]) : status;
        status = status == 0 ? bytes_add_format(text, " ") : status;
    }
    for (size_t i = 0; i < settings->paths.count && status == 0; i++) {
        status = i > 0 ? bytes_add_format(text, " ") : 0;
        status = status == 0 ? safe_text_add_shell(text, settings->paths.items[i]) : status;
    }
    const char *arguments = status == 0 ? bytes_string(text) : NULL;
    if (!arguments) {
        output_no_memory();
    }
    return arguments;
}

/* Everything that can be refused before the first scenario starts. */
static int run_open(struct run *run, const char *title)
{
    struct drill_error error = {0};
    struct terminal_options options;
    terminal_options_detect(&options, STDOUT_FILENO, run->settings->verbosity);
    options.replay_arguments = run_replay_arguments(run);
    run->terminal = terminal_new(&options, run->plans, run->plan_count);
    if (!run->terminal) {
        output_no_memory();
    }
    int status =
        run_files_open(&run->files, run->settings, title, run->plans, run->plan_count, &error);
    if (status != 0) {
        output_error(&error);
    }
    return status;
}

static int run_verdict(const struct report_summary *summary)
{
    if (report_summary_failing(summary) > 0) {
        return COMMAND_FAILED;
    }
    if (summary->counts[VERDICT_SKIPPED] == summary->total) {
        output_complain("every scenario was skipped: nothing was tested");
        return COMMAND_FAILED;
    }
    return COMMAND_GOOD;
}

static int run_play(struct run *run)
{
    struct drill_error error = {0};
    struct isolate_options options = {
        .workers = run->settings->workers,
        .timeout_ms = run->settings->timeout_ms,
        .seed = run->settings->seed,
        .repeat = (uint32_t)run->settings->repeat,
        .worlds = run->settings->worlds,
        .today = run->settings->today,
        .trace = run_settings_trace(run->settings),
        .finished = run_finished,
        .started = run_started,
        .owner = run,
        .stop = stop_flag(),
    };
    uint64_t start_ns = clock_real_ns();
    int status = isolate_run(run->plans, run->plan_count, &options, &error);
    uint64_t real_ns = clock_real_ns() - start_ns;

    terminal_flush(run->terminal);
    if (status != 0 && status != -EINTR) {
        output_error(&error);
    }
    struct report_summary summary = {0};
    bool written = run_files_close(&run->files, status == 0, &summary) && !run->write_failed;
    int shown =
        terminal_summary(run->terminal, &summary, real_ns, written ? run->settings->report : NULL);
    if (shown != 0) {
        output_complain("standard output could not be written: %s", strerror(-shown));
    }
    if (status != 0 || shown != 0 || !written) {
        return COMMAND_MACHINE;
    }
    return run_verdict(&summary);
}

/* Every run that is to be made has its place in memory. */
static bool run_is_too_long(const struct run *run)
{
    uint64_t repeat = run->settings->repeat ? run->settings->repeat : 1;
    if (run->plan_count <= ISOLATE_RUNS_MAX / repeat) {
        return false;
    }
    output_complain("%zu scenarios, each %" PRIu64
                    " times, are more than %zu runs; choose some with "
                    "--filter, or a smaller --repeat",
                    run->plan_count, repeat, ISOLATE_RUNS_MAX);
    return true;
}

static int run_suite(const struct run_settings *settings, const struct suite *suite)
{
    struct run run = {.settings = settings};
    bytes_init(&run.replay_arguments, RUN_TEXT_BYTES_MAX);
    int code = COMMAND_MACHINE;
    if (!run_select(&run, suite)) {
        code = run_complain_nothing_matches(settings, suite->plan_count);
    } else if (settings->list) {
        code = run_list(&run);
    } else if (run_is_too_long(&run)) {
        code = COMMAND_USAGE;
    } else if (stop_catch(true) < 0) {
        output_complain("no pipe to be had: %s", strerror(errno));
    } else if (run_open(&run, suite->title) == 0) {
        code = run_play(&run);
    }
    run_free(&run);
    return code;
}

int cmd_run(int argc, char **argv)
{
    struct run_settings settings;
    run_settings_parse(&settings, argc, argv);
    struct suite suite;
    int code = suite_open(&settings.paths, &settings.plugin_folders, &suite);
    if (code == COMMAND_GOOD) {
        code = run_suite(&settings, &suite);
    }
    suite_free(&suite);
    run_settings_fini(&settings);
    return code;
}
