/* SPDX-License-Identifier: MIT */
/* What the server does, written down per connection. Sessions find their connection by the address
 * accept returned. */
#include <string.h>

#include "run.h"

/* Something happened: the run is not stuck, and this connection may be unsettled. */
static void connection_moved(struct connection *connection)
{
    connection->run->moves++;
    connection_mark(connection);
}

/* A session's tag is the place of its connection, plus one. */
static struct connection *observed(struct run *run, const struct session *session)
{
    uint32_t tag = session_tag(session);
    return tag > 0 ? run->connections[tag - 1] : NULL;
}

static struct connection *connection_of_peer(struct run *run, const struct world_address *peer)
{
    struct connection *connection = run->by_port[peer->port];
    return connection && world_address_equal(peer, &connection->client.local) ? connection : NULL;
}

static void observe_accepted(void *owner, struct session *session)
{
    struct run *run = owner;
    if (run_is_udp(run)) {
        run->datagrams.session = session;
        return;
    }
    struct connection *connection = connection_of_peer(run, session_peer(session));
    if (!connection) {
        return;
    }
    /* The accept queue is first in, first out: of two that had the same port the older one comes
     * first. */
    struct connection *newer = NULL;
    while (connection->port_older) {
        newer = connection;
        connection = connection->port_older;
    }
    if (newer) {
        newer->port_older = NULL;
    }
    session_set_tag(session, connection->place + 1);
    connection->session = session;
    connection->session_id = session_id(session);
    connection->accepted = true;
    connection_wait_end(connection);
    if (connection->client.sent > RUN_PIECE_BYTES_MAX) {
        /* More waited than the kernel hands over at once: it chooses the sizes. */
        connection->unsettled_once = true;
    }
    run->sessions += connection->name == PLAN_NONE ? 0 : 1;
    connection_moved(connection);
}

static void record_size(struct connection *connection, uint64_t size)
{
    struct bytes *runs = &connection->recv_runs;
    size_t count = runs->size / sizeof(struct result_run);
    struct result_run *last =
        count > 0 ? (struct result_run *)(void *)runs->data + count - 1 : NULL;
    if (connection->recv_runs_cut) {
        return;
    }
    if (last && last->size == size) {
        last->count++;
        return;
    }
    struct result_run next = {.size = size, .count = 1};
    connection->recv_runs_cut =
        count == RESULT_RECV_RUNS_MAX || bytes_add(runs, &next, sizeof(next)) != 0;
}

static void observe_received(void *owner, struct session *session, const void *data, size_t size,
                             size_t full_size, const struct world_address *peer)
{
    struct run *run = owner;
    struct connection *connection = observed(run, session);
    struct connection *record = connection;
    if (peer) {
        connection = connection_of_peer(run, peer);
        record = &run->datagrams;
    }
    if (!connection) {
        return;
    }
    connection->session_received += peer ? 1 : size;
    run->bytes_received += connection->name == PLAN_NONE ? 0 : size;
    result_recorder_add(&record->session_stream, data, size);
    record_size(record, size);
    if (run->replays && !record->input_cut) {
        record->input_cut = bytes_add(&record->input, data, size) != 0;
    }
    record->truncated += full_size > size ? 1 : 0;
    connection_moved(connection);
}

static void observe_finished(void *owner, struct session *session)
{
    struct connection *connection = observed(owner, session);
    if (connection) {
        connection->session_finished = true;
        connection_moved(connection);
    }
}

static void observe_sent(void *owner, struct session *session, size_t size,
                         const struct world_address *peer)
{
    struct run *run = owner;
    struct connection *connection = peer ? connection_of_peer(run, peer) : observed(run, session);
    if (connection) {
        connection->session_sent += peer ? 1 : size;
        connection_moved(connection);
    }
}

static void observe_blocked(void *owner, struct session *session)
{
    struct connection *connection = observed(owner, session);
    if (connection) {
        connection->blocked_once = connection->run->blocked_once = true;
        connection_moved(connection);
    }
}

static void observe_ended(void *owner, struct session *session, enum session_end end)
{
    struct run *run = owner;
    struct connection *connection = run_is_udp(run) ? &run->datagrams : observed(run, session);
    if (connection) {
        connection->session = NULL;
        connection->session_ended = true;
        connection->end = end;
        if (connection != &run->datagrams) {
            connection_moved(connection);
        }
    }
    /* A place became free for one that waits. */
    connection_mark_unaccepted(run);
}

static void observe_plugin_failed(void *owner, struct session *session, struct plugin_fault fault)
{
    struct run *run = owner;
    (void)session;
    if (run->plugin_fault.kind == PLUGIN_FAULT_NONE) {
        run->plugin_fault = fault;
    }
}

struct server_observer run_observer(struct run *run)
{
    return (struct server_observer){
        .owner = run,
        .accepted = observe_accepted,
        .received = observe_received,
        .finished = observe_finished,
        .sent = observe_sent,
        .blocked = observe_blocked,
        .ended = observe_ended,
        .plugin_failed = observe_plugin_failed,
    };
}
