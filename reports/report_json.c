/* SPDX-License-Identifier: MIT */
#include "report_json.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "check.h"
#include "json_text.h"
#include "report_check.h"
#include "report_steps.h"
#include "report_story.h"
#include "safe_text.h"
#include "world_call.h"

static json_t *text_or_null(const char *text)
{
    return text ? json_text_string(text) : json_null();
}

/* Length, hash and the first bytes; `offset` is where those stand in an excerpt, else NULL. */
static json_t *stream_json(const struct result_stream *stream, const uint64_t *offset)
{
    int status = 0;
    json_t *object = json_object();
    json_text_put(object, "length", json_text_integer(stream->length), &status);
    json_text_put(object, "hash", json_text_hex(stream->hash, sizeof(stream->hash)), &status);
    if (offset) {
        json_text_put(object, "offset", json_text_integer(*offset), &status);
    }
    if (safe_text_is_plain(stream->head, stream->head_size)) {
        json_t *text = json_text_string_of(stream->head, stream->head_size);
        json_text_put(object, "text", text, &status);
    }
    json_text_put(object, "hex", json_text_hex(stream->head, stream->head_size), &status);
    return json_text_whole(object, status);
}

static json_t *tags_json(const struct plan *plan)
{
    int status = 0;
    json_t *array = json_array();
    for (size_t i = 0; i < plan->tag_count; i++) {
        json_text_append(array, json_text_string(plan->tags[i]), &status);
    }
    return json_text_whole(array, status);
}

static json_t *plugin_json(const struct plan_server *server)
{
    int status = 0;
    json_t *object = json_object();
    json_text_put(object, "name", json_text_string(server->plugin), &status);
    json_text_put(object, "version", json_text_string(server->plugin_version), &status);
    return json_text_whole(object, status);
}

static const char *client_end(uint32_t end)
{
    return end == PLAN_END_EOF ? "eof" : end == PLAN_END_RESET ? "reset" : NULL;
}

static json_t *clients_json(const struct result *result)
{
    int status = 0;
    json_t *array = json_array();
    for (size_t i = 0; i < result->client_count; i++) {
        const struct result_client *client = &result->clients[i];
        json_t *object = json_object();
        json_text_put(object, "name", json_text_string(client->name), &status);
        json_text_put(object, "sent",
                      client->sent_unknown ? json_null() : stream_json(&client->sent, NULL),
                      &status);
        json_text_put(object, "received",
                      client->received_unknown ? json_null() : stream_json(&client->received, NULL),
                      &status);
        json_text_put(object, "end", text_or_null(client_end(client->end)), &status);
        json_text_append(array, object, &status);
    }
    return json_text_whole(array, status);
}

static json_t *run_json(const struct result_run *run)
{
    int status = 0;
    json_t *pair = json_array();
    json_text_append(pair, json_text_integer(run->size), &status);
    json_text_append(pair, json_text_integer(run->count), &status);
    return json_text_whole(pair, status);
}

static json_t *recv_sizes_json(const struct result_session *session)
{
    int status = 0;
    json_t *array = json_array();
    for (size_t i = 0; i < session->recv_run_count; i++) {
        json_text_append(array, run_json(&session->recv_runs[i]), &status);
    }
    return json_text_whole(array, status);
}

static json_t *session_json(const struct plan *plan, const struct result_session *session)
{
    int status = 0;
    bool bytes = session->comparable_bytes;
    json_t *object = json_object();
    json_text_put(object, "name", json_text_string(session->name), &status);
    json_text_put(object, "bytes_received",
                  bytes ? json_text_integer(session->received.length) : json_null(), &status);
    json_text_put(object, "received", bytes ? stream_json(&session->received, NULL) : json_null(),
                  &status);
    json_text_put(object, "recv_sizes",
                  session->comparable_sizes ? recv_sizes_json(session) : json_null(), &status);
    if (session->comparable_sizes && session->recv_runs_cut) {
        json_text_put(object, "recv_sizes_cut", json_true(), &status);
    }
    if (plan->server.transport == WORLD_UDP) {
        json_text_put(object, "truncated", json_text_integer(session->truncated), &status);
    }
    json_text_put(object, "end", json_text_string(session_end_name(session->end)), &status);
    return json_text_whole(object, status);
}

static json_t *sessions_json(const struct plan *plan, const struct result *result)
{
    int status = 0;
    json_t *array = json_array();
    for (size_t i = 0; i < result->session_count; i++) {
        json_text_append(array, session_json(plan, &result->sessions[i]), &status);
    }
    return json_text_whole(array, status);
}

