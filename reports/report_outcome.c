/* SPDX-License-Identifier: MIT */
#include "report_outcome.h"

#include "check.h"

/* What the verdict alone means. */
static enum report_outcome outcome_of_verdict(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_FAIL:
    case VERDICT_LEAK:
    case VERDICT_DIVERGED:
    case VERDICT_FLAKY:
    case VERDICT_UNEXPECTED_PASS:
        return REPORT_OUTCOME_FAILED;
    case VERDICT_ERROR:
    case VERDICT_CRASH:
    case VERDICT_HANG:
        return REPORT_OUTCOME_BROKEN;
    case VERDICT_EXPECTED_FAIL:
        return REPORT_OUTCOME_KNOWN;
    case VERDICT_SKIPPED:
        return REPORT_OUTCOME_SKIPPED;
    case VERDICT_PASS:
        return REPORT_OUTCOME_PASSED;
    }
    ASSERT(!"a verdict has an outcome");
    return REPORT_OUTCOME_BROKEN;
}

enum report_outcome report_outcome_of(const struct report_read_result *result)
{
    if (verdict_is_good(result->verdict)) {
        return result->fails ? REPORT_OUTCOME_FAILED : outcome_of_verdict(result->verdict);
    }
    return result->fails ? outcome_of_verdict(result->verdict) : REPORT_OUTCOME_KNOWN;
}

const char *report_outcome_note(const struct report_read_result *result)
{
    const json_t *quarantine = json_object_get(result->json, "quarantine");
    const char *note = report_outcome_of(result) == REPORT_OUTCOME_KNOWN && quarantine
                           ? json_string_value(json_object_get(quarantine, "issue"))
                           : json_string_value(json_object_get(result->json, "note"));
    return note ? note : "";
}

/* The reader does not look at the summary, so it may hold anything. */
static size_t planned(const struct report_read *report)
{
    const json_t *value = json_object_get(json_object_get(report->root, "summary"), "planned");
    json_int_t number = json_integer_value(value);
    return number > (json_int_t)report->count ? (size_t)number : report->count;
}

void report_outcome_count(struct report_outcome_counts *counts, const struct report_read *report)
{
    *counts = (struct report_outcome_counts){.planned = planned(report)};
    for (size_t i = 0; i < report->count; i++) {
        counts->outcomes[report_outcome_of(&report->results[i])]++;
        counts->verdicts[report->results[i].verdict]++;
    }
}

void report_outcome_stopped(struct ink *ink, const struct report_outcome_counts *counts,
                            const struct report_read *report)
{
    ASSERT(!report->complete);
    ink_format(ink, "the run stopped after %zu of %zu scenario%s", report->count, counts->planned,
               counts->planned == 1 ? "" : "s");
}
