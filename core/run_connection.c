/* SPDX-License-Identifier: MIT */
/* Connections: how they come about, are kept on the books, and are given back. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

static void connection_moved(void *owner)
{
    struct connection *connection = owner;
    if (connection->client.state == CLIENT_REFUSED) {
        connection_wait_end(connection);
    }
    connection_mark(connection);
}

static int connection_init(struct connection *connection, struct run *run)
{
    *connection = (struct connection){.run = run};
    bytes_init(&connection->input, RUN_INPUT_BYTES_MAX);
    bytes_init(&connection->recv_runs, RESULT_RECV_RUNS_MAX * sizeof(struct result_run));
    if (client_init(&connection->client, &run->loop, connection_moved, connection) != 0) {
        return -ENOMEM;
    }
    if (result_recorder_init(&connection->session_stream) != 0) {
        client_fini(&connection->client);
        return -ENOMEM;
    }
    return 0;
}

static struct connection *connection_new(struct run *run)
{
    struct runner *runner = run->runner;
    if (runner->spare_count > 0) {
        return runner->spare[--runner->spare_count];
    }
    struct connection *connection = malloc(sizeof(*connection));
    if (connection && connection_init(connection, run) != 0) {
        free(connection);
        connection = NULL;
    }
    return connection;
}

void connection_free(struct connection *connection)
{
    client_fini(&connection->client);
    result_recorder_fini(&connection->session_stream);
    bytes_fini(&connection->input);
    bytes_fini(&connection->recv_runs);
    free(connection);
}

static void connection_begin(struct connection *connection, uint32_t name)
{
    connection->name = name;
    connection->nth = 0;
    connection->kept = connection->dirty = connection->current = false;
    connection->port_older = NULL;
    connection->waiting_next = NULL;
    connection->waiting_link = NULL;
    connection->session = NULL;
    connection->accepted = connection->session_finished = connection->session_ended = false;
    connection->sent_to_ended = connection->blocked_once = connection->unsettled_once = false;
    connection->session_sent = connection->session_received = 0;
    connection->unheard = connection->lost_up = connection->lost_down = 0;
    connection->truncated = 0;
    connection->end = SESSION_OPEN;
    result_recorder_reset(&connection->session_stream);
    bytes_clear(&connection->input);
    connection->input_cut = false;
    bytes_clear(&connection->recv_runs);
    connection->recv_runs_cut = false;
    client_begin(&connection->client, connection->run->plan->server.transport);
}

void connection_mark(struct connection *connection)
{
    struct run *run = connection->run;
    if (!connection->dirty) {
        connection->dirty = true;
        ASSERT(run->dirty_count < run->connection_capacity);
        run->dirty[run->dirty_count++] = connection;
    }
}

bool connection_sent_unknown(const struct connection *connection)
{
    return connection->client.dropped_unsent || client_has_unsent(&connection->client);
}

bool connection_bytes_comparable(const struct connection *connection)
{
    return !connection->blocked_once && !connection_sent_unknown(connection);
}

/* A client that once found no room sent what followed in pieces of the kernel's making. */
bool connection_sizes_comparable(const struct connection *connection)
{
    return connection_bytes_comparable(connection) && !connection->unsettled_once &&
           !connection->client.stuck_once;
}

static bool connection_waits_for_accept(const struct connection *connection)
{
    enum client_state state = connection->client.state;
    return !connection->accepted && (state == CLIENT_OPEN || state == CLIENT_CLOSED);
}

static void connection_wait_begin(struct connection *connection)
{
    struct run *run = connection->run;
    connection->waiting_next = run->waiting;
    connection->waiting_link = &run->waiting;
    if (run->waiting) {
        run->waiting->waiting_link = &connection->waiting_next;
    }
    run->waiting = connection;
}

void connection_wait_end(struct connection *connection)
{
    if (!connection->waiting_link) {
        return;
    }
    *connection->waiting_link = connection->waiting_next;
    if (connection->waiting_next) {
        connection->waiting_next->waiting_link = connection->waiting_link;
    }
    connection->waiting_next = NULL;
    connection->waiting_link = NULL;
}

void connection_mark_unaccepted(struct run *run)
{
    for (struct connection *one = run->waiting; one; one = one->waiting_next) {
        connection_mark(one);
    }
}

const char *connection_label(const struct connection *connection, char *text, size_t size)
{
    const struct plan *plan = connection->run->plan;
    const char *name = connection->name == PLAN_NONE ? "probe" : plan->clients[connection->name];
    if (connection->nth > 1) {
        snprintf(text, size, "%s#%llu", name, (unsigned long long)connection->nth);
    } else {
        snprintf(text, size, "%s", name);
    }
    return text;
}