static json_t *evidence_json(const struct result_evidence *evidence)
{
    switch (evidence->kind) {
    case EVIDENCE_NONE:
        return json_null();
    case EVIDENCE_TEXT:
        return text_or_null(evidence->text);
    case EVIDENCE_BYTES:
        return stream_json(&evidence->stream, &evidence->offset);
    }
    ASSERT(!"evidence has a kind");
    return NULL;
}

static json_t *failure_json(const struct plan *plan, const struct result_failure *failure)
{
    int status = 0;
    bool known = failure->source < plan->source_count;
    json_t *object = json_object();
    json_text_put(object, "step", text_or_null(known ? plan->sources[failure->source] : NULL),
                  &status);
    json_text_put(object, "iteration", report_steps_iteration(failure), &status);
    json_text_put(object, "sentence",
                  json_text_string(failure->sentence ? failure->sentence : "no reason was given"),
                  &status);
    json_text_put(object, "expected", evidence_json(&failure->expected), &status);
    json_text_put(object, "actual", evidence_json(&failure->actual), &status);
    return json_text_whole(object, status);
}

/* Both verdicts of a scenario that ran in both worlds. */
static json_t *verdicts_json(const struct result *result)
{
    int status = 0;
    json_t *object = json_object();
    json_text_put(object, "sim", json_text_string(verdict_name(result->sim_verdict)), &status);
    json_text_put(object, "kernel", json_text_string(verdict_name(result->kernel_verdict)),
                  &status);
    return json_text_whole(object, status);
}

/* How often it fired is not known of a run that did not come to its end, and not told where the
 * kernel chose it. */
static json_t *fault_json(const struct world_fault_rule *rule, const uint64_t *fired)
{
    int status = 0;
    bool known = fired && *fired != RESULT_FIRES_UNKNOWN;
    json_t *object = json_object();
    json_text_put(object, "call", json_text_string(world_call_name(rule->call)), &status);
    json_text_put(object, "nth", json_text_integer(rule->nth), &status);
    json_text_put(object, "error", text_or_null(rule->error ? world_error_name(rule->error) : NULL),
                  &status);
    json_text_put(object, "short", rule->error ? json_null() : json_text_integer(rule->short_bytes),
                  &status);
    json_text_put(object, "sticky", json_boolean(rule->sticky), &status);
    json_text_put(object, "fired", known ? json_text_integer(*fired) : json_null(), &status);
    return json_text_whole(object, status);
}

static json_t *faults_json(const struct plan *plan, const struct result *result)
{
    int status = 0;
    bool known = result->fault_count == plan->fault_count;
    json_t *array = json_array();
    for (size_t i = 0; i < plan->fault_count; i++) {
        json_text_append(
            array, fault_json(&plan->faults[i], known ? &result->fault_fires[i] : NULL), &status);
    }
    return json_text_whole(array, status);
}

static json_t *divergence_json(const struct result_divergence *divergence)
{
    int status = 0;
    json_t *object = json_object();
    json_text_put(object, "what", text_or_null(divergence->what), &status);
    json_text_put(object, "sim", text_or_null(divergence->sim), &status);
    json_text_put(object, "kernel", text_or_null(divergence->kernel), &status);
    json_text_put(object, "calls", text_or_null(divergence->calls), &status);
    json_text_put(object, "sim_call", text_or_null(divergence->sim_call), &status);
    json_text_put(object, "kernel_call", text_or_null(divergence->kernel_call), &status);
    return json_text_whole(object, status);
}

static json_t *quarantine_json(const struct plan *plan, const struct result *result)
{
    int status = 0;
    bool over = result->quarantine == QUARANTINE_OVER;
    json_t *object = json_object();
    json_text_put(object, "issue", json_text_string(plan->quarantine->issue), &status);
    json_text_put(object, "until", json_text_string(plan->quarantine->until), &status);
    json_text_put(object, "over", json_boolean(over), &status);
    return json_text_whole(object, status);
}

/* The pattern that matches this id alone: --filter is a glob. */
static int add_filter(struct bytes *out, const char *id)
{
    struct bytes pattern;
    bytes_init(&pattern, JSON_TEXT_BYTES_MAX);
    int status = 0;
    for (; *id && status == 0; id++) {
        status = bytes_add_format(&pattern, "%s%c", strchr("*?[\\", *id) ? "\\" : "", *id);
    }
    const char *text = status == 0 ? bytes_string(&pattern) : NULL;
    status = text ? safe_text_add_shell(out, text) : -1;
    bytes_fini(&pattern);
    return status;
}

