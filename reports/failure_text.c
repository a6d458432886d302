/* SPDX-License-Identifier: MIT */
#include "failure_text.h"

#include <inttypes.h>

#include "value_text.h"

static const json_t *failure_of(const struct report_read_result *result)
{
    return json_object_get(result->json, "failure");
}

const char *failure_text_sentence(const struct report_read_result *result)
{
    const char *sentence = json_string_value(json_object_get(failure_of(result), "sentence"));
    if (sentence) {
        return sentence;
    }
    return result->quarantine == QUARANTINE_OVER && verdict_is_good(result->verdict)
               ? "it passes, and its quarantine is over: remove it or renew it"
               : "no reason was given";
}

static void add_iteration(struct ink *ink, const json_t *iteration)
{
    size_t depth = json_array_size(iteration);
    if (depth == 0) {
        return;
    }
    ink_add(ink, depth == 1 ? " (iteration" : " (iterations");
    for (size_t i = 0; i < depth && i < PLAN_REPEAT_DEPTH_MAX; i++) {
        ink_format(ink, "%s %" PRId64, i ? "," : "",
                   (int64_t)json_integer_value(json_array_get(iteration, i)));
    }
    ink_add(ink, ")");
}

void failure_text_place(struct ink *ink, const struct report_read_result *result, size_t bytes_max)
{
    const json_t *failure = failure_of(result), *step = json_object_get(failure, "step");
    if (json_is_string(step)) {
        value_text_add(ink, step, bytes_max);
        add_iteration(ink, json_object_get(failure, "iteration"));
    }
}

static void add_place(struct ink *ink, const struct report_read_result *result, size_t bytes_max)
{
    if (json_is_string(json_object_get(failure_of(result), "step"))) {
        ink_format(ink, "    %-10s", "step");
        failure_text_place(ink, result, bytes_max);
        ink_add(ink, "\n");
    }
}

/* A line, unless there is nothing to say. */
static void add_told(struct ink *ink, const char *label, const json_t *value, size_t bytes_max)
{
    if (json_string_length(value) > 0) {
        value_text_labelled(ink, label, value, bytes_max);
    }
}

static const json_t *not_null(const json_t *value)
{
    return json_is_null(value) ? NULL : value;
}

static void add_evidence(struct ink *ink, const json_t *failure, size_t bytes_max)
{
    static const char *const labels[2] = {"expected", "actual"};
    value_text_sides(ink, labels, not_null(json_object_get(failure, "expected")),
                     not_null(json_object_get(failure, "actual")), bytes_max);
}

static void add_divergence(struct ink *ink, const json_t *divergence, size_t bytes_max)
{
    static const char *const lines[][2] = {
        {"differs", "what"},  {"sim", "sim"},      {"kernel", "kernel"},
        {"differs", "calls"}, {"sim", "sim_call"}, {"kernel", "kernel_call"},
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        add_told(ink, lines[i][0], json_object_get(divergence, lines[i][1]), bytes_max);
    }
}

static void add_quarantine(struct ink *ink, const json_t *quarantine, size_t bytes_max)
{
    add_told(ink, "issue", json_object_get(quarantine, "issue"), bytes_max);
    add_told(ink, "until", json_object_get(quarantine, "until"), bytes_max);
}

void failure_text_add(struct ink *ink, const struct report_read_result *result, size_t bytes_max)
{
    add_told(ink, "title", json_object_get(result->json, "title"), bytes_max);
    add_place(ink, result, bytes_max);
    add_evidence(ink, failure_of(result), bytes_max);
    add_divergence(ink, json_object_get(result->json, "divergence"), bytes_max);
    add_quarantine(ink, json_object_get(result->json, "quarantine"), bytes_max);
    add_told(ink, "note", json_object_get(result->json, "note"), bytes_max);
    add_told(ink, "replay", json_object_get(result->json, "replay"), bytes_max);
}
