/* SPDX-License-Identifier: MIT */
/* Turns the loop until every connection is settled as settle.h defines it. */
#include <errno.h>
#include <stdio.h>

#include "run.h"

static struct settle_connection settle_facts(const struct connection *connection)
{
    const struct run *run = connection->run;
    const struct client *client = &connection->client;
    bool listening = run->listener && listener_is_open(run->listener);
    /* A UDP listener is one session for all. */
    const struct connection *served = run_is_udp(run) ? &run->datagrams : connection;
    bool session_open = connection->accepted && !connection->session_ended;
    return (struct settle_connection){
        .datagrams = run_is_udp(run),
        .may_accept = listening && listener_is_accepting(run->listener),
        .listener_open = listening,
        .connecting = client->state == CLIENT_CONNECTING,
        .client_open = client->state == CLIENT_OPEN,
        .client_paused = client->paused,
        .client_has_unsent = client_has_unsent(client),
        .client_send_stuck = client->send_stuck,
        .client_send_failed = client->broken,
        .client_finished = client->finished,
        .client_closed = client->state == CLIENT_CLOSED,
        .client_sent_to_ended = connection->sent_to_ended,
        .client_broken = client->broken,
        .client_saw_end = client->end != 0,
        .client_sent = client->sent,
        .client_received = client->received + connection->lost_down,
        .unheard = connection->unheard,
        .refusals = client->refusals,
        .accepted = connection->accepted,
        .session_open = session_open,
        .session_blocked = session_open && served->session && session_is_blocked(served->session),
        .session_finished = connection->session_finished,
        .session_sent = connection->session_sent,
        .session_received = connection->session_received + connection->lost_up,
    };
}

/* The accept queue of the listener is longer than its backlog: tcp(7) answers no further SYN. */
static bool accept_queue_is_full(const struct run *run)
{
    if (!run->listener || !listener_is_open(run->listener)) {
        return false;
    }
    int queued = world_ask(run->world, listener_socket(run->listener), WORLD_ACCEPT_QUEUE);
    return queued > (int)run->plan->server.backlog;
}

static bool settle_connect(struct run *run, struct connection *connection)
{
    client_poll_connect(&connection->client);
    if (connection->client.state == CLIENT_CONNECTING && accept_queue_is_full(run)) {
        connection->client.state = CLIENT_HUNG;
    }
    if (connection->client.state == CLIENT_REFUSED) {
        connection_wait_end(connection);
    }
    return connection->client.state != CLIENT_CONNECTING;
}

/* Datagrams that found the listener's queue full never arrive. They are told apart from late ones
 * by the socket's count, and can only be booked when all that is outstanding is known to be lost.
 */
static bool settle_lost_upstream(struct run *run)
{
    uint64_t outstanding = 0;
    int dropped = world_ask(run->world, listener_socket(run->listener), WORLD_DROPPED);
    for (size_t i = 0; i < run->connection_count; i++) {
        const struct connection *connection = run->connections[i];
        if (connection) {
            outstanding += connection->client.sent - connection->unheard -
                           connection->session_received - connection->lost_up;
        }
    }
    if (dropped < 0 || outstanding == 0 ||
        (uint64_t)dropped - run->datagrams_dropped != outstanding) {
        return false;
    }
    run->datagrams_dropped = (uint64_t)dropped;
    /* How many fit is the kernel's business. */
    run->datagrams.blocked_once = run->blocked_once = true;
    for (size_t i = 0; i < run->connection_count; i++) {
        struct connection *connection = run->connections[i];
        if (connection) {
            connection->lost_up =
                connection->client.sent - connection->unheard - connection->session_received;
        }
    }
    return true;
}

static bool settle_downstream(struct run *run, struct connection *connection)
{
    if (connection->client.log_full) {
        return false;
    }
    if (client_receive(&connection->client)) {
        return true;
    }
    if (!run_is_udp(run)) {
        return false;
    }
    int dropped = world_ask(run->world, connection->client.watch.socket, WORLD_DROPPED);
    bool lost = dropped > 0 && (uint64_t)dropped > connection->lost_down;
    if (lost) {
        connection->lost_down = (uint64_t)dropped;
    }
    return lost;
}

/* What can be done from here for a connection that waits; whether anything changed. */
static bool settle_act(struct run *run, struct connection *connection, enum settle_wait wait)
{
    struct client *client = &connection->client;
    uint64_t before = client->sent;
    switch (wait) {
    case SETTLE_CONNECT:
        return settle_connect(run, connection);
    case SETTLE_SEND:
        return client_push(client) != 0 || client->sent != before;
    case SETTLE_DOWNSTREAM:
    case SETTLE_DOWNSTREAM_END:
        return settle_downstream(run, connection);
    case SETTLE_BREAK:
    case SETTLE_REFUSAL:
        before = client->refusals;
        client_ask_error(client);
        return client->broken || client->refusals != before;
    case SETTLE_UPSTREAM:
    case SETTLE_DRAIN:
    case SETTLE_ACCEPT:
    case SETTLE_UPSTREAM_END:
    case SETTLED:
        break;
    }
    return false;
}

/* Makes the loop listen for what a waiting client waits for; the server's side is always listened
 * to. */
