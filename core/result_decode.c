/* SPDX-License-Identifier: MIT */
/* Reads the wire form that result_encode.c writes and describes; nothing in it is trusted. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "result.h"

/* What a client and a session with empty names and streams take. */
#define STREAM_BYTES_MIN  32
#define CLIENT_BYTES_MIN  (16 + 2 * STREAM_BYTES_MIN)
#define SESSION_BYTES_MIN (56 + STREAM_BYTES_MIN)

struct reader {
    const uint8_t *data;
    size_t left;
    int status; /* of the first call that failed; from then on everything reads as 0 */
};

static void fail(struct reader *reader, int status)
{
    if (reader->status == 0) {
        reader->status = status;
        reader->left = 0;
    }
}

static void get(struct reader *reader, void *data, size_t size)
{
    if (size > reader->left) {
        fail(reader, -EINVAL);
        memset(data, 0, size);
    } else if (size > 0) {
        memcpy(data, reader->data, size);
        reader->data += size;
        reader->left -= size;
    }
}

static uint64_t get_number(struct reader *reader)
{
    uint64_t number;
    get(reader, &number, sizeof(number));
    return number;
}

/* A number that is at most `max`. */
static uint64_t get_below(struct reader *reader, uint64_t max)
{
    uint64_t number = get_number(reader);
    if (number > max) {
        fail(reader, -EINVAL);
        return 0;
    }
    return number;
}

/* A count of things that take at least `size` bytes each on the wire, so that what is allocated is
 * bounded by what was sent. */
static size_t get_count(struct reader *reader, size_t size)
{
    return (size_t)get_below(reader, reader->left / size);
}

static void *get_room(struct reader *reader, size_t count, size_t size)
{
    if (count == 0) {
        return NULL;
    }
    void *room = calloc(count, size);
    if (!room) {
        fail(reader, -ENOMEM);
    }
    return room;
}

static char *get_string(struct reader *reader)
{
    uint64_t size = get_number(reader);
    if (size == 0) {
        return NULL;
    }
    if (size - 1 > reader->left) {
        fail(reader, -EINVAL);
        return NULL;
    }
    char *string = get_room(reader, (size_t)size, 1);
    if (string) {
        get(reader, string, (size_t)size - 1);
        if (strlen(string) != size - 1) {
            fail(reader, -EINVAL);
        }
    }
    return string;
}

/* A string that must be there. */
static char *get_name(struct reader *reader)
{
    char *name = get_string(reader);
    if (!name) {
        fail(reader, -EINVAL);
    }
    return name;
}

static void get_stream(struct reader *reader, struct result_stream *stream)
{
    stream->length = get_number(reader);
    stream->head_size = (uint32_t)get_below(reader, RESULT_HEAD_BYTES);
    if (stream->head_size > stream->length) {
        fail(reader, -EINVAL);
        stream->head_size = 0;
    }
    get(reader, stream->hash, sizeof(stream->hash));
    get(reader, stream->head, stream->head_size);
}

static void get_client(struct reader *reader, struct result_client *client)
{
    client->name = get_name(reader);
    get_stream(reader, &client->sent);
    get_stream(reader, &client->received);
    client->sent_unknown = get_below(reader, 1) != 0;
    client->received_unknown = get_below(reader, 1) != 0;
    client->end = (uint32_t)get_below(reader, PLAN_END_RESET);
}

static void get_session(struct reader *reader, struct result_session *session)
{
    session->name = get_name(reader);
    get_stream(reader, &session->received);
    session->comparable_bytes = get_below(reader, 1) != 0;
    session->comparable_sizes = get_below(reader, 1) != 0;
    session->recv_runs_cut = get_below(reader, 1) != 0;
    session->truncated = get_number(reader);
    session->end = (enum session_end)get_below(reader, SESSION_END_COUNT - 1);
    size_t count = get_count(reader, sizeof(*session->recv_runs));
    if (count > RESULT_RECV_RUNS_MAX) {
        fail(reader, -EINVAL);
        return;
    }
    session->recv_runs = get_room(reader, count, sizeof(*session->recv_runs));
    if (session->recv_runs) {
        get(reader, session->recv_runs, count * sizeof(*session->recv_runs));
        session->recv_run_count = count;
    }
}

static void get_evidence(struct reader *reader, struct result_evidence *evidence)
{
    uint64_t kind = get_below(reader, EVIDENCE_BYTES);
    if (kind == EVIDENCE_TEXT) {
        evidence->kind = EVIDENCE_TEXT;
        evidence->text = get_name(reader);
    } else if (kind == EVIDENCE_BYTES) {
        evidence->kind = EVIDENCE_BYTES;
        evidence->offset = get_number(reader);
        get_stream(reader, &evidence->stream);
    }
}

