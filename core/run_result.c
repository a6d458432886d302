/* SPDX-License-Identifier: MIT */
/* What a run leaves behind: its connections and sessions as reports tell of them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

static char *result_name(const struct connection *connection)
{
    char label[1024];
    if (connection->nth == 1) {
        return strdup(connection->run->plan->clients[connection->name]);
    }
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
        bool lost = connection->lost_down > 0 || run->datagrams.blocked_once;
        return lost && !settle_is_lossy(run);
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
    struct result_session *session = &result->sessions[result->session_count++];
    *session = (struct result_session){0};
    return fill_session(&run->datagrams, strdup("udp"), session);
}

/* Finds the connections that reports tell of, in order of connecting: `count` of them. They all
 * have their places still. */
static void sort_told(struct run *run, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < run->connection_count; i++) {
        const struct connection *connection = run->connections[i];
        if (connection && connection->kept) {
            ASSERT(connection->order < count);
            run->told[connection->order] = connection;
            found++;
        }
    }
    ASSERT(found == count);
}

static int fill_connection(struct result *result, const struct connection *connection)
{
    ASSERT(connection);
    struct result_client *client = &result->clients[result->client_count++];
    *client = (struct result_client){0};
    int status = fill_client(connection, client);
    if (status == 0 && connection->accepted && !run_is_udp(connection->run)) {
        struct result_session *session = &result->sessions[result->session_count++];
        *session = (struct result_session){0};
        status = fill_session(connection, result_name(connection), session);
    }
    return status;
}

/* How many calls it took to move bytes whose amounts or pieces the kernel chose is its business
 * too. */
static bool calls_comparable(const struct run *run)
{
    bool comparable = !run->blocked_once && !run->datagrams.unsettled_once;
    for (size_t i = 0; comparable && i < run->connection_count; i++) {
        comparable = !run->connections[i] || connection_sizes_comparable(run->connections[i]);
    }
    return comparable;
}

static int fill_faults(struct run *run)
{
    struct result *result = run->result;
    size_t count = run->plan->fault_count;
    result->fault_fires = count > 0 ? calloc(count, sizeof(*result->fault_fires)) : NULL;
    if (count > 0 && !result->fault_fires) {
        return -ENOMEM;
    }
    bool comparable = calls_comparable(run);
    for (size_t i = 0; i < count; i++) {
        const struct world_fault_rule *rule = &run->plan->faults[i];
        bool known = comparable || !rule->sticky || rule->call == WORLD_CALL_ACCEPT;
        result->fault_fires[i] =
            known ? world_fault_fired(run->runner->faults, i) : RESULT_FIRES_UNKNOWN;
    }
    result->fault_count = count;
    return 0;
}

int run_fill_result(struct run *run)
{
    struct result *result = run->result;
    if (run->plan->explore) {
        result->clients_omitted = run->named_connections;
        result->sessions_omitted = run->sessions;
        return 0;
    }
    size_t count = run->named_connections < RESULT_CONNECTIONS_MAX ? (size_t)run->named_connections
                                                                   : RESULT_CONNECTIONS_MAX;
    /* One at least, for the session of a UDP listener, and so that none is no special case. */
    size_t room = count > 0 ? count : 1;
    result->clients = malloc(room * sizeof(*result->clients));
    result->sessions = malloc(room * sizeof(*result->sessions));
    int status = result->clients && result->sessions ? 0 : -ENOMEM;
    sort_told(run, count);
    for (size_t i = 0; i < count && status == 0; i++) {
        status = fill_connection(result, run->told[i]);
    }
    if (status == 0 && run_is_udp(run)) {
        status = fill_datagram_session(run);
    }
    if (status == 0) {
        status = fill_faults(run);
    }
    result->clients_omitted = run->named_connections - result->client_count;
    result->sessions_omitted = run_is_udp(run) ? 0 : run->sessions - result->session_count;
    return status;
}
