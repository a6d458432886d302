/* SPDX-License-Identifier: MIT */
/*
 * The oracles that play to the plugin again what its sessions received.
 *
 * Sessions do not influence each other unless DRILL_SHARED_STATE is declared: so a fresh session
 * that receives the same pieces must answer what the client got. That finds state that outlives a
 * session, and reply that was lost on its way. Where DRILL_SPLIT_INVARIANT is declared the same
 * must be true of input that comes uncut.
 *
 * Left out is what cannot be compared: sessions of which reply is missing for a reason that the
 * world gave, more input than is kept, and plugins that asked the host for more than their input.
 */
#include "run.h"

void replay_begin(struct run *run)
{
    uint32_t properties = listener_plugin(run->listener)->properties;
    run->replays = !run_is_udp(run) && !(properties & DRILL_SHARED_STATE);
    run->split_invariant = run->replays && properties & DRILL_SPLIT_INVARIANT;
}

/* Whether all that the session answered should have reached its client. */
static bool replay_is_whole(const struct connection *connection)
{
    /* What the world took arrived, or else the client read up to an end that comes behind all of
     * it. */
    bool read_all = connection->client.received == connection->session_sent;
    bool read_to_end = connection->client.end == PLAN_END_EOF;
    switch (connection->session_ended ? connection->end : SESSION_OPEN) {
    case SESSION_OPEN:
        return read_all && connection->session && !session_is_blocked(connection->session);
    case SESSION_EOF:
    case SESSION_PLUGIN:
    case SESSION_PROTOCOL_ERROR:
    case SESSION_LIMIT:
        return read_all || read_to_end;
    case SESSION_RESET:
    case SESSION_IDLE:
        /* They end a session whatever it still holds. */
        return read_all && !connection->blocked_once;
    case SESSION_BROKEN:
    case SESSION_STOPPED:
    case SESSION_FAILURE:
        break;
    }
    return false;
}

static bool replay_is_comparable(const struct connection *connection)
{
    return connection->accepted && connection->name != PLAN_NONE && !connection->input_cut &&
           !connection->recv_runs_cut && replay_is_whole(connection);
}

static const struct result_run *received_runs(const struct connection *connection, size_t *count)
{
    *count = connection->recv_runs.size / sizeof(struct result_run);
    return (const struct result_run *)(const void *)connection->recv_runs.data;
}

/* Whether there is more than one way to cut what the session received, and it came to no end of the
 * plugin's or the server's that hangs on it. */
static bool split_is_comparable(const struct connection *connection)
{
    size_t count = 0;
    const struct result_run *runs = received_runs(connection, &count);
    bool cut = count > 1 || (count > 0 && runs->count > 1);
    return cut && (!connection->session_ended || connection->end == SESSION_EOF);
}

static void replay_pieces(struct shadow *shadow, const struct connection *connection)
{
    size_t count = 0;
    const struct result_run *runs = received_runs(connection, &count);
    for (size_t i = 0; i < count; i++) {
        for (uint64_t n = 0; n < runs[i].count && !shadow->over; n++) {
            ASSERT(runs[i].size <= connection->input.size - shadow->end);
            shadow_receive(shadow, (size_t)runs[i].size);
        }
    }
}

static void replay_uncut(struct shadow *shadow, const struct connection *connection)
{
    size_t most = connection->run->plan->server.recv_buffer_bytes;
    while (shadow->end < connection->input.size && !shadow->over) {
        size_t left = connection->input.size - shadow->end;
        shadow_receive(shadow, left < most ? left : most);
    }
}

/* Whether a fresh session answers what the client got; or asked the host for more. */
static bool replay_agrees(struct shadow *shadow, const struct connection *connection,
                          void (*play)(struct shadow *, const struct connection *))
{
    struct result_recorder *shadowed = &connection->run->shadowed;
    result_recorder_reset(shadowed);
    shadow_open(shadow, connection->session_id, connection->input.data);
    if (!shadow->over) {
        play(shadow, connection);
    }
    shadow_close(shadow, connection->session_finished);
    return shadow->plugin->asked_outside ||
           (!shadow->failed &&
            result_recorder_equal(shadowed, &connection->client.received_stream));
}

static enum step_state replay_differs(struct run *run, const struct connection *connection,
                                      enum result_oracle oracle)
{
    char label[256];
    const char *plugin = run->plan->server.plugin;
    connection_label(connection, label, sizeof(label));
    if (oracle == ORACLE_SPLIT) {
        run_fail(run, NULL, oracle,
                 "the plugin %s declares SPLIT_INVARIANT, but what client \"%s\" sent is answered "
                 "otherwise when it arrives uncut",
                 plugin, label);
    } else {
        run_fail(run, NULL, oracle,
                 "the plugin %s answers client \"%s\" otherwise than a fresh session that receives "
                 "the same: sessions influence each other, or reply was lost",
                 plugin, label);
    }
    struct result_failure *failure = &run->result->failure;
    failure->expected.kind = EVIDENCE_BYTES;
    result_recorder_read(&run->shadowed, &failure->expected.stream);
    failure->actual.kind = EVIDENCE_BYTES;
    result_recorder_read(&connection->client.received_stream, &failure->actual.stream);
    return STEP_FAILED;
}

static enum step_state replay_one(struct run *run, const struct connection *connection)
{
    if (!replay_agrees(&run->shadow, connection, replay_pieces)) {
        return replay_differs(run, connection, ORACLE_REPLAY);
    }
    if (run->split_invariant && split_is_comparable(connection) &&
        !replay_agrees(&run->shadow, connection, replay_uncut)) {
        return replay_differs(run, connection, ORACLE_SPLIT);
    }
    return STEP_DONE;
}

enum step_state replay_check(struct run *run)
{
    enum step_state state = STEP_DONE;
    struct plugin_listener *plugin = listener_plugin(run->listener);
    const struct plan_server *server = &run->plan->server;
    if (!run->replays || plugin->asked_outside || run->connection_count == 0) {
        return STEP_DONE;
    }
    int status =
        shadow_prepare(&run->shadow, plugin, server->reply_bytes_max, server->messages_per_session);
    if (status != 0) {
        return run_machine_failed(run, status);
    }
    for (size_t i = 0; i < run->connection_count && state == STEP_DONE; i++) {
        const struct connection *connection = run->connections[i];
        if (connection && replay_is_comparable(connection)) {
            state = replay_one(run, connection);
        }
    }
    return state;
}
