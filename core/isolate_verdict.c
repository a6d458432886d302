/* SPDX-License-Identifier: MIT */
#include "isolate_verdict.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "check.h"
#include "isolate_child.h"
#include "plugin_note.h"

const char *isolate_verdict_skip(const struct plan *plan, enum plan_world worlds)
{
    if (plan->worlds & (uint32_t)worlds) {
        return NULL;
    }
    return worlds == PLAN_KERNEL ? "needs the simulated world" : "needs real sockets";
}

/* A pass of the item, to be changed. */
static int begin(struct result *result, uint32_t item, const struct plan *plan)
{
    int status = result_init(result, isolate_item_plan(item), plan);
    result->world = isolate_item_world(item);
    return status;
}

int isolate_verdict_skipped(struct result *result, uint32_t item, const struct plan *plan)
{
    int status = begin(result, item, plan);
    if (status != 0) {
        return status;
    }
    result->verdict = VERDICT_SKIPPED;
    result->note = strdup(isolate_verdict_skip(plan, result->world));
    if (!result->note) {
        result_fini(result);
        return -ENOMEM;
    }
    return 0;
}

int isolate_verdict_too_large(struct result *result, uint32_t item, const struct plan *plan)
{
    int status = begin(result, item, plan);
    if (status != 0) {
        return status;
    }
    return result_decide(result, VERDICT_ERROR,
                         "needs up to %" PRIu32 " descriptors at once, more than this process may "
                         "open: raise the hard limit (ulimit -Hn)",
                         plan->descriptors_max);
}

int isolate_verdict_garbled(struct result *result, uint32_t item, const struct plan *plan)
{
    int status = begin(result, item, plan);
    if (status != 0) {
        return status;
    }
    return result_decide(result, VERDICT_ERROR,
                         "the worker sent a result that cannot be read: the plugin may have "
                         "overwritten the harness's memory");
}

/* Where the worker was; anything may stand there. */
static void take_position(struct result *result, const struct plan *plan,
                          const struct runner_progress *progress)
{
    uint32_t source = progress->source;
    uint32_t depth = progress->iteration_depth;
    struct result_failure *failure = &result->failure;
    if (source >= plan->source_count || depth > PLAN_REPEAT_DEPTH_MAX) {
        return;
    }
    for (size_t i = 0; i < plan->source_count && i < RUNNER_PROGRESS_STEPS_MAX; i++) {
        result->step_runs[i] = progress->step_runs[i];
    }
    failure->source = source;
    failure->iteration_depth = depth;
    for (uint32_t i = 0; i < depth; i++) {
        failure->iteration[i] = progress->iteration[i];
    }
}

static int decide_death(struct result *result, int signal, int exit_status)
{
    result->trouble.signal = signal;
    if (signal == 0) {
        result->trouble.exit_status = exit_status;
        return result_decide(result, VERDICT_CRASH, "the plugin ended the process with status %d",
                             exit_status);
    }
    char name[ISOLATE_CRASH_NAME_BYTES];
    return result_decide(result, VERDICT_CRASH, "the worker was killed by %s (%s)",
                         isolate_crash_signal_name(signal, name),
                         isolate_crash_signal_meaning(signal));
}

int isolate_verdict_of_end(struct result *result, uint32_t item, const struct plan *plan,
                           const struct isolate_slot *slot, const struct isolate_end *end)
{
    const struct isolate_crash *crash = &slot->shared->crash;
    int status = begin(result, item, plan);
    if (status != 0) {
        return status;
    }
    /* The first signal counts: recording it may have raised another. */
    int recorded = crash->signal > 0 && crash->signal < NSIG ? crash->signal : 0;
    int signal = recorded != 0 ? recorded : WIFSIGNALED(end->status) ? WTERMSIG(end->status) : 0;
    if (end->hung) {
        status = result_decide(result, VERDICT_HANG, "no step finished within %" PRIu64 " ms",
                               end->timeout_ms);
    } else {
        status = decide_death(result, signal, WEXITSTATUS(end->status));
    }
    take_position(result, plan, &slot->shared->progress);
    uint32_t callback = slot->shared->progress.callback;
    result->trouble.callback = callback < PLUGIN_CALLBACK_COUNT ? callback : PLUGIN_CALLBACK_NONE;
    if (status == 0 && recorded != 0) {
        status = isolate_crash_frames(crash, &result->trouble);
    }
    if (status != 0) {
        result_fini(result);
        return status;
    }
    result->trouble.output = isolate_child_output_read(slot->output);
    return 0;
}

