/* SPDX-License-Identifier: MIT */
#include "report_steps.h"

#include <stdlib.h>

#include "check.h"
#include "json_text.h"
#include "step_text.h"

json_t *report_steps_iteration(const struct result_failure *failure)
{
    int status = 0;
    json_t *array = json_array();
    ASSERT(failure->iteration_depth <= PLAN_REPEAT_DEPTH_MAX);
    for (uint32_t i = 0; i < failure->iteration_depth; i++) {
        json_text_append(array, json_text_integer(failure->iteration[i]), &status);
    }
    return json_text_whole(array, status);
}

/* A failure that was expected is still the failure of its step. */
static enum verdict failed_step_verdict(enum verdict verdict)
{
    return verdict == VERDICT_EXPECTED_FAIL ? VERDICT_FAIL : verdict;
}

static json_t *what_json(const struct plan *plan, const struct step_index *step)
{
    struct bytes text;
    bytes_init(&text, JSON_TEXT_BYTES_MAX);
    struct ink ink = {.out = &text};
    step_text_add(&ink, plan, step);
    json_t *string = ink.status == 0 ? json_text_string_of(text.data, text.size) : NULL;
    bytes_fini(&text);
    return string;
}

/* `steps` NULL: nothing is explained. */
static json_t *step_json(const struct plan *plan, const struct result *result,
                         const struct step_index *steps, size_t source)
{
    const struct result_failure *failure = &result->failure;
    bool failed = failure->sentence && failure->source == source;
    enum verdict verdict = failed ? failed_step_verdict(result->verdict) : VERDICT_PASS;
    int status = 0;
    json_t *object = json_object();
    json_text_put(object, "step", json_text_string(plan->sources[source]), &status);
    if (steps && steps[source].step) {
        json_text_put(object, "what", what_json(plan, &steps[source]), &status);
    }
    json_text_put(object, "runs", json_text_integer(result->step_runs[source]), &status);
    if (failed && failure->iteration_depth > 0) {
        json_text_put(object, "iteration", report_steps_iteration(failure), &status);
    }
    json_text_put(object, "verdict", json_text_string(verdict_name(verdict)), &status);
    return json_text_whole(object, status);
}

static json_t *list_json(const struct plan *plan, const struct result *result,
                         const struct step_index *steps)
{
    int status = 0;
    json_t *array = json_array();
    ASSERT(result->step_count <= plan->source_count);
    for (size_t i = 0; i < result->step_count; i++) {
        bool failed = result->failure.sentence && result->failure.source == i;
        if (failed || result->step_runs[i] > 0) {
            json_text_append(array, step_json(plan, result, steps, i), &status);
        }
    }
    return json_text_whole(array, status);
}

json_t *report_steps_json(const struct plan *plan, const struct result *result, bool explained)
{
    struct step_index *steps = explained ? step_index_new(plan, &result->failure) : NULL;
    if (explained && !steps) {
        return NULL;
    }
    json_t *list = list_json(plan, result, steps);
    free(steps);
    return list;
}