static int settle_listen(struct connection *connection, enum settle_wait wait)
{
    struct client *client = &connection->client;
    if (client->watch.socket < 0 || client->end != 0) {
        return 0;
    }
    if (wait == SETTLE_CONNECT || wait == SETTLE_SEND) {
        return client_listen_for(client, true);
    }
    if (wait == SETTLE_ACCEPT || wait == SETTLE_UPSTREAM || wait == SETTLE_UPSTREAM_END) {
        return 0;
    }
    return client_listen_for(client, client_has_unsent(client));
}

static enum step_state settle_failed(struct run *run, struct lane *lane,
                                     const struct connection *connection, enum settle_wait wait)
{
    char label[256];
    return run_fail(run, lane, ORACLE_SETTLE,
                    "connection \"%s\" did not settle within 10 s: it waits for %s",
                    connection_label(connection, label, sizeof(label)), settle_wait_text(wait));
}

/* How long a run that makes no progress is waited for. */
struct patience {
    uint64_t give_up_ns; /* of the world's time; 0: nobody has looked yet */
    uint64_t moves;      /* of the run when the time was last put off */
    uint32_t turns;      /* in which something was ready */
    uint64_t looked_ns;  /* the world's time at the last look, */
    uint32_t looks;      /* and how many there were at that instant */
};

/* While something is ready the time is looked at only now and then. Where it stands still, as a
 * simulated one does until nothing is ready any more, nothing will come of it. */
#define TURNS_PER_LOOK 1024
#define LOOKS_MAX      64

static bool patience_is_over(struct run *run, struct patience *patience)
{
    uint64_t now_ns = world_now_ns(run->world);
    if (patience->give_up_ns == 0 || patience->moves != run->moves) {
        patience->give_up_ns = now_ns + RUN_SETTLE_NS;
        patience->moves = run->moves;
        patience->looks = 0;
        run->runner->progress->beats++;
    }
    patience->looks = now_ns == patience->looked_ns ? patience->looks + 1 : 0;
    patience->looked_ns = now_ns;
    return now_ns >= patience->give_up_ns || patience->looks > LOOKS_MAX;
}

/* Waits for something to do. On a slow network every packet is looked at: one may fill the accept
 * queue, or let in a connect that hung, and neither makes a socket ready. */
static int settle_wait(struct run *run, const struct patience *patience)
{
    if (run->plan->network.latency_ns == 0) {
        return loop_turn(&run->loop, patience->give_up_ns);
    }
    (void)world_pass(run->world, patience->give_up_ns - world_now_ns(run->world));
    run_look_at_hung(run);
    return 0;
}

/* One turn of the loop for a connection that waits. */
static enum step_state settle_turn(struct run *run, struct lane *lane,
                                   struct connection *connection, enum settle_wait wait,
                                   struct patience *patience)
{
    int status = loop_turn(&run->loop, 0);
    if (status > 0 && ++patience->turns % TURNS_PER_LOOK != 0) {
        return STEP_DONE;
    }
    if (status == 0 && wait == SETTLE_UPSTREAM && run_is_udp(run) && settle_lost_upstream(run)) {
        return STEP_DONE;
    }
    if (status >= 0 && patience_is_over(run, patience)) {
        return settle_failed(run, lane, connection, wait);
    }
    if (status == 0) {
        status = settle_listen(connection, wait);
        if (status == 0) {
            status = settle_wait(run, patience);
        }
    }
    return status >= 0 || status == -EINTR ? STEP_DONE : run_machine_failed(run, status);
}

static enum step_state settle_connections(struct run *run, struct lane *lane)
{
    struct patience patience = {0};
    while (settle_is_lossy(run) && settle_lossy(run)) {
        run->moves++;
    }
    while (run->dirty_count > 0) {
        struct connection *connection = run->dirty[run->dirty_count - 1];
        struct settle_connection facts = settle_facts(connection);
        enum settle_wait wait = settle_wait_of(&facts);
        if (wait == SETTLED) {
            connection->dirty = false;
            run->dirty_count--;
            continue;
        }
        if (settle_act(run, connection, wait)) {
            run->moves++;
            continue;
        }
        if (connection->client.log_full) {
            return run_fail(run, lane, ORACLE_HARNESS,
                            "a client received more than the harness holds (%zu bytes)",
                            connection->client.log.size_max);
        }
        enum step_state state = settle_turn(run, lane, connection, wait, &patience);
        if (state != STEP_DONE) {
            return state;
        }
    }
    return run_check_plugin(run, lane);
}

enum step_state run_settle(struct run *run, struct lane *lane)
{
    run->runner->progress->beats++;
    run_look_at_hung(run);
    enum step_state state = settle_connections(run, lane);
    while (state == STEP_DONE && server_next_timer_ns(&run->server) <= run->clock.now_ns) {
        if (++run->wakes > RUN_WAKES_MAX) {
            return run_fail(run, lane, ORACLE_SETTLE,
                            "timers ran more than %d times within this step: the plugin asks to be "
                            "woken without end",
                            RUN_WAKES_MAX);
        }
        run->runner->progress->beats++;
        server_run_timers(&run->server);
        /* A listener that was out of descriptors may accept again. */
        connection_mark_unaccepted(run);
        state = settle_connections(run, lane);
    }
    return state;
}
