/* SPDX-License-Identifier: MIT */
#include "tap.h"

#include <string.h>

#include "failure_text.h"
#include "report_outcome.h"
#include "value_text.h"

struct tap {
    struct ink ink;    /* writes the document */
    struct ink words;  /* makes text harmless, so that it has no newline, before it is escaped */
    struct bytes text; /* of `words` */
};

/* Moves the harmless text to the document, with a backslash before the letters in `special`. */
static void add_text(struct tap *tap, const char *special)
{
    struct ink *ink = &tap->ink;
    ink->status = ink->status == 0 ? tap->words.status : ink->status;
    for (size_t i = 0; i < tap->text.size && ink->status == 0; i++) {
        uint8_t byte = tap->text.data[i];
        ink_add(ink, byte != 0 && strchr(special, byte) ? "\\" : "");
        if (ink->status == 0) {
            ink->status = bytes_add(ink->out, &byte, 1);
        }
    }
    bytes_clear(&tap->text);
}

/* Text on a line of TAP, where # begins a directive. */
static void add_words(struct tap *tap, const char *words)
{
    ink_safe(&tap->words, words);
    add_text(tap, "#\\");
}

/* `  key: "..."` with the harmless text. */
static void add_member(struct tap *tap, const char *key)
{
    ink_add(&tap->ink, "  ");
    ink_add(&tap->ink, key);
    ink_add(&tap->ink, ": \"");
    add_text(tap, "\"\\");
    ink_add(&tap->ink, "\"\n");
}

static void add_value(struct tap *tap, const char *key, const json_t *value)
{
    if (json_string_length(value) > 0) {
        ink_safe(&tap->words, json_string_value(value));
        add_member(tap, key);
    }
}

static void add_evidence(struct tap *tap, const json_t *failure, const char *key, const char *other)
{
    const json_t *value = json_object_get(failure, key);
    if (value && !json_is_null(value)) {
        value_text_evidence(&tap->words, value, json_object_get(failure, other), SIZE_MAX);
        add_member(tap, key);
    }
}

static void add_divergence(struct tap *tap, const json_t *divergence)
{
    static const char *const keys[] = {"what", "sim", "kernel", "calls", "sim_call", "kernel_call"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        add_value(tap, keys[i], json_object_get(divergence, keys[i]));
    }
}

static void add_block(struct tap *tap, const struct report_read_result *result,
                      enum report_outcome outcome)
{
    const json_t *failure = json_object_get(result->json, "failure");
    const json_t *quarantine = json_object_get(result->json, "quarantine");
    ink_add(&tap->ink, "  ---\n");
    ink_safe(&tap->words, failure_text_sentence(result));
    add_member(tap, "message");
    ink_add(&tap->ink, "  severity: ");
    ink_add(&tap->ink, outcome == REPORT_OUTCOME_KNOWN ? "todo\n" : "fail\n");
    ink_add(&tap->words, verdict_name(result->verdict));
    add_member(tap, "verdict");
    add_value(tap, "title", json_object_get(result->json, "title"));
    if (json_is_string(json_object_get(failure, "step"))) {
        failure_text_place(&tap->words, result, SIZE_MAX);
        add_member(tap, "step");
    }
    add_evidence(tap, failure, "expected", "actual");
    add_evidence(tap, failure, "actual", "expected");
    add_divergence(tap, json_object_get(result->json, "divergence"));
    add_value(tap, "issue", json_object_get(quarantine, "issue"));
    add_value(tap, "until", json_object_get(quarantine, "until"));
    add_value(tap, "replay", json_object_get(result->json, "replay"));
    ink_add(&tap->ink, "  ...\n");
}

static void add_point(struct tap *tap, const struct report_read_result *result, size_t number)
{
    static const struct {
        const char *status, *directive;
        bool block;
    } points[REPORT_OUTCOME_COUNT] = {
        [REPORT_OUTCOME_FAILED] = {"not ok", NULL, true},
        [REPORT_OUTCOME_BROKEN] = {"not ok", NULL, true},
        [REPORT_OUTCOME_KNOWN] = {"not ok", " # todo ", true},
        [REPORT_OUTCOME_SKIPPED] = {"ok", " # skip ", false},
        [REPORT_OUTCOME_PASSED] = {"ok", NULL, false},
    };
    enum report_outcome outcome = report_outcome_of(result);
    ink_add(&tap->ink, points[outcome].status);
    ink_format(&tap->ink, " %zu - ", number);
    add_words(tap, result->id);
    if (points[outcome].directive) {
        ink_add(&tap->ink, points[outcome].directive);
        add_words(tap, report_outcome_note(result));
    }
    ink_add(&tap->ink, "\n");
    if (points[outcome].block) {
        add_block(tap, result, outcome);
    }
}

/* A plan of nothing would say that everything was skipped, and needs to say why. */
static void add_plan(struct tap *tap, const struct report_outcome_counts *counts)
{
    ink_format(&tap->ink, "TAP version 14\n1..%zu%s\n", counts->planned,
               counts->planned == 0 ? " # skip the report has no results" : "");
}

int tap_add(struct bytes *out, const struct report_read *report)
{
    struct tap tap = {.ink = {.out = out}};
    struct report_outcome_counts counts;
    tap.words.out = &tap.text;
    bytes_init(&tap.text, out->size_max);
    report_outcome_count(&counts, report);
    add_plan(&tap, &counts);
    for (size_t i = 0; i < report->count; i++) {
        add_point(&tap, &report->results[i], i + 1);
    }
    if (!report->complete) {
        ink_add(&tap.ink, "Bail out! ");
        report_outcome_stopped(&tap.ink, &counts, report);
        ink_add(&tap.ink, "\n");
    }
    bytes_fini(&tap.text);
    return tap.ink.status;
}
