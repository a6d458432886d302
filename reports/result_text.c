/* SPDX-License-Identifier: MIT */
#include "result_text.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "divergence_text.h"
#include "evidence_text.h"
#include "report_check.h"
#include "report_json.h"
#include "step_text.h"
#include "terminal.h"
#include "trace_list.h"

#define OUTPUT_LINES 20 /* of what the worker wrote, unless verbose */
#define MS_NS        UINT64_C(1000000)
#define TENTH_NS     UINT64_C(100000000)
#define MINUTE_S     60
#define ALL_ROWS     SIZE_MAX
#define ALL_LINES    SIZE_MAX
#define MINUTES_FROM (2 * MINUTE_S * 10)

static enum ink_style verdict_style(enum verdict verdict)
{
    if (verdict == VERDICT_PASS) {
        return INK_GOOD;
    }
    return verdict_is_good(verdict) ? INK_ODD : INK_BAD;
}

/* Its quarantine keeps it from failing the run. */
static bool is_quarantined(const struct result *result)
{
    return !verdict_is_good(result->verdict) && !result_fails(result);
}

/* It fails the run for nothing but its quarantine, whose day has passed. */
static bool is_overdue(const struct result *result)
{
    return verdict_is_good(result->verdict) && result_fails(result);
}

static enum ink_style result_style(const struct result *result)
{
    if (is_quarantined(result)) {
        return INK_ODD;
    }
    return result_fails(result) ? INK_BAD : verdict_style(result->verdict);
}

/* Of a scenario that has no business in the other world. */
static void add_world(struct ink *ink, const struct plan *plan)
{
    if (plan->worlds != PLAN_BOTH) {
        ink_format(ink, " (%s only)", report_world_name((enum plan_world)plan->worlds));
    }
}

/* "FAIL tcp/half-close", "QUARANTINED FAIL tcp/half-close", and where it ran and how long it took
 * where asked for. */
static void add_headline(struct ink *ink, const struct plan *plan, const struct result *result,
                         int verbosity)
{
    ink_style(ink, result_style(result));
    ink_add(ink, is_quarantined(result) ? "QUARANTINED " : is_overdue(result) ? "OVERDUE " : "");
    for (const char *name = verdict_name(result->verdict); *name; name++) {
        ink_format(ink, "%c", toupper((unsigned char)*name));
    }
    ink_style(ink, INK_PLAIN);
    ink_add(ink, " ");
    ink_safe(ink, plan->id);
    if (verbosity > 0 && result->verdict != VERDICT_SKIPPED) {
        add_world(ink, plan);
        uint64_t tenths = result->real_ns * 10 / MS_NS;
        ink_format(ink, "  %" PRIu64 ".%" PRIu64 " ms", tenths / 10, tenths % 10);
    }
}

static void add_iteration(struct ink *ink, const struct result_failure *failure)
{
    ASSERT(failure->iteration_depth <= PLAN_REPEAT_DEPTH_MAX);
    if (failure->iteration_depth == 0) {
        return;
    }
    ink_add(ink, failure->iteration_depth == 1 ? " (iteration" : " (iterations");
    for (uint32_t i = 0; i < failure->iteration_depth; i++) {
        ink_format(ink, "%s %" PRIu64, i ? "," : "", failure->iteration[i]);
    }
    ink_add(ink, ")");
}

/* "  step: send "hello" (5 bytes) as bob" */
static void add_step(struct ink *ink, const struct plan *plan, const struct result_failure *failure)
{
    if (!failure->sentence || failure->source >= plan->source_count) {
        return;
    }
    struct step_index *steps = step_index_new(plan, failure);
    if (!steps) {
        ink->status = ink->status == 0 ? -ENOMEM : ink->status;
        return;
    }
    if (steps[failure->source].step) {
        ink_add(ink, "  step: ");
        step_text_add(ink, plan, &steps[failure->source]);
        ink_add(ink, "\n");
    }
    free(steps);
}

/* "  FILE: step /steps/3 (iteration 4): sentence" */
static void add_place(struct ink *ink, const struct plan *plan, const struct result *result)
{
    const struct result_failure *failure = &result->failure;
    ink_add(ink, "  ");
    ink_safe(ink, plan->file);
    ink_add(ink, ": ");
    if (failure->sentence && failure->source < plan->source_count) {
        ink_add(ink, "step ");
        ink_safe(ink, plan->sources[failure->source]);
        add_iteration(ink, failure);
        ink_add(ink, ": ");
    }
    if (failure->sentence) {
        ink_safe(ink, failure->sentence);
    } else if (result->verdict == VERDICT_UNEXPECTED_PASS) {
        ink_add(ink, "it was expected to fail, and passed");
    } else {
        ink_add(ink, "no reason was given");
    }
    ink_add(ink, "\n");
    add_step(ink, plan, failure);
    if (result->note) {
        ink_add(ink, "  note: ");
        ink_safe(ink, result->note);
        ink_add(ink, "\n");
    }
}

