/* SPDX-License-Identifier: MIT */
#include "result.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "check.h"

static const char *const verdict_names[VERDICT_COUNT] = {
    [VERDICT_PASS] = "pass",
    [VERDICT_FAIL] = "fail",
    [VERDICT_ERROR] = "error",
    [VERDICT_CRASH] = "crash",
    [VERDICT_HANG] = "hang",
    [VERDICT_LEAK] = "leak",
    [VERDICT_DIVERGED] = "diverged",
    [VERDICT_FLAKY] = "flaky",
    [VERDICT_SKIPPED] = "skipped",
    [VERDICT_EXPECTED_FAIL] = "expected-fail",
    [VERDICT_UNEXPECTED_PASS] = "unexpected-pass",
};

const char *verdict_name(enum verdict verdict)
{
    ASSERT((unsigned)verdict < VERDICT_COUNT);
    return verdict_names[verdict];
}

static const char *const oracle_names[ORACLE_COUNT] = {
    [ORACLE_NONE] = "none",     [ORACLE_STORY] = "story",   [ORACLE_PROPERTY] = "property",
    [ORACLE_PLUGIN] = "plugin", [ORACLE_REPLAY] = "replay", [ORACLE_SPLIT] = "split",
    [ORACLE_LEAK] = "leak",     [ORACLE_SETTLE] = "settle", [ORACLE_HARNESS] = "harness",
};

const char *result_oracle_name(enum result_oracle oracle)
{
    ASSERT((unsigned)oracle < ORACLE_COUNT);
    return oracle_names[oracle];
}

bool verdict_is_good(enum verdict verdict)
{
    return verdict == VERDICT_PASS || verdict == VERDICT_SKIPPED ||
           verdict == VERDICT_EXPECTED_FAIL;
}

bool result_verdict_fails(enum verdict verdict, enum result_quarantine quarantine)
{
    switch (quarantine) {
    case QUARANTINE_NONE:
        return !verdict_is_good(verdict);
    case QUARANTINE_HOLDS:
        return false;
    case QUARANTINE_OVER:
        return verdict != VERDICT_SKIPPED;
    }
    ASSERT(!"a quarantine holds, is over, or is none");
    return true;
}

bool result_fails(const struct result *result)
{
    return result_verdict_fails(result->verdict, result->quarantine);
}

static void failure_fini(struct result_failure *failure)
{
    free(failure->sentence);
    free(failure->expected.text);
    free(failure->actual.text);
    *failure = (struct result_failure){.source = PLAN_NONE};
}

void result_divergence_fini(struct result_divergence *divergence)
{
    free(divergence->what);
    free(divergence->sim);
    free(divergence->kernel);
    free(divergence->calls);
    free(divergence->sim_call);
    free(divergence->kernel_call);
    *divergence = (struct result_divergence){0};
}

/* Frees all but the room of step_runs and traces. */
static void result_clear(struct result *result)
{
    for (size_t i = 0; i < result->client_count; i++) {
        free(result->clients[i].name);
    }
    for (size_t i = 0; i < result->session_count; i++) {
        free(result->sessions[i].name);
        free(result->sessions[i].recv_runs);
    }
    for (uint32_t i = 0; i < result->trouble.frame_count; i++) {
        free(result->trouble.frames[i].module);
    }
    failure_fini(&result->failure);
    result_divergence_fini(&result->divergence);
    free(result->trouble.output);
    free(result->fault_fires);
    free(result->clients);
    free(result->sessions);
    free(result->note);
    *result = (struct result){.step_runs = result->step_runs,
                              .step_capacity = result->step_capacity,
                              .sim_trace = result->sim_trace,
                              .kernel_trace = result->kernel_trace};
}

void result_fini(struct result *result)
{
    result_clear(result);
    bytes_fini(&result->sim_trace);
    bytes_fini(&result->kernel_trace);
    free(result->step_runs);
    *result = (struct result){0};
}

int result_reset(struct result *result, uint32_t plan, const struct plan *of)
{
    result_clear(result);
    if (of->source_count > result->step_capacity) {
        free(result->step_runs);
        result->step_runs = malloc(of->source_count * sizeof(*result->step_runs));
        if (!result->step_runs) {
            bytes_fini(&result->sim_trace);
            bytes_fini(&result->kernel_trace);
            *result = (struct result){0};
            return -ENOMEM;
        }
        result->step_capacity = of->source_count;
    }
    for (size_t i = 0; i < of->source_count; i++) {
        result->step_runs[i] = 0;
    }
    bytes_clear(&result->sim_trace);
    bytes_clear(&result->kernel_trace);
    result->plan = plan;
    result->verdict = VERDICT_PASS;
    result->world = PLAN_KERNEL;
    result->seed = of->seed;
    result->step_count = of->source_count;
    result->failure.source = PLAN_NONE;
    result->trouble.exit_status = -1;
    return 0;
}

int result_init(struct result *result, uint32_t plan, const struct plan *of)
{
    *result = (struct result){0};
    bytes_init(&result->sim_trace, RESULT_TRACE_BYTES_MAX);
    bytes_init(&result->kernel_trace, RESULT_TRACE_BYTES_MAX);
    return result_reset(result, plan, of);
}

int result_decide(struct result *result, enum verdict verdict, const char *format, ...)
{
    /* Formatted first: the arguments may point into what is dropped. */
    char *sentence = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&sentence, format, arguments);
    va_end(arguments);
    failure_fini(&result->failure);
    result->verdict = verdict;
    result->failure.sentence = length < 0 ? NULL : sentence;
    return length < 0 ? -ENOMEM : 0;
}

void result_evidence_bytes(struct result_evidence *evidence, const void *data, size_t size,
                           uint64_t around)
{
    size_t head_size = size < RESULT_HEAD_BYTES ? size : RESULT_HEAD_BYTES;
    /* Half of the window stands before the byte in question, as far as there is something. */
    uint64_t start = around > RESULT_HEAD_BYTES / 2 ? around - RESULT_HEAD_BYTES / 2 : 0;
    if (start > size - head_size) {
        start = size - head_size;
    }
    *evidence = (struct result_evidence){.kind = EVIDENCE_BYTES, .offset = start};
    struct result_stream *stream = &evidence->stream;
    stream->length = size;
    stream->head_size = (uint32_t)head_size;
    if (head_size > 0) {
        memcpy(stream->head, (const uint8_t *)data + start, head_size);
    }
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(data, size));
    memcpy(stream->hash, canonical.digest, sizeof(stream->hash));
}
