/* SPDX-License-Identifier: MIT */
/* What a run leaves behind: its connections and sessions as reports tell of them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

static char *result_name(const struct connection *connection)
{
    char label[1024];
    return strdup(connection_label(connection, label, sizeof(label)));
}

static int fill_recv_runs(const struct connection *connection, struct result_session *session)
{
    const struct bytes *runs = &connection->recv_runs;
    session->recv_runs_cut = connection->recv_runs_cut;
    if (runs->size == 0) {
        return 0;
    }
    session->recv_runs = malloc(runs->size);
    if (!session->recv_runs) {
        return -ENOMEM;
    }
    memcpy(session->recv_runs, runs->data, runs->size);
    session->recv_run_count = runs->size / sizeof(struct result_run);
    return 0;
}

/* What is not comparable is left out: results of the same sources are equal. */
static int fill_session(const struct connection *connection, char *name,
                        struct result_session *session)
{
    session->name = name;
    session->comparable_bytes = connection_bytes_comparable(connection);
    session->comparable_sizes = connection_sizes_comparable(connection);
    session->truncated = connection->truncated;
    session->end = connection->end;
    if (session->comparable_bytes) {
        result_recorder_read(&connection->session_stream, &session->received);
    }
    int status = session->comparable_sizes ? fill_recv_runs(connection, session) : 0;
    return session->name ? status : -ENOMEM;
}

/* Whether the answers of this connection hang on what is not comparable. */
static bool received_unknown(const struct connection *connection)
{
    const struct run *run = connection->run;
    if (run_is_udp(run)) {
        return connection->lost_down > 0 || run->datagrams.blocked_once;
    }
    /* Where sessions influence each other, one that was blocked may have changed any answer. */
    bool influenced = run->blocked_once && run->plugin->descriptor.properties & DRILL_SHARED_STATE;
    return influenced || !connection_bytes_comparable(connection) ||
           (!connection_sizes_comparable(connection) && !run->split_invariant);
}

static int fill_client(const struct connection *connection, struct result_client *client)
{
    client->name = result_name(connection);
    client->sent_unknown = connection_sent_unknown(connection);
    client->received_unknown = received_unknown(connection);
    if (!client->sent_unknown) {
        result_recorder_read(&connection->client.sent_stream, &client->sent);
    }
    if (!client->received_unknown) {
        result_recorder_read(&connection->client.received_stream, &client->received);
    }
    client->end = connection->client.end;
    return client->name ? 0 : -ENOMEM;
}

static int fill_datagram_session(struct run *run)
{
    struct result *result = run->result;
    return fill_session(&run->datagrams, strdup("udp"), &result->sessions[result->session_count++]);
}

/* The connections that reports tell of, in order of connecting: `count` of them. Owned by the
 * caller; NULL without memory. */
static const struct connection **kept_in_order(const struct run *run, size_t count)
{
    const struct connection **kept = calloc(count + 1, sizeof(struct connection *));
    for (size_t i = 0; kept && i < run->connection_count; i++) {
        const struct connection *connection = run->connections[i];
        if (connection && connection->kept) {
            ASSERT(connection->order < count);
            kept[connection->order] = connection;
        }
    }
    return kept;
}

static int fill_connection(struct result *result, const struct connection *connection)
{
    ASSERT(connection);
    int status = fill_client(connection, &result->clients[result->client_count++]);
    if (status == 0 && connection->accepted && !run_is_udp(connection->run)) {
        status = fill_session(connection, result_name(connection),
                              &result->sessions[result->session_count++]);
    }
    return status;
}

int run_fill_result(struct run *run)
{
    struct result *result = run->result;
    size_t count = run->named_connections < RESULT_CONNECTIONS_MAX ? (size_t)run->named_connections
                                                                   : RESULT_CONNECTIONS_MAX;
    const struct connection **kept = kept_in_order(run, count);
    result->clients = calloc(count + 1, sizeof(*result->clients));
    result->sessions = calloc(count + 1, sizeof(*result->sessions));
    int status = kept && result->clients && result->sessions ? 0 : -ENOMEM;
    for (size_t i = 0; i < count && status == 0; i++) {
        status = fill_connection(result, kept[i]);
    }
    free(kept);
    if (status == 0 && run_is_udp(run)) {
        status = fill_datagram_session(run);
    }
    result->clients_omitted = run->named_connections - result->client_count;
    result->sessions_omitted = run_is_udp(run) ? 0 : run->sessions - result->session_count;
    return status;
}
