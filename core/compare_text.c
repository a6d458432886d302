/* SPDX-License-Identifier: MIT */
#include "compare_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

#define TEXT_BYTES_MAX    ((size_t)64 << 10)
#define EXCERPT_BYTES     48
#define EXCERPT_BEFORE    12 /* of them stand before the first byte that differs */
#define RUNS_SHOWN        6
#define DIFFERENCE_UNSEEN UINT64_MAX /* beyond what is kept of the streams */

char *compare_text(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return length < 0 ? NULL : text;
}

/* What was collected, as a string of the caller's; frees the collection. */
static char *detach(struct bytes *text, int status)
{
    const char *string = status == 0 ? bytes_string(text) : NULL;
    char *copy = string ? strdup(string) : NULL;
    bytes_fini(text);
    return copy;
}

char *compare_text_times(uint64_t count)
{
    return compare_text("%" PRIu64 " time%s", count, count == 1 ? "" : "s");
}

static int add_place(struct bytes *text, const struct plan *plan,
                     const struct result_failure *failure)
{
    int status = bytes_add_format(text, "%s", plan->sources[failure->source]);
    for (uint32_t i = 0; i < failure->iteration_depth && status == 0; i++) {
        status = bytes_add_format(text, "%s%" PRIu64, i == 0 ? " (iteration " : ", ",
                                  failure->iteration[i]);
    }
    if (failure->iteration_depth > 0 && status == 0) {
        status = bytes_add_format(text, ")");
    }
    return status;
}

char *compare_text_place(const struct plan *plan, const struct result_failure *failure)
{
    if (failure->source == PLAN_NONE) {
        return strdup("no step");
    }
    struct bytes text;
    bytes_init(&text, TEXT_BYTES_MAX);
    return detach(&text, add_place(&text, plan, failure));
}

char *compare_text_outcome(const struct plan *plan, const struct result *result)
{
    const struct result_failure *failure = &result->failure;
    struct bytes text;
    bytes_init(&text, TEXT_BYTES_MAX);
    int status = bytes_add_format(&text, "%s", verdict_name(result->verdict));
    if (status == 0 && failure->source != PLAN_NONE) {
        status = bytes_add_format(&text, " at ");
        status = status == 0 ? add_place(&text, plan, failure) : status;
    }
    if (status == 0 && failure->sentence) {
        status = bytes_add_format(&text, ": %.*s", (int)(TEXT_BYTES_MAX / 4), failure->sentence);
    }
    return detach(&text, status);
}

/* Whether byte `position` of the stream is kept. */
static bool is_kept(const struct result_stream *stream, uint64_t offset, uint64_t position)
{
    return position >= offset && position - offset < stream->head_size;
}

/* The first position at which the two are known to differ. */
static uint64_t first_difference(const struct result_stream *a, uint64_t a_offset,
                                 const struct result_stream *b, uint64_t b_offset)
{
    uint64_t position = a_offset > b_offset ? a_offset : b_offset;
    while (is_kept(a, a_offset, position) && is_kept(b, b_offset, position) &&
           a->head[position - a_offset] == b->head[position - b_offset]) {
        position++;
    }
    bool a_ends = position == a->length;
    bool b_ends = position == b->length;
    bool seen = (a_ends || is_kept(a, a_offset, position)) &&
                (b_ends || is_kept(b, b_offset, position)) && !(a_ends && b_ends);
    return seen ? position : DIFFERENCE_UNSEEN;
}

static int add_quoted(struct bytes *text, const uint8_t *data, size_t size)
{
    int status = bytes_add_format(text, "\"");
    for (size_t i = 0; i < size && status == 0; i++) {
        if (data[i] == '\n') {
            status = bytes_add_format(text, "\\n");
        } else if (data[i] == '"' || data[i] == '\\') {
            status = bytes_add_format(text, "\\%c", data[i]);
        } else if (data[i] >= ' ' && data[i] < 0x7f) {
            status = bytes_add(text, &data[i], 1);
        } else {
            status = bytes_add_format(text, "\\x%02x", (unsigned)data[i]);
        }
    }
    return status == 0 ? bytes_add_format(text, "\"") : status;
}