int report_json_replay(struct bytes *out, const struct plan *plan, const struct result *result)
{
    int status = bytes_add_format(out, "sockdrill run --filter ");
    if (status == 0) {
        status = add_filter(out, plan->id);
    }
    if (status == 0) {
        status = bytes_add_format(out, " --seed %" PRIu64, result->seed);
    }
    if (status == 0 && result->verdict == VERDICT_FLAKY) {
        status = bytes_add_format(out, " --repeat %" PRIu32, result->runs);
    }
    bool default_world = (uint32_t)result->world == plan->worlds;
    return status == 0 && !default_world
               ? bytes_add_format(out, " --world %s", report_world_name(result->world))
               : status;
}

static json_t *replay_json(const struct plan *plan, const struct result *result)
{
    struct bytes text;
    bytes_init(&text, JSON_TEXT_BYTES_MAX);
    json_t *string = report_json_replay(&text, plan, result) == 0
                         ? json_text_string_of(text.data, text.size)
                         : NULL;
    bytes_fini(&text);
    return string;
}

/* A sentence may be missing where there was no memory for it; what failed is still a failure. */
static bool has_failure(const struct result *result)
{
    bool bad = !verdict_is_good(result->verdict) && result->verdict != VERDICT_UNEXPECTED_PASS;
    return bad || result->failure.sentence;
}

static void put_omitted(json_t *object, const char *key, uint64_t count, int *status)
{
    if (count > 0) {
        json_text_put(object, key, json_text_integer(count), status);
    }
}

static void put_story(json_t *object, const struct plan *plan, const struct result *result,
                      int *status)
{
    json_t *story;
    if (report_story_json(plan, result, &story) != 0) {
        *status = -ENOMEM;
    } else if (story) {
        json_text_put(object, "story", story, status);
    }
}

json_t *report_json_result(const struct plan *plan, const struct result *result)
{
    int status = 0;
    json_t *object = json_object();
    json_text_put(object, "id", json_text_string(plan->id), &status);
    json_text_put(object, "hash", json_text_hex(plan->hash, sizeof(plan->hash)), &status);
    json_text_put(object, "title", json_text_string(plan->title), &status);
    json_text_put(object, "tags", tags_json(plan), &status);
    json_text_put(object, "plugin", plugin_json(&plan->server), &status);
    json_text_put(object, "world", json_text_string(report_world_name(result->world)), &status);
    if (result->world == PLAN_BOTH) {
        json_text_put(object, "worlds", verdicts_json(result), &status);
    }
    json_text_put(object, "seed", json_text_integer(result->seed), &status);
    json_text_put(object, "verdict", json_text_string(verdict_name(result->verdict)), &status);
    if (plan->quarantine) {
        json_text_put(object, "quarantine", quarantine_json(plan, result), &status);
    }
    if (result->note) {
        json_text_put(object, "note", json_text_string(result->note), &status);
    }
    if (plan->fault_count > 0) {
        json_text_put(object, "faults", faults_json(plan, result), &status);
    }
    json_text_put(object, "steps", report_steps_json(plan, result, has_failure(result)), &status);
    json_text_put(object, "clients", clients_json(result), &status);
    put_omitted(object, "clients_omitted", result->clients_omitted, &status);
    json_text_put(object, "sessions", sessions_json(plan, result), &status);
    put_omitted(object, "sessions_omitted", result->sessions_omitted, &status);
    if (has_failure(result)) {
        json_text_put(object, "failure", failure_json(plan, &result->failure), &status);
    }
    if (result->verdict == VERDICT_DIVERGED) {
        json_text_put(object, "divergence", divergence_json(&result->divergence), &status);
    }
    if (has_failure(result)) {
        put_story(object, plan, result, &status);
    }
    if (!verdict_is_good(result->verdict)) {
        json_text_put(object, "replay", replay_json(plan, result), &status);
    }
    return json_text_whole(object, status);
}

json_t *report_json_summary(const struct report_summary *summary)
{
    int status = 0;
    json_t *object = json_object();
    json_text_put(object, "planned", json_text_integer(summary->planned), &status);
    json_text_put(object, "total", json_text_integer(summary->total), &status);
    for (int i = 0; i < VERDICT_COUNT; i++) {
        json_text_put(object, verdict_name((enum verdict)i), json_text_integer(summary->counts[i]),
                      &status);
    }
    json_text_put(object, "quarantined", json_text_integer(summary->quarantined), &status);
    json_text_put(object, "overdue", json_text_integer(summary->overdue), &status);
    return json_text_whole(object, status);
}