static void get_failure(struct reader *reader, struct result_failure *failure)
{
    failure->oracle = (enum result_oracle)get_below(reader, ORACLE_COUNT - 1);
    failure->source = (uint32_t)get_below(reader, PLAN_NONE);
    failure->iteration_depth = (uint32_t)get_below(reader, PLAN_REPEAT_DEPTH_MAX);
    get(reader, failure->iteration, failure->iteration_depth * sizeof(*failure->iteration));
    failure->sentence = get_string(reader);
    get_evidence(reader, &failure->expected);
    get_evidence(reader, &failure->actual);
}

static void get_trouble(struct reader *reader, struct result_trouble *trouble)
{
    trouble->signal = (int)get_below(reader, 1024);
    trouble->exit_status = (int)(int64_t)get_number(reader);
    trouble->output = get_string(reader);
    uint64_t count = get_below(reader, RESULT_FRAMES_MAX);
    for (uint64_t i = 0; i < count && reader->status == 0; i++) {
        struct result_frame *frame = &trouble->frames[trouble->frame_count++];
        frame->module = get_name(reader);
        frame->offset = get_number(reader);
    }
}

static void get_peers(struct reader *reader, struct result *result)
{
    /* Counted as they are read, so that result_fini never meets one that is not there. */
    size_t count = get_count(reader, CLIENT_BYTES_MIN);
    result->clients = get_room(reader, count, sizeof(*result->clients));
    for (size_t i = 0; i < count && reader->status == 0; i++) {
        get_client(reader, &result->clients[result->client_count++]);
    }
    result->clients_omitted = get_number(reader);
    count = get_count(reader, SESSION_BYTES_MIN);
    result->sessions = get_room(reader, count, sizeof(*result->sessions));
    for (size_t i = 0; i < count && reader->status == 0; i++) {
        get_session(reader, &result->sessions[result->session_count++]);
    }
    result->sessions_omitted = get_number(reader);
}

static void get_divergence(struct reader *reader, struct result_divergence *divergence)
{
    divergence->what = get_string(reader);
    divergence->sim = get_string(reader);
    divergence->kernel = get_string(reader);
    divergence->calls = get_string(reader);
    divergence->sim_call = get_string(reader);
    divergence->kernel_call = get_string(reader);
}

/* A bit for each world. */
static enum plan_world get_world(struct reader *reader)
{
    uint64_t world = get_below(reader, PLAN_BOTH);
    if (world == 0) {
        fail(reader, -EINVAL);
    }
    return world == PLAN_BOTH ? PLAN_BOTH : world == PLAN_SIM ? PLAN_SIM : PLAN_KERNEL;
}

static enum verdict get_verdict(struct reader *reader)
{
    return (enum verdict)get_below(reader, VERDICT_COUNT - 1);
}

/* Numbers behind their count. Owned by the caller. */
static uint64_t *get_numbers(struct reader *reader, size_t *count)
{
    size_t expected = get_count(reader, sizeof(uint64_t));
    uint64_t *numbers = get_room(reader, expected, sizeof(*numbers));
    if (numbers) {
        get(reader, numbers, expected * sizeof(*numbers));
        *count = expected;
    }
    return numbers;
}

static void get_trace(struct reader *reader, struct bytes *trace)
{
    size_t size = (size_t)get_below(reader, RESULT_TRACE_BYTES_MAX);
    if (size > reader->left) {
        fail(reader, -EINVAL);
        return;
    }
    int status = bytes_reserve(trace, size);
    if (status != 0) {
        fail(reader, status);
        return;
    }
    get(reader, trace->data, size);
    trace->size = size;
}

static void get_result(struct reader *reader, struct result *result)
{
    result->plan = (uint32_t)get_below(reader, UINT32_MAX);
    result->verdict = get_verdict(reader);
    result->world = get_world(reader);
    result->sim_verdict = get_verdict(reader);
    result->kernel_verdict = get_verdict(reader);
    result->too_large = get_below(reader, 1);
    result->quarantine = (enum result_quarantine)get_below(reader, QUARANTINE_OVER);
    get_divergence(reader, &result->divergence);
    result->seed = get_number(reader);
    result->note = get_string(reader);
    result->step_runs = get_numbers(reader, &result->step_count);
    result->fault_fires = get_numbers(reader, &result->fault_count);
    get_peers(reader, result);
    get_failure(reader, &result->failure);
    get_trouble(reader, &result->trouble);
    get_trace(reader, &result->sim_trace);
    get_trace(reader, &result->kernel_trace);
    result->real_ns = get_number(reader);
}

int result_decode(const void *wire, size_t size, struct result *result)
{
    *result = (struct result){.failure.source = PLAN_NONE};
    bytes_init(&result->sim_trace, RESULT_TRACE_BYTES_MAX);
    bytes_init(&result->kernel_trace, RESULT_TRACE_BYTES_MAX);
    struct reader reader = {.data = wire, .left = size};
    get_result(&reader, result);
    if (reader.left > 0) {
        fail(&reader, -EINVAL);
    }
    if (reader.status != 0) {
        result_fini(result);
    }
    return reader.status;
}
