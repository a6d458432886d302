/* SPDX-License-Identifier: MIT */
/* How a run fails: the first failure counts, with the step and the iteration it happened at. */
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

enum step_state run_fail(struct run *run, struct lane *lane, enum verdict verdict,
                         const char *format, ...)
{
    struct result_failure *failure = &run->result->failure;
    char sentence[1024];
    if (failure->sentence) {
        return STEP_FAILED;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    failure_place(run, lane);
    failure->sentence = strdup(sentence);
    run->result->verdict = verdict;
    return failure->sentence ? STEP_FAILED : run_machine_failed(run, -ENOMEM);
}

enum step_state run_machine_failed(struct run *run, int error)
{
    ASSERT(error < 0);
    if (run->machine_error == 0) {
        run->machine_error = error;
    }
    return STEP_FAILED;
}
