/* SPDX-License-Identifier: MIT */
/*
 * The oracle of DRILL_SPLIT_INVARIANT: what a session received is replayed to the plugin as if it
 * had come uncut, and the replies must be the ones that its client got. Sessions that cannot be
 * compared are left out: those that lost or held reply, that ended otherwise than by their peer's
 * end, or whose plugin asked the host for more than its input.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

/* A session that exists for the plugin only. */
struct shadow {
    struct plugin_listener *plugin;
    uint64_t session;
    void *state;
    uint8_t *reply;
    size_t reply_max;
    struct result_recorder replies;
};

bool split_is_declared(const struct run *run)
{
    uint32_t properties = listener_plugin(run->listener)->properties;
    return !run_is_udp(run) && properties & DRILL_SPLIT_INVARIANT &&
           !(properties & DRILL_SHARED_STATE);
}

static bool split_is_comparable(const struct connection *connection)
{
    const struct bytes *runs = &connection->recv_runs;
    const struct result_run *first = (const struct result_run *)(const void *)runs->data;
    bool cut = runs->size > sizeof(*first) || (runs->size > 0 && first->count > 1);
    bool ended_well = !connection->session_ended || connection->end == SESSION_EOF;
    return cut && ended_well && connection->name != PLAN_NONE && connection->accepted &&
           !connection->input_cut && !connection->blocked_once &&
           connection->client.received == connection->session_sent;
}

static struct drill_buffer shadow_out(const struct shadow *shadow)
{
    return (struct drill_buffer){.data = shadow->reply, .capacity = shadow->reply_max};
}

/* Whether the shadow goes on after a callback that returned `status`. */
static bool shadow_answer(struct shadow *shadow, enum drill_status status,
                          const struct drill_buffer *out)
{
    if (status == DRILL_OK || status == DRILL_CLOSE) {
        result_recorder_add(&shadow->replies, out->data, out->size);
    }
    return status == DRILL_OK || status == DRILL_SILENT;
}

static bool shadow_transform(struct shadow *shadow, const uint8_t *data, size_t size)
{
    struct drill_buffer out = shadow_out(shadow);
    struct plugin_call call = plugin_call_make(shadow->plugin, shadow->session, shadow->state);
    enum drill_status status = shadow->plugin->plugin->descriptor.transform(
        &call.public, (struct drill_bytes){data, size}, &out);
    return shadow_answer(shadow, status, &out);
}

/* The next message of a plugin that frames, or as much as one receive takes; 0: none is whole. */
static size_t shadow_next(struct shadow *shadow, const uint8_t *data, size_t size, size_t most)
{
    const struct drill_descriptor *descriptor = &shadow->plugin->plugin->descriptor;
    if (!descriptor->frame) {
        return size < most ? size : most;
    }
    struct plugin_call call = plugin_call_make(shadow->plugin, shadow->session, shadow->state);
    size_t length = descriptor->frame(&call.public, (struct drill_bytes){data, size});
    return length <= size ? length : 0;
}

static void shadow_play(struct shadow *shadow, const struct connection *connection)
{
    const struct drill_descriptor *descriptor = &shadow->plugin->plugin->descriptor;
    const uint8_t *data = connection->input.data;
    size_t left = connection->input.size;
    size_t most = connection->run->plan->server.recv_buffer_bytes;
    struct drill_buffer out = shadow_out(shadow);
    struct plugin_call call = plugin_call_make(shadow->plugin, shadow->session, shadow->state);
    bool on =
        !descriptor->open || shadow_answer(shadow, descriptor->open(&call.public, &out), &out);
    while (on && left > 0) {
        size_t size = shadow_next(shadow, data, left, most);
        if (size == 0) {
            break;
        }
        on = shadow_transform(shadow, data, size);
        data += size;
        left -= size;
    }
    if (on && connection->session_finished && descriptor->eof) {
        out = shadow_out(shadow);
        shadow_answer(shadow, descriptor->eof(&call.public, (struct drill_bytes){data, left}, &out),
                      &out);
    }
    if (descriptor->close) {
        descriptor->close(&call.public);
    }
}

static enum step_state split_differs(struct run *run, const struct connection *connection,
                                     const struct result_stream *uncut)
{
    char label[256];
    run_fail(run, NULL, VERDICT_FAIL,
             "the plugin %s declares SPLIT_INVARIANT, but what client \"%s\" sent is answered "
             "otherwise when it arrives uncut",
             run->plan->server.plugin, connection_label(connection, label, sizeof(label)));
    struct result_failure *failure = &run->result->failure;
    failure->expected.kind = EVIDENCE_BYTES;
    failure->expected.stream = *uncut;
    failure->actual.kind = EVIDENCE_BYTES;
    result_recorder_read(&connection->client.received_stream, &failure->actual.stream);
    return STEP_FAILED;
}

static enum step_state split_check_one(struct run *run, struct shadow *shadow,
                                       const struct connection *connection)
{
    struct result_stream uncut;
    struct result_stream actual;
    shadow->session = connection->session_id;
    result_recorder_reset(&shadow->replies);
    if (shadow->state) {
        memset(shadow->state, 0, shadow->plugin->plugin->descriptor.state_size);
    }
    shadow_play(shadow, connection);
    result_recorder_read(&shadow->replies, &uncut);
    result_recorder_read(&connection->client.received_stream, &actual);
    bool same =
        uncut.length == actual.length && memcmp(uncut.hash, actual.hash, sizeof(uncut.hash)) == 0;
    return same || shadow->plugin->asked_outside ? STEP_DONE
                                                 : split_differs(run, connection, &uncut);
}

/* Most runs have nothing to replay, and no need of memory for it. */
static bool split_has_work(const struct run *run)
{
    bool work = false;
    for (size_t i = 0; i < run->connection_count && !work; i++) {
        work = run->connections[i] && split_is_comparable(run->connections[i]);
    }
    return work;
}

enum step_state split_check(struct run *run)
{
    enum step_state state = STEP_DONE;
    if (!run->split_invariant || listener_plugin(run->listener)->asked_outside ||
        !split_has_work(run)) {
        return STEP_DONE;
    }
    size_t state_size = run->plugin->descriptor.state_size;
    struct shadow shadow = {
        .plugin = listener_plugin(run->listener),
        .state = state_size > 0 ? malloc(state_size) : NULL,
        .reply = malloc(run->plan->server.reply_bytes_max),
        .reply_max = run->plan->server.reply_bytes_max,
    };
    bool ready = shadow.reply && (shadow.state || state_size == 0) &&
                 result_recorder_init(&shadow.replies) == 0;
    if (!ready) {
        state = run_machine_failed(run, -ENOMEM);
    }
    for (size_t i = 0; ready && i < run->connection_count && state == STEP_DONE; i++) {
        const struct connection *connection = run->connections[i];
        if (connection && split_is_comparable(connection)) {
            state = split_check_one(run, &shadow, connection);
        }
    }
    if (ready) {
        result_recorder_fini(&shadow.replies);
    }
    free(shadow.state);
    free(shadow.reply);
    return state;
}