bool isolate_verdict_fits(const struct result *result, uint32_t item, const struct plan *plan)
{
    const struct result_failure *failure = &result->failure;
    bool known = result->verdict == VERDICT_PASS || result->verdict == VERDICT_FAIL ||
                 result->verdict == VERDICT_ERROR || result->verdict == VERDICT_LEAK;
    bool faults = result->fault_count == 0 || result->fault_count == plan->fault_count;
    bool of_item = result->plan == isolate_item_plan(item) &&
                   result->world == isolate_item_world(item) && !result->divergence.what;
    return known && faults && of_item && result->step_count == plan->source_count &&
           (failure->source == PLAN_NONE || failure->source < plan->source_count);
}

static int equal(const struct result *a, const struct result *b, bool *same)
{
    struct bytes wire[2];
    bytes_init(&wire[0], SIZE_MAX);
    bytes_init(&wire[1], SIZE_MAX);
    int status = result_encode_canonical(a, &wire[0]);
    if (status == 0) {
        status = result_encode_canonical(b, &wire[1]);
    }
    *same = status == 0 && wire[0].size == wire[1].size &&
            memcmp(wire[0].data, wire[1].data, wire[0].size) == 0;
    bytes_fini(&wire[0]);
    bytes_fini(&wire[1]);
    return status;
}

/* Puts into `doubt` what can be said of two results that differ. */
static int contradict(struct result *doubt, const struct result *fresh)
{
    const char *before = doubt->failure.sentence ? doubt->failure.sentence : "";
    char *sentence = NULL;
    int length =
        doubt->verdict == fresh->verdict
            ? asprintf(&sentence,
                       "keeps state between scenarios: %s both after other scenarios (%s) and in a "
                       "fresh process, but not in the same way",
                       verdict_name(doubt->verdict), before)
            : asprintf(&sentence,
                       "keeps state between scenarios: %s after other scenarios (%s), %s in a "
                       "fresh process",
                       verdict_name(doubt->verdict), before, verdict_name(fresh->verdict));
    if (length < 0) {
        return -ENOMEM;
    }
    free(doubt->failure.sentence);
    doubt->failure.sentence = sentence;
    doubt->trace_by_chance = true;
    doubt->verdict = VERDICT_ERROR;
    return 0;
}

int isolate_verdict_compare(struct result *result, struct result *doubt, bool *same)
{
    int status = equal(result, doubt, same);
    if (status == 0 && !*same) {
        status = contradict(doubt, result);
        struct result swap = *result;
        *result = *doubt;
        *doubt = swap;
    }
    result_fini(doubt);
    return status;
}

int isolate_verdict_expect(struct result *result, const struct plan *plan)
{
    if (!plan->expect_failure) {
        return 0;
    }
    if (result->verdict == VERDICT_PASS) {
        return result_decide(result, VERDICT_UNEXPECTED_PASS,
                             "passed, but was expected to fail: %s", plan->expect_failure);
    }
    if (result->verdict != VERDICT_FAIL) {
        return 0;
    }
    char *note = strdup(plan->expect_failure);
    if (!note) {
        return -ENOMEM;
    }
    free(result->note);
    result->note = note;
    result->verdict = VERDICT_EXPECTED_FAIL;
    return 0;
}

void isolate_verdict_quarantine(struct result *result, const struct plan *plan, const char *today)
{
    result->quarantine = QUARANTINE_NONE;
    if (plan->quarantine) {
        bool over = today && strcmp(today, plan->quarantine->until) > 0;
        result->quarantine = over ? QUARANTINE_OVER : QUARANTINE_HOLDS;
    }
}