/* An excerpt that begins a little before `position`. */
static int add_excerpt(struct bytes *text, const struct result_stream *stream, uint64_t offset,
                       uint64_t position)
{
    size_t first =
        position > offset + EXCERPT_BEFORE ? (size_t)(position - offset) - EXCERPT_BEFORE : 0;
    first = first < stream->head_size ? first : stream->head_size;
    size_t left = stream->head_size - first;
    size_t size = left < EXCERPT_BYTES ? left : EXCERPT_BYTES;
    if (size == 0) {
        return bytes_add_format(text, ", nothing more");
    }
    int status = 0;
    if (offset + first > 0) {
        status = bytes_add_format(text, ", from byte %" PRIu64, offset + first);
    }
    status = status == 0 ? bytes_add_format(text, ": ") : status;
    status = status == 0 ? add_quoted(text, stream->head + first, size) : status;
    if (status == 0 && offset + first + size < stream->length) {
        status = bytes_add_format(text, "...");
    }
    return status;
}

static int add_hash(struct bytes *text, const struct result_stream *stream)
{
    int status = bytes_add_format(text, ", XXH3-128 ");
    for (size_t i = 0; i < sizeof(stream->hash) && status == 0; i++) {
        status = bytes_add_format(text, "%02x", (unsigned)stream->hash[i]);
    }
    return status;
}

char *compare_text_stream(const struct result_stream *stream, uint64_t offset,
                          const struct result_stream *other, uint64_t other_offset)
{
    if (stream->length == 0) {
        return strdup("nothing");
    }
    struct bytes text;
    bytes_init(&text, TEXT_BYTES_MAX);
    uint64_t position = first_difference(stream, offset, other, other_offset);
    int status = bytes_add_format(&text, "%" PRIu64 " byte%s", stream->length,
                                  stream->length == 1 ? "" : "s");
    if (status == 0) {
        status = position == DIFFERENCE_UNSEEN ? add_hash(&text, stream)
                                               : add_excerpt(&text, stream, offset, position);
    }
    return detach(&text, status);
}

char *compare_text_evidence(const struct result_evidence *evidence,
                            const struct result_evidence *other)
{
    static const struct result_stream empty;
    bool both = other->kind == EVIDENCE_BYTES;
    switch (evidence->kind) {
    case EVIDENCE_NONE:
        return strdup("not told");
    case EVIDENCE_TEXT:
        return strdup(evidence->text);
    case EVIDENCE_BYTES:
        return compare_text_stream(&evidence->stream, evidence->offset,
                                   both ? &other->stream : &empty, both ? other->offset : 0);
    }
    return NULL;
}

char *compare_text_runs(const struct result_session *session, const struct result_session *other)
{
    const struct result_run *runs = session->recv_runs;
    size_t i = 0;
    while (i < session->recv_run_count && i < other->recv_run_count &&
           runs[i].size == other->recv_runs[i].size && runs[i].count == other->recv_runs[i].count) {
        i++;
    }
    if (i == session->recv_run_count) {
        return strdup(session->recv_runs_cut ? "more than are kept" : i > 0 ? "no more" : "none");
    }
    struct bytes text;
    bytes_init(&text, TEXT_BYTES_MAX);
    int status = i > 0 ? bytes_add_format(&text, "after %zu equal: ", i) : 0;
    size_t end =
        i + RUNS_SHOWN < session->recv_run_count ? i + RUNS_SHOWN : session->recv_run_count;
    for (size_t first = i; i < end && status == 0; i++) {
        status = bytes_add_format(&text, "%s%" PRIu64 " of %" PRIu64, i > first ? ", " : "",
                                  runs[i].count, runs[i].size);
    }
    if (status == 0 && end < session->recv_run_count) {
        status = bytes_add_format(&text, ", ...");
    }
    return detach(&text, status);
}
