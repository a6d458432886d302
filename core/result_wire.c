/* SPDX-License-Identifier: MIT */
/*
 * The wire form of a result: its members in a fixed order, numbers as 64 bits in the machine's own
 * byte order (both ends are one machine), strings and arrays behind their count. A string's count
 * is its length + 1, and 0 means NULL. Trouble and real time stand last, so that the canonical part
 * is a prefix.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "result.h"

/* What a client and a session with empty names and streams take. */
#define STREAM_BYTES_MIN  32
#define CLIENT_BYTES_MIN  (16 + 2 * STREAM_BYTES_MIN)
#define SESSION_BYTES_MIN (56 + STREAM_BYTES_MIN)

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

static void put_canonical(struct writer *writer, const struct result *result)
{
    put_number(writer, result->plan);
    put_number(writer, (uint64_t)result->verdict);
    put_number(writer, (uint64_t)result->world);
    put_number(writer, result->seed);
    put_string(writer, result->note);
    put_number(writer, result->step_count);
    put(writer, result->step_runs, result->step_count * sizeof(*result->step_runs));
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
    put_number(&writer, result->real_ns);
    return finish(&writer, start);
}

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

static void get_result(struct reader *reader, struct result *result)
{
    result->plan = (uint32_t)get_below(reader, UINT32_MAX);
    result->verdict = (enum verdict)get_below(reader, VERDICT_COUNT - 1);
    uint64_t world = get_below(reader, PLAN_SIM);
    result->world = world == PLAN_SIM ? PLAN_SIM : PLAN_KERNEL;
    if (world == 0) {
        fail(reader, -EINVAL);
    }
    result->seed = get_number(reader);
    result->note = get_string(reader);
    size_t steps = get_count(reader, sizeof(*result->step_runs));
    result->step_runs = get_room(reader, steps, sizeof(*result->step_runs));
    if (result->step_runs) {
        get(reader, result->step_runs, steps * sizeof(*result->step_runs));
        result->step_count = steps;
    }
    get_peers(reader, result);
    get_failure(reader, &result->failure);
    get_trouble(reader, &result->trouble);
    result->real_ns = get_number(reader);
}

int result_decode(const void *wire, size_t size, struct result *result)
{
    *result = (struct result){.failure.source = PLAN_NONE};
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
