/* SPDX-License-Identifier: MIT */
/* What the server saw against what a step expects. */
#include <stdio.h>
#include <string.h>

#include "run.h"

static enum step_state fail_numbers(struct run *run, struct lane *lane, const char *what,
                                    uint64_t expected, uint64_t actual)
{
    return run_disappointed(run, lane, VERDICT_FAIL,
                            "expect_server: expected %s %llu, but there were %llu", what,
                            (unsigned long long)expected, (unsigned long long)actual);
}

static enum step_state not_comparable(struct run *run, struct lane *lane, const char *what)
{
    return run_disappointed(
        run, lane, VERDICT_ERROR,
        "expect_server: %s cannot be told here, because the kernel chose it: a send buffer was "
        "full, more than 32 KiB waited for accept, a client ended while paused or with "
        "payload unsent, datagrams were dropped, or a send did not settle",
        what);
}

/* The connection whose server half is meant: of the named client, or of the only one there is. */
static const struct connection *asked_session(const struct run *run, uint32_t client)
{
    if (run_is_udp(run)) {
        return &run->datagrams;
    }
    if (client != PLAN_NONE) {
        return run->current[client];
    }
    const struct connection *only = NULL;
    for (size_t i = 0; i < run->connection_count; i++) {
        const struct connection *connection = run->connections[i];
        if (connection && connection->accepted && connection->name != PLAN_NONE) {
            only = connection;
        }
    }
    return only;
}

static enum step_state check_bytes_received(struct run *run, struct lane *lane,
                                            const struct plan_expect_server *expected)
{
    uint64_t actual = run->bytes_received;
    bool comparable = !run->blocked_once;
    if (expected->session != PLAN_NONE) {
        const struct connection *connection = run->current[expected->session];
        actual = connection ? connection->session_stream.length : 0;
        comparable = !connection || connection_bytes_comparable(connection);
    }
    if (!comparable) {
        return not_comparable(run, lane, "bytes_received");
    }
    return actual == expected->bytes_received
               ? STEP_DONE
               : fail_numbers(run, lane, "bytes_received", expected->bytes_received, actual);
}

/* Reads off the n-th of sizes that are kept as runs. */
static bool recv_sizes_equal(const struct connection *connection,
                             const struct plan_expect_server *expected)
{
    const struct bytes *bytes = &connection->recv_runs;
    const struct result_run *runs = (const struct result_run *)(const void *)bytes->data;
    size_t at = 0;
    for (size_t i = 0; i < bytes->size / sizeof(*runs); i++) {
        for (uint64_t n = 0; n < runs[i].count; n++, at++) {
            if (at == expected->recv_size_count || expected->recv_sizes[at] != runs[i].size) {
                return false;
            }
        }
    }
    return at == expected->recv_size_count && !connection->recv_runs_cut;
}

static char *sizes_text(const struct connection *connection)
{
    struct bytes text;
    bytes_init(&text, 4096);
    const struct bytes *bytes = &connection->recv_runs;
    const struct result_run *runs = (const struct result_run *)(const void *)bytes->data;
    size_t count = bytes->size / sizeof(*runs);
    for (size_t i = 0; i < count && i < 50; i++) {
        bytes_add_format(&text, runs[i].count > 1 ? "%s%llu (%llu times)" : "%s%llu",
                         i > 0 ? ", " : "", (unsigned long long)runs[i].size,
                         (unsigned long long)runs[i].count);
    }
    bytes_add_format(&text, count > 50 ? ", ..." : count == 0 ? "none" : "");
    const char *string = bytes_string(&text);
    char *copy = string ? strdup(string) : NULL;
    bytes_fini(&text);
    return copy;
}

static char *expected_sizes_text(const struct plan_expect_server *expected)
{
    struct bytes text;
    bytes_init(&text, 4096);
    for (size_t i = 0; i < expected->recv_size_count && i < 100; i++) {
        bytes_add_format(&text, "%s%llu", i > 0 ? ", " : "",
                         (unsigned long long)expected->recv_sizes[i]);
    }
    const char *string = bytes_string(&text);
    char *copy = string ? strdup(string) : NULL;
    bytes_fini(&text);
    return copy;
}

static enum step_state check_recv_sizes(struct run *run, struct lane *lane,
                                        const struct plan_expect_server *expected)
{
    const struct connection *connection = asked_session(run, expected->session);
    if (!connection) {
        return run_disappointed(run, lane, VERDICT_FAIL, "expect_server: there was no session");
    }
    if (!connection_sizes_comparable(connection)) {
        return not_comparable(run, lane, "recv_sizes");
    }
    if (recv_sizes_equal(connection, expected)) {
        return STEP_DONE;
    }
    if (run_disappointed(run, lane, VERDICT_FAIL,
                         "expect_server: the server's receives had other sizes") == STEP_DONE) {
        return STEP_DONE;
    }
    struct result_failure *failure = &run->result->failure;
    failure->expected.kind = EVIDENCE_TEXT;
    failure->expected.text = expected_sizes_text(expected);
    failure->actual.kind = EVIDENCE_TEXT;
    failure->actual.text = sizes_text(connection);
    return STEP_FAILED;
}

