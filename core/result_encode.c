/* SPDX-License-Identifier: MIT */
/*
 * The wire form of a result: its members in a fixed order, numbers as 64 bits in the machine's own
 * byte order (both ends are one machine), strings and arrays behind their count. A string's count
 * is its length + 1, and 0 means NULL. Trouble, traces and real time stand last, so that the
 * canonical part is a prefix.
 */
#include <string.h>

#include "check.h"
#include "result.h"

struct writer {
    struct bytes *wire;
    int status; /* of the first call that failed */
};

static void put(struct writer *writer, const void *data, size_t size)
{
    if (writer->status == 0) {
        writer->status = bytes_add(writer->wire, data, size);
    }
}

static void put_number(struct writer *writer, uint64_t number)
{
    put(writer, &number, sizeof(number));
}

static void put_string(struct writer *writer, const char *string)
{
    size_t size = string ? strlen(string) + 1 : 0;
    put_number(writer, size);
    put(writer, string, size > 0 ? size - 1 : 0);
}

static void put_stream(struct writer *writer, const struct result_stream *stream)
{
    ASSERT(stream->head_size <= RESULT_HEAD_BYTES);
    put_number(writer, stream->length);
    put_number(writer, stream->head_size);
    put(writer, stream->hash, sizeof(stream->hash));
    put(writer, stream->head, stream->head_size);
}

static void put_client(struct writer *writer, const struct result_client *client)
{
    put_string(writer, client->name);
    put_stream(writer, &client->sent);
    put_stream(writer, &client->received);
    put_number(writer, client->sent_unknown);
    put_number(writer, client->received_unknown);
    put_number(writer, client->end);
}

static void put_session(struct writer *writer, const struct result_session *session)
{
    put_string(writer, session->name);
    put_stream(writer, &session->received);
    put_number(writer, session->comparable_bytes);
    put_number(writer, session->comparable_sizes);
    put_number(writer, session->recv_runs_cut);
    put_number(writer, session->truncated);
    put_number(writer, (uint64_t)session->end);
    put_number(writer, session->recv_run_count);
    put(writer, session->recv_runs, session->recv_run_count * sizeof(*session->recv_runs));
}

static void put_evidence(struct writer *writer, const struct result_evidence *evidence)
{
    put_number(writer, (uint64_t)evidence->kind);
    if (evidence->kind == EVIDENCE_TEXT) {
        put_string(writer, evidence->text);
    } else if (evidence->kind == EVIDENCE_BYTES) {
        put_number(writer, evidence->offset);
        put_stream(writer, &evidence->stream);
    }
}

static void put_failure(struct writer *writer, const struct result_failure *failure)
{
    ASSERT(failure->iteration_depth <= PLAN_REPEAT_DEPTH_MAX);
    put_number(writer, (uint64_t)failure->oracle);
    put_number(writer, failure->source);
    put_number(writer, failure->iteration_depth);
    put(writer, failure->iteration, failure->iteration_depth * sizeof(*failure->iteration));
    put_string(writer, failure->sentence);
    put_evidence(writer, &failure->expected);
    put_evidence(writer, &failure->actual);
}

static void put_trouble(struct writer *writer, const struct result_trouble *trouble)
{
    ASSERT(trouble->frame_count <= RESULT_FRAMES_MAX);
    put_number(writer, (uint64_t)trouble->signal);
    put_number(writer, (uint64_t)(int64_t)trouble->exit_status);
    put_string(writer, trouble->output);
    put_number(writer, trouble->frame_count);
    for (uint32_t i = 0; i < trouble->frame_count; i++) {
        put_string(writer, trouble->frames[i].module);
        put_number(writer, trouble->frames[i].offset);
    }
}

static void put_divergence(struct writer *writer, const struct result_divergence *divergence)
{
    put_string(writer, divergence->what);
    put_string(writer, divergence->sim);
    put_string(writer, divergence->kernel);
    put_string(writer, divergence->calls);
    put_string(writer, divergence->sim_call);
    put_string(writer, divergence->kernel_call);
}

static void put_trace(struct writer *writer, const struct bytes *trace)
{
    put_number(writer, trace->size);
    put(writer, trace->data, trace->size);
}

static void put_canonical(struct writer *writer, const struct result *result)
{
    put_number(writer, result->plan);
    put_number(writer, (uint64_t)result->verdict);
    put_number(writer, (uint64_t)result->world);
    put_number(writer, (uint64_t)result->sim_verdict);
    put_number(writer, (uint64_t)result->kernel_verdict);
    put_number(writer, result->too_large);
    put_number(writer, (uint64_t)result->quarantine);
    put_divergence(writer, &result->divergence);
    put_number(writer, result->seed);
    put_string(writer, result->note);
    put_number(writer, result->step_count);
    put(writer, result->step_runs, result->step_count * sizeof(*result->step_runs));
    put_number(writer, result->fault_count);
    put(writer, result->fault_fires, result->fault_count * sizeof(*result->fault_fires));
    put_number(writer, result->client_count);
    for (size_t i = 0; i < result->client_count; i++) {
        put_client(writer, &result->clients[i]);
    }
    put_number(writer, result->clients_omitted);
    put_number(writer, result->session_count);
    for (size_t i = 0; i < result->session_count; i++) {
        put_session(writer, &result->sessions[i]);
    }
    put_number(writer, result->sessions_omitted);
    put_failure(writer, &result->failure);
}

/* Leaves `wire` as it was when something failed. */
static int finish(struct writer *writer, size_t start)
{
    if (writer->status != 0) {
        writer->wire->size = start;
    }
    return writer->status;
}

int result_encode_canonical(const struct result *result, struct bytes *wire)
{
    struct writer writer = {.wire = wire};
    size_t start = wire->size;
    put_canonical(&writer, result);
    return finish(&writer, start);
}

int result_encode(const struct result *result, struct bytes *wire)
{
    struct writer writer = {.wire = wire};
    size_t start = wire->size;
    put_canonical(&writer, result);
    put_trouble(&writer, &result->trouble);
    put_trace(&writer, &result->sim_trace);
    put_trace(&writer, &result->kernel_trace);
    put_number(&writer, result->real_ns);
    return finish(&writer, start);
}