static int run_make_room(struct run *run)
{
    if (run->connection_count < run->connection_capacity) {
        return 0;
    }
    size_t capacity = run->connection_capacity ? run->connection_capacity * 2 : 16;
    struct connection **connections =
        realloc(run->connections, capacity * sizeof(struct connection *));
    if (!connections) {
        return -ENOMEM;
    }
    run->connections = connections;
    struct connection **dirty = realloc(run->dirty, capacity * sizeof(struct connection *));
    if (!dirty) {
        return -ENOMEM;
    }
    run->dirty = dirty;
    uint32_t *holes = realloc(run->holes, capacity * sizeof(*holes));
    if (!holes) {
        return -ENOMEM;
    }
    run->holes = holes;
    const struct connection **told = realloc(run->told, capacity * sizeof(struct connection *));
    if (!told) {
        return -ENOMEM;
    }
    run->told = told;
    run->connection_capacity = capacity;
    return 0;
}

void connection_keep_spare(struct runner *runner, struct connection *connection)
{
    if (runner->spare_count == runner->spare_capacity) {
        size_t capacity = runner->spare_capacity ? runner->spare_capacity * 2 : 16;
        struct connection **spare = realloc(runner->spare, capacity * sizeof(struct connection *));
        if (!spare) {
            connection_free(connection);
            return;
        }
        runner->spare = spare;
        runner->spare_capacity = capacity;
    }
    runner->spare[runner->spare_count++] = connection;
}

/* One that nothing refers to any more, and that the result does not tell of, gives its place back.
 */
void connection_retire(struct connection *connection)
{
    struct run *run = connection->run;
    bool over = connection->accepted ? connection->session_ended
                                     : !connection_waits_for_accept(connection) || run_is_udp(run);
    bool closed = connection->client.watch.socket < 0;
    if (connection->kept || connection->current || connection->dirty || !over || !closed) {
        return;
    }
    if (run->by_port[connection->client.local.port] == connection) {
        run->by_port[connection->client.local.port] = NULL;
    }
    run->connections[connection->place] = NULL;
    run->holes[run->hole_count++] = connection->place;
    connection_keep_spare(run->runner, connection);
}

static void connection_take_name(struct run *run, struct connection *connection, uint32_t name)
{
    if (name == PLAN_NONE) {
        return;
    }
    struct connection *before = run->current[name];
    connection->order = run->named_connections++;
    connection->kept = connection->order < RESULT_CONNECTIONS_MAX;
    connection->nth = ++run->opened[name];
    connection->current = true;
    run->current[name] = connection;
    if (before) {
        before->current = false;
        connection_retire(before);
    }
}

static void connect_failed(struct run *run, int status)
{
    if (status == -EADDRNOTAVAIL) {
        run_fail(run, NULL, ORACLE_HARNESS,
                 "connect: no local port is free; too many connections were closed lately "
                 "(TIME_WAIT), reset them instead");
    } else if (status == -EAGAIN && run_is_udp(run)) {
        run_fail(run, NULL, ORACLE_HARNESS,
                 "connect: no local port is free; too many clients are open");
    } else {
        run_machine_failed(run, status);
    }
}

struct connection *connection_open(struct run *run, uint32_t name)
{
    int status = run_make_room(run);
    struct connection *connection = status == 0 ? connection_new(run) : NULL;
    if (!connection) {
        run_machine_failed(run, -ENOMEM);
        return NULL;
    }
    connection_begin(connection, name);
    connection_take_name(run, connection, name);
    connection->place =
        run->hole_count > 0 ? run->holes[--run->hole_count] : (uint32_t)run->connection_count++;
    run->connections[connection->place] = connection;
    struct world_address server = listener_address(run->listener);
    status = client_open(&connection->client, server.family);
    if (status == 0 && run->trace) {
        char label[256];
        world_trace_client(run->trace, connection->client.watch.socket,
                           connection_label(connection, label, sizeof(label)));
    }
    if (status == 0) {
        status = client_connect(&connection->client, &server);
    }
    if (status != 0) {
        connect_failed(run, status);
        return NULL;
    }
    if (connection->client.state != CLIENT_REFUSED) {
        struct connection **owner = &run->by_port[connection->client.local.port];
        connection->port_older = *owner && connection_waits_for_accept(*owner) ? *owner : NULL;
        *owner = connection;
    }
    if (run_is_udp(run)) {
        connection->accepted = true;
    } else if (connection->client.state != CLIENT_REFUSED) {
        connection_wait_begin(connection);
    }
    connection_mark(connection);
    return connection;
}

void connection_close(struct connection *connection, bool reset)
{
    struct run *run = connection->run;
    enum client_state state = connection->client.state;
    if ((connection->client.paused || client_has_unsent(&connection->client)) &&
        state == CLIENT_OPEN) {
        connection->blocked_once = run->blocked_once = true;
    }
    if (state == CLIENT_CONNECTING || state == CLIENT_HUNG) {
        connection_wait_end(connection);
    }
    if (reset) {
        client_reset(&connection->client);
    } else {
        client_close(&connection->client);
    }
    connection_mark(connection);
}