/* What there is to say of the quarantine of a scenario that ran. */
static void add_quarantine(struct ink *ink, const struct plan *plan, const struct result *result)
{
    const struct plan_quarantine *quarantine = plan->quarantine;
    if (result->quarantine == QUARANTINE_OVER) {
        ink_format(ink, "its quarantine ended on %s", quarantine->until);
        ink_add(ink, is_overdue(result) ? ", and it passes: remove it" : ": mend it");
        ink_add(ink, " or renew it (");
        ink_safe(ink, quarantine->issue);
        ink_add(ink, ")");
        return;
    }
    ink_format(ink, "quarantined until %s (", quarantine->until);
    ink_safe(ink, quarantine->issue);
    ink_add(ink, is_quarantined(result) ? ")" : "), but passes");
}

static bool has_quarantine(const struct plan *plan, const struct result *result)
{
    return plan->quarantine && result->verdict != VERDICT_SKIPPED;
}

static void add_backtrace(struct ink *ink, const struct result_trouble *trouble,
                          struct backtrace *backtrace)
{
    char text[BACKTRACE_TEXT_BYTES];
    if (trouble->frame_count > 0) {
        ink_add(ink, "  backtrace:\n");
    }
    for (uint32_t i = 0; i < trouble->frame_count; i++) {
        ink_format(ink, "    #%-2" PRIu32 " ", i);
        ink_safe(ink, backtrace_text(backtrace, &trouble->frames[i], text));
        ink_add(ink, "\n");
    }
}

static void add_output(struct ink *ink, const char *output, size_t lines_max)
{
    ink_add(ink, "  standard error:\n");
    size_t lines = 0;
    while (*output && lines < lines_max) {
        size_t length = strcspn(output, "\n");
        ink_add(ink, "    | ");
        ink_safe_of(ink, output, length);
        ink_add(ink, "\n");
        output += length + (output[length] == '\n');
        lines++;
    }
    if (*output) {
        ink_add(ink, "    | ... (all of it: -v, or --timings FILE)\n");
    }
}

static void add_replay(struct ink *ink, const struct plan *plan, const struct result *result,
                       const char *arguments)
{
    struct bytes command;
    bytes_init(&command, SIZE_MAX);
    if (ink->status == 0) {
        ink->status = report_json_replay(&command, plan, result);
    }
    if (ink->status == 0 && arguments) {
        ink->status = bytes_add_format(&command, " %s", arguments);
    }
    ink_add(ink, "  replay: ");
    ink_safe_of(ink, command.data, command.size);
    ink_add(ink, "\n");
    bytes_fini(&command);
}

static void add_trace(struct ink *ink, const struct plan *plan, const struct result *result,
                      int verbosity)
{
    if (verbosity >= TERMINAL_VERBOSITY_MAX) {
        trace_list_add(ink, plan, result);
    }
}

static void add_block(struct ink *ink, const struct plan *plan, const struct result *result,
                      int verbosity, const char *replay_arguments, struct backtrace *backtrace)
{
    add_headline(ink, plan, result, verbosity);
    ink_add(ink, "\n");
    add_place(ink, plan, result);
    if (has_quarantine(plan, result)) {
        ink_add(ink, "  ");
        add_quarantine(ink, plan, result);
        ink_add(ink, "\n");
    }
    if (result->verdict == VERDICT_DIVERGED) {
        divergence_text_add(ink, result, verbosity > 0 ? ALL_ROWS : DIVERGENCE_TEXT_ROWS);
    } else {
        evidence_text_add(ink, &result->failure.expected, &result->failure.actual,
                          verbosity > 0 ? ALL_ROWS : EVIDENCE_TEXT_ROWS);
    }
    add_backtrace(ink, &result->trouble, backtrace);
    if (result->trouble.output && *result->trouble.output) {
        add_output(ink, result->trouble.output, verbosity > 0 ? ALL_LINES : OUTPUT_LINES);
    }
    add_replay(ink, plan, result, replay_arguments);
    add_trace(ink, plan, result, verbosity);
}

static void add_line(struct ink *ink, const struct plan *plan, const struct result *result,
                     int verbosity)
{
    add_headline(ink, plan, result, verbosity);
    if (has_quarantine(plan, result)) {
        ink_add(ink, ": ");
        add_quarantine(ink, plan, result);
    } else if (result->note) {
        ink_add(ink, ": ");
        ink_safe(ink, result->note);
    }
    ink_add(ink, "\n");
    add_trace(ink, plan, result, verbosity);
}

/* A quarantine is always visible: what it covers has a line, and its block where lines are asked
 * for. */