static enum step_state check_peers(struct run *run, struct lane *lane,
                                   const struct plan_expect_server *expected)
{
    for (size_t i = 0; i < expected->peer_count; i++) {
        const char *name = run->plan->clients[expected->peers[i]];
        const struct connection *connection = run->current[expected->peers[i]];
        struct world_address peer = {0};
        struct world_address local = {0};
        if (run_is_udp(run)) {
            /* Datagrams are booked to the client whose address recvfrom named. */
            if (!connection || connection->session_received == 0) {
                return run_disappointed(run, lane, VERDICT_FAIL,
                                        "expect_server: no datagram came from client \"%s\"", name);
            }
            continue;
        }
        if (!connection || !connection->session || connection->client.watch.socket < 0) {
            return run_disappointed(run, lane, VERDICT_FAIL,
                                    "expect_server: client \"%s\" has no open session", name);
        }
        if (world_getpeername(run->world, session_socket(connection->session), &peer) != 0 ||
            world_getsockname(run->world, connection->client.watch.socket, &local) != 0 ||
            !world_address_equal(&peer, &local)) {
            return run_disappointed(
                run, lane, VERDICT_FAIL,
                "expect_server: getpeername of the session is not getsockname of "
                "client \"%s\"",
                name);
        }
    }
    return STEP_DONE;
}

static enum step_state check_ends(struct run *run, struct lane *lane,
                                  const struct plan_expect_server *expected)
{
    for (size_t i = 0; i < expected->end_count; i++) {
        const struct connection *connection = run->current[expected->ends[i].client];
        const char *name = run->plan->clients[expected->ends[i].client];
        if (!connection || !connection->accepted) {
            return run_disappointed(run, lane, VERDICT_FAIL,
                                    "expect_server: client \"%s\" was never accepted", name);
        }
        enum session_end actual = connection->session_ended ? connection->end : SESSION_OPEN;
        if (actual != expected->ends[i].end) {
            return run_disappointed(
                run, lane, VERDICT_FAIL,
                "expect_server: expected the session of \"%s\" to end with %s, but it "
                "is %s",
                name, session_end_name(expected->ends[i].end), session_end_name(actual));
        }
    }
    return STEP_DONE;
}

/* Connects a client that the report does not tell of, and takes it away again. */
static enum step_state check_alive(struct run *run, struct lane *lane)
{
    if (!listener_is_open(run->listener)) {
        return run_disappointed(run, lane, VERDICT_FAIL,
                                "expect_server: the server does not listen any more");
    }
    if (run_is_udp(run)) {
        return STEP_DONE;
    }
    if (!listener_is_accepting(run->listener)) {
        return run_disappointed(
            run, lane, VERDICT_FAIL,
            "expect_server: the server does not accept: accepting is off, or it holds "
            "sessions_max connections");
    }
    struct connection *probe = connection_open(run, PLAN_NONE);
    if (!probe || run_settle(run, lane) != STEP_DONE) {
        return STEP_FAILED;
    }
    if (!probe->accepted &&
        run_disappointed(run, lane, VERDICT_FAIL, "expect_server: a probe was not accepted") !=
            STEP_DONE) {
        return STEP_FAILED;
    }
    connection_close(probe, true);
    enum step_state state = run_settle(run, lane);
    connection_retire(probe);
    return state;
}

enum step_state expect_server(struct run *run, struct lane *lane, const struct plan_step *step)
{
    const struct plan_expect_server *expected = step->expect_server;
    enum step_state state = STEP_DONE;
    if (expected->has_sessions && run->sessions != expected->sessions) {
        return fail_numbers(run, lane, "sessions", expected->sessions, run->sessions);
    }
    if (expected->has_truncated && run->datagrams.blocked_once) {
        return not_comparable(run, lane, "truncated");
    }
    if (expected->has_truncated && run->datagrams.truncated != expected->truncated) {
        return fail_numbers(run, lane, "truncated", expected->truncated, run->datagrams.truncated);
    }
    if (expected->has_bytes_received) {
        state = check_bytes_received(run, lane, expected);
    }
    if (state == STEP_DONE && expected->has_recv_sizes) {
        state = check_recv_sizes(run, lane, expected);
    }
    if (state == STEP_DONE && expected->has_peers) {
        state = check_peers(run, lane, expected);
    }
    if (state == STEP_DONE) {
        state = check_ends(run, lane, expected);
    }
    if (state == STEP_DONE && expected->alive) {
        state = check_alive(run, lane);
    }
    return state;
}
