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
#include "run_baseline.h"
#include "run_choice.h"
#include "run_files.h"
#include "run_rerun.h"
#include "run_settings.h"
#include "safe_text.h"
#include "stop.h"
#include "suite_open.h"
#include "terminal.h"

#define RUN_TEXT_BYTES_MAX ((size_t)1 << 20)

struct run {
    const struct run_settings *settings;
    struct run_choice choice;
    struct run_rerun rerun;
    struct run_baseline baseline;
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
    terminal_free(run->terminal);
    run_files_fini(&run->files);
    run_baseline_fini(&run->baseline);
    run_rerun_fini(&run->rerun);
    run_choice_free(&run->choice);
    bytes_fini(&run->replay_arguments);
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
    for (size_t i = 0; i < run->choice.played_count; i++) {
        puts(run->choice.played[i]->id);
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
    run->terminal = terminal_new(&options, run->choice.played, run->choice.played_count);
    if (!run->terminal) {
        output_no_memory();
    }
    int status = run_files_open(&run->files, run->settings, title, &run->choice, &error);
    if (status == 0) {
        status = run_rerun_add(&run->rerun, &run->choice, run->files.report, &error);
        run->write_failed = status != 0;
    }
    if (status != 0) {
        output_error(&error);
    }
    if (run->write_failed) {
        run_files_close(&run->files, false, NULL);
    }
    return status;
}

/* What makes this run smaller than the suite. */
static void run_tell_part(const struct run *run)
{
    const struct run_choice *choice = &run->choice;
    const struct report_shard *shard = &choice->shard;
    if (shard->count > 0) {
        printf("shard %u of %u: %zu of %zu scenarios\n", shard->index, shard->count, choice->count,
               choice->matched);
    }
    if (run->settings->rerun) {
        printf("%zu of %zu scenarios run again, the others are taken from the old report\n",
               choice->played_count, choice->count);
    }
    if (run->rerun.other) {
        puts("the old report is of another version or kind of build: nothing is taken from it");
    }
    output_flush();
}

/* The empty shard is whole, too: that all shards are there is for `sockdrill merge` to see, and so
 * is that not everything was skipped. */
static bool run_tested_nothing(const struct run *run, const struct report_summary *summary)
{
    return run->choice.shard.count == 0 && summary->counts[VERDICT_SKIPPED] == summary->total;
}

static int run_judge(struct run *run, const struct report_summary *summary)
{
    struct report_read now;
    if (run_tested_nothing(run, summary)) {
        output_complain("every scenario was skipped: nothing was tested");
        return COMMAND_FAILED;
    }
    if (!run->settings->baseline) {
        return report_summary_failing(summary) > 0 ? COMMAND_FAILED : COMMAND_GOOD;
    }
    if (run_files_read(&run->files, &now) != 0) {
        return COMMAND_MACHINE;
    }
    int code = run_baseline_judge(&run->baseline, run->settings, &run->files.document, &now);
    report_read_fini(&now);
    return code;
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
    int status = run->choice.played_count == 0
                     ? 0
                     : isolate_run(run->choice.played, run->choice.played_count, &options, &error);
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
        if (run->settings->baseline) {
            output_complain("the run did not come to a good end, so it is not compared with %s",
                            run->settings->baseline);
        }
        return COMMAND_MACHINE;
    }
    return run_judge(run, &summary);
}

/* Every run that is to be made has its place in memory. */
static bool run_is_too_long(const struct run *run)
{
    uint64_t repeat = run->settings->repeat ? run->settings->repeat : 1;
    if (run->choice.played_count <= ISOLATE_RUNS_MAX / repeat) {
        return false;
    }
    output_complain("%zu scenarios, each %" PRIu64
                    " times, are more than %zu runs; choose some with "
                    "--filter, or a smaller --repeat",
                    run->choice.played_count, repeat, ISOLATE_RUNS_MAX);
    return true;
}

static int run_begin(struct run *run, const struct suite *suite)
{
    if (stop_catch(true) < 0) {
        output_complain("no pipe to be had: %s", strerror(errno));
        return COMMAND_MACHINE;
    }
    if (run_open(run, suite->title) != 0) {
        return COMMAND_MACHINE;
    }
    run_tell_part(run);
    return run_play(run);
}

/* Other reports are read, and refused, before anything is opened. */
static int run_suite(const struct run_settings *settings, const struct suite *suite)
{
    struct run run = {.settings = settings};
    bytes_init(&run.replay_arguments, RUN_TEXT_BYTES_MAX);
    run_choice_make(&run.choice, settings, suite);
    int code = run_rerun_open(&run.rerun, settings, &run.choice);
    if (code == COMMAND_GOOD && run.choice.matched == 0) {
        code = run_complain_nothing_matches(settings, suite->plan_count);
    } else if (code == COMMAND_GOOD && settings->list) {
        code = run_list(&run);
    } else if (code == COMMAND_GOOD) {
        code = run_baseline_open(&run.baseline, settings, suite, &run.choice);
        code = code == COMMAND_GOOD && run_is_too_long(&run) ? COMMAND_USAGE : code;
        code = code == COMMAND_GOOD ? run_begin(&run, suite) : code;
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