void result_text_add(struct ink *ink, const struct plan *plan, const struct result *result,
                     int verbosity, const char *replay_arguments, struct backtrace *backtrace)
{
    bool good = verdict_is_good(result->verdict);
    if (!good && (result_fails(result) || verbosity > 0)) {
        add_block(ink, plan, result, verbosity, replay_arguments, backtrace);
    } else if (!good || is_overdue(result) || verbosity > 0 ||
               (verbosity == 0 && has_quarantine(plan, result))) {
        add_line(ink, plan, result, verbosity);
    }
}

/* What is said after a number of results. */
static const char *verdict_words(enum verdict verdict, size_t count)
{
    switch (verdict) {
    case VERDICT_PASS:
        return "passed";
    case VERDICT_FAIL:
        return "failed";
    case VERDICT_ERROR:
        return count == 1 ? "error" : "errors";
    case VERDICT_CRASH:
        return "crashed";
    case VERDICT_HANG:
        return "hung";
    case VERDICT_LEAK:
        return "leaked";
    case VERDICT_DIVERGED:
        return "diverged";
    case VERDICT_FLAKY:
        return "flaky";
    case VERDICT_SKIPPED:
        return "skipped";
    case VERDICT_EXPECTED_FAIL:
        return "failed as expected";
    case VERDICT_UNEXPECTED_PASS:
        return "passed unexpectedly";
    }
    ASSERT(!"a verdict has words");
    return "";
}

static void add_duration(struct ink *ink, uint64_t real_ns)
{
    uint64_t tenths = (real_ns + TENTH_NS / 2) / TENTH_NS;
    if (tenths < MINUTES_FROM) {
        ink_format(ink, "in %" PRIu64 ".%" PRIu64 " s", tenths / 10, tenths % 10);
    } else {
        uint64_t seconds = tenths / 10;
        ink_format(ink, "in %" PRIu64 " min %" PRIu64 " s", seconds / MINUTE_S, seconds % MINUTE_S);
    }
}

/* " in both worlds (2 simulated only)": where they ran; nothing where nothing did. */
static void add_worlds(struct ink *ink, const struct report_summary *summary)
{
    size_t both = summary->worlds[PLAN_BOTH];
    size_t sim = summary->worlds[PLAN_SIM];
    size_t kernel = summary->worlds[PLAN_KERNEL];
    if (both > 0) {
        ink_add(ink, " in both worlds");
    } else if (sim > 0 && kernel == 0) {
        ink_add(ink, " in the simulated world");
    } else if (kernel > 0 && sim == 0) {
        ink_add(ink, " on real sockets");
    }
    bool mixed = (both > 0) + (sim > 0) + (kernel > 0) > 1;
    if (mixed && sim > 0) {
        ink_format(ink, " (%zu simulated only%s", sim, kernel > 0 ? ", " : ")");
    }
    if (mixed && kernel > 0) {
        ink_format(ink, "%s%zu on real sockets only)", sim > 0 ? "" : " (", kernel);
    }
}

/* "; of these 1 quarantined, 2 passed after their quarantine". */
static void add_quarantines(struct ink *ink, const struct report_summary *summary)
{
    size_t quarantined = summary->quarantined, overdue = summary->overdue;
    if (quarantined > 0) {
        ink_style(ink, INK_ODD);
        ink_format(ink, "; of these %zu quarantined", quarantined);
    }
    if (overdue > 0) {
        ink_style(ink, INK_BAD);
        ink_format(ink, "%s%zu passed after %s quarantine", quarantined > 0 ? ", " : "; of these ",
                   overdue, overdue == 1 ? "its" : "their");
    }
    ink_style(ink, INK_PLAIN);
}

void result_text_add_summary(struct ink *ink, const struct report_summary *summary,
                             uint64_t real_ns)
{
    if (!summary->complete) {
        ink_style(ink, INK_BAD);
        ink_add(ink, "stopped");
        ink_style(ink, INK_PLAIN);
        ink_format(ink, " after %zu of ", summary->total);
    }
    size_t planned = summary->planned;
    ink_format(ink, "%zu %s", planned, planned == 1 ? "scenario" : "scenarios");
    add_worlds(ink, summary);
    const char *separator = ": ";
    for (int i = 0; i < VERDICT_COUNT; i++) {
        enum verdict verdict = (enum verdict)i;
        size_t count = summary->counts[i];
        if (count > 0 || verdict == VERDICT_PASS) {
            ink_add(ink, separator);
            ink_style(ink, count > 0 ? verdict_style(verdict) : INK_PLAIN);
            ink_format(ink, "%zu %s", count, verdict_words(verdict, count));
            ink_style(ink, INK_PLAIN);
            separator = ", ";
        }
    }
    add_quarantines(ink, summary);
    ink_add(ink, "  ");
    add_duration(ink, real_ns);
    ink_add(ink, "\n");
}
