/* SPDX-License-Identifier: MIT */
/*
 * How a run fails: the first failure counts, with the step and the iteration it happened at.
 *
 * Everything that a story hoped for and did not get goes through run_disappointed, everything that
 * the plugin, the harness or the machine did wrong through the others: this is the one place where
 * an exploring run differs.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "run.h"

/* The step that a lane stands at, and the iterations around it. */
static void failure_place(struct run *run, const struct lane *lane)
{
    struct result_failure *failure = &run->result->failure;
    const struct runner_progress *progress = run->runner->progress;
    failure->source = lane ? progress->source : PLAN_NONE;
    failure->iteration_depth = lane ? progress->iteration_depth : 0;
    for (uint32_t i = 0; i < failure->iteration_depth; i++) {
        failure->iteration[i] = progress->iteration[i];
    }
}

static __attribute__((format(printf, 5, 0))) enum step_state
fail(struct run *run, const struct lane *lane, enum verdict verdict, enum result_oracle oracle,
     const char *format, va_list arguments)
{
    struct result_failure *failure = &run->result->failure;
    char sentence[1024];
    if (failure->sentence) {
        return STEP_FAILED;
    }
    vsnprintf(sentence, sizeof(sentence), format, arguments);
    failure_place(run, lane);
    failure->oracle = oracle;
    failure->sentence = strdup(sentence);
    run->result->verdict = verdict;
    return failure->sentence ? STEP_FAILED : run_machine_failed(run, -ENOMEM);
}

/* What a run is called in which this oracle spoke. */
static enum verdict oracle_verdict(enum result_oracle oracle)
{
    switch (oracle) {
    case ORACLE_PROPERTY:
    case ORACLE_PLUGIN:
    case ORACLE_REPLAY:
    case ORACLE_SPLIT:
        return VERDICT_FAIL;
    case ORACLE_LEAK:
        return VERDICT_LEAK;
    case ORACLE_SETTLE:
    case ORACLE_HARNESS:
        return VERDICT_ERROR;
    case ORACLE_NONE:
    case ORACLE_STORY:
        break;
    }
    /* A story's disappointments do not come here. */
    ASSERT(false);
    return VERDICT_ERROR;
}

enum step_state run_fail(struct run *run, struct lane *lane, enum result_oracle oracle,
                         const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    enum step_state state = fail(run, lane, oracle_verdict(oracle), oracle, format, arguments);
    va_end(arguments);
    return state;
}

enum step_state run_disappointed(struct run *run, struct lane *lane, enum verdict verdict,
                                 const char *format, ...)
{
    if (run->plan->explore) {
        return STEP_DONE;
    }
    va_list arguments;
    va_start(arguments, format);
    enum step_state state = fail(run, lane, verdict, ORACLE_STORY, format, arguments);
    va_end(arguments);
    return state;
}

enum step_state run_check_plugin(struct run *run, struct lane *lane)
{
    const struct plugin_fault *fault = &run->plugin_fault;
    switch (fault->kind) {
    case PLUGIN_FAULT_NONE:
        return STEP_DONE;
    case PLUGIN_FAULT_FAILURE:
    case PLUGIN_FAULT_PROPERTY:
        break;
    }
    return run_fail(run, lane,
                    fault->kind == PLUGIN_FAULT_PROPERTY ? ORACLE_PROPERTY : ORACLE_PLUGIN,
                    "the plugin %s %s", run->plan->server.plugin, fault->sentence);
}

enum step_state run_machine_failed(struct run *run, int error)
{
    ASSERT(error < 0);
    if (run->machine_error == 0) {
        run->machine_error = error;
    }
    return STEP_FAILED;
}
