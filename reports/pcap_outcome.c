/* SPDX-License-Identifier: MIT */
/*
 * What became of each connect, from what was asked and answered later.
 *
 * A call that works on a connection proves that it was established, and so does accept; errors tell
 * of refusals. Where nothing says otherwise it was established at once. A client that was seen
 * still connecting was established by the last SYN that it sent before the proof.
 */
#include <errno.h>

#include "pcap_story.h"
#include "world_sim.h"

/* Connections from one client address that are looked through for the one that was accepted. */
#define SAME_CLIENT_MAX 16

uint64_t pcap_outcome_retry_ns(const struct pcap_connection *connection, unsigned nth)
{
    /* The schedule ends with the moment of giving up, when no SYN is sent. */
    if (world_sim_syn_retry_ns(nth + 1) == UINT64_MAX) {
        return UINT64_MAX;
    }
    uint64_t after_ns = world_sim_syn_retry_ns(nth);
    return after_ns < UINT64_MAX - connection->begun_ns ? connection->begun_ns + after_ns
                                                        : UINT64_MAX;
}

/* When the last SYN before that moment was sent. */
static uint64_t last_retry_ns(const struct pcap_connection *connection, uint64_t at_ns)
{
    uint64_t last_ns = connection->begun_ns;
    uint64_t next_ns = pcap_outcome_retry_ns(connection, 1);
    for (unsigned n = 2; next_ns <= at_ns && next_ns != UINT64_MAX; n++) {
        last_ns = next_ns;
        next_ns = pcap_outcome_retry_ns(connection, n);
    }
    return last_ns;
}

static void decide(struct pcap_connection *connection, enum pcap_outcome outcome, uint64_t at_ns)
{
    if (connection->outcome != PCAP_UNDECIDED) {
        return;
    }
    connection->outcome = outcome;
    connection->look_pending = false;
    if (connection->ended && connection->ended_ns < at_ns) {
        at_ns = connection->ended_ns;
    }
    connection->decided_ns = connection->begun_ns;
    if (connection->looked) {
        uint64_t retry_ns = last_retry_ns(connection, at_ns);
        connection->decided_ns = retry_ns > connection->looked_ns ? retry_ns : at_ns;
    }
}

static void gave_up(struct pcap_connection *connection, uint64_t at_ns)
{
    if (connection->outcome == PCAP_UNDECIDED && !connection->ended) {
        connection->ended = true;
        connection->ended_ns = at_ns;
    }
}

/* What an error of connect, or of a call on its socket, says of it. */
static void decide_by_error(struct pcap_connection *connection, int64_t error, uint64_t at_ns)
{
    switch (error) {
    case ECONNREFUSED:
        decide(connection, PCAP_REFUSED, at_ns);
        break;
    case ETIMEDOUT:
        gave_up(connection, at_ns);
        decide(connection, PCAP_HUNG, at_ns);
        break;
    case ECONNRESET:
    case EPIPE:
    case EISCONN:
        decide(connection, PCAP_ESTABLISHED, at_ns);
        break;
    }
}

/* A look that found no peer counts when the next question tells of no error. */
static void settle_look(struct pcap_connection *connection, const struct trace_event *event)
{
    bool no_error =
        event->kind == WORLD_CALL_ASK && event->argument == WORLD_ERROR && event->result == 0;
    if (connection->look_pending && no_error) {
        connection->looked = true;
        connection->looked_ns = connection->look_ns;
    }
    connection->look_pending = false;
}

/* An event on the client's socket. */
static void watch_client(struct pcap_connection *connection, const struct trace_event *event)
{
    uint64_t at_ns = event->at_ns;
    settle_look(connection, event);
    switch ((enum world_call)event->kind) {
    case WORLD_CALL_CONNECT:
    case WORLD_CALL_GETPEERNAME:
        if (event->result == 0) {
            decide(connection, PCAP_ESTABLISHED, at_ns);
        } else if (event->result == -ENOTCONN) {
            connection->look_pending = true;
            connection->look_ns = at_ns;
        } else {
            decide_by_error(connection, -event->result, at_ns);
        }
        break;
    case WORLD_CALL_ASK:
        if (event->argument == WORLD_ERROR) {
            decide_by_error(connection, event->result, at_ns);
        }
        break;
    case WORLD_CALL_RECV:
    case WORLD_CALL_RECVFROM:
    case WORLD_CALL_SEND:
    case WORLD_CALL_SENDTO:
        if (event->result > 0) {
            decide(connection, PCAP_ESTABLISHED, at_ns);
        } else if (event->result != -EPIPE) {
            decide_by_error(connection, -event->result, at_ns);
        }
        break;
    case WORLD_CALL_SHUTDOWN:
    case WORLD_CALL_CLOSE:
        gave_up(connection, at_ns);
        break;
    case WORLD_CALL_SOCKET:
    case WORLD_CALL_BIND:
    case WORLD_CALL_LISTEN:
    case WORLD_CALL_ACCEPT:
    case WORLD_CALL_GETSOCKNAME:
    case WORLD_CALL_SET:
    case WORLD_CALL_WATCH:
    case WORLD_CALL_WAIT:
    case WORLD_CALL_PASS:
        break;
    }
}

/* Listeners are found by family and port: whoever listens on every interface is found too. */
static struct pcap_key listener_key(const struct world_address *address)
{
    struct world_address place = {.family = address->family, .port = address->port};
    return pcap_key_addresses('l', &place, NULL);
}

static struct pcap_key client_key(const struct world_address *address)
{
    return pcap_key_addresses('c', address, NULL);
}

static int end_listening(struct pcap_story *story, uint32_t socket)
{
    struct pcap_key key = listener_key(&story->sockets[socket].local);
    story->sockets[socket].listens = false;
    return pcap_map_get(&story->map, key) == socket ? pcap_map_put(&story->map, key, PCAP_NONE) : 0;
}

static int begin_listening(struct pcap_story *story, uint32_t socket)
{
    story->sockets[socket].listens = true;
    return pcap_map_put(&story->map, listener_key(&story->sockets[socket].local), socket);
}

/* A listener that was shut and listens again may have got another port. */
static int rename_listener(struct pcap_story *story, uint32_t socket,
                           const struct trace_event *event)
{
    int status = end_listening(story, socket);
    story->sockets[socket].local = pcap_address(event);
    return status == 0 ? begin_listening(story, socket) : status;
}

/* Makes the connection one of its listener's, and one that accept may find. */
static int link_up(struct pcap_story *story, uint32_t index, uint32_t listener)
{
    struct pcap_connection *connection = &story->connections[index];
    struct pcap_key key = client_key(&connection->address[PCAP_CLIENT]);
    connection->older = pcap_map_get(&story->map, key);
    connection->listener = listener;
    if (listener != PCAP_NONE) {
        connection->known[PCAP_SERVER] = true;
        struct pcap_socket *socket = &story->sockets[listener];
        if (socket->last_connection == PCAP_NONE) {
            socket->first_connection = index;
        } else {
            story->connections[socket->last_connection].next_of_listener = index;
        }
        socket->last_connection = index;
    }
    return pcap_map_put(&story->map, key, index);
}

static int begin(struct pcap_story *story, const struct pcap_step *step,
                 const struct trace_event *event)
{
    struct pcap_connection *connection = &story->connections[step->connection];
    struct pcap_socket *socket = &story->sockets[step->socket];
    socket->connection = step->connection;
    socket->side = PCAP_CLIENT;
    int status =
        link_up(story, step->connection,
                pcap_map_get(&story->map, listener_key(&connection->address[PCAP_SERVER])));
    watch_client(connection, event);
    return status;
}

/* The oldest connection from that address that may be in the listener's queue. */
static uint32_t find_accepted(const struct pcap_story *story, const struct pcap_step *step,
                              const struct world_address *client)
{
    uint16_t port = story->sockets[step->socket].local.port;
    uint32_t found = PCAP_NONE;
    uint32_t index = pcap_map_get(&story->map, client_key(client));
    for (int i = 0; i < SAME_CLIENT_MAX && index != PCAP_NONE; i++) {
        const struct pcap_connection *connection = &story->connections[index];
        bool hung =
            connection->outcome == PCAP_UNDECIDED && connection->ended && connection->looked;
        bool here = port == 0 || connection->address[PCAP_SERVER].port == port;
        if (connection->accepted) {
            break;
        }
        if (here && !hung && connection->outcome != PCAP_REFUSED &&
            connection->outcome != PCAP_HUNG) {
            found = index;
        }
        index = connection->older;
    }
    return found;
}

/* An accepted connection whose client is not in the trace. */
static uint32_t foreign(struct pcap_story *story, const struct pcap_step *step,
                        const struct trace_event *event)
{
    struct world_address address[2] = {pcap_address(event), story->sockets[step->socket].local};
    if (address[PCAP_SERVER].port == 0) {
        address[PCAP_SERVER] = story->sockets[step->made].local;
    }
    if (!event->has_address) {
        address[PCAP_CLIENT].family = address[PCAP_SERVER].family;
    }
    if (address[PCAP_SERVER].family != address[PCAP_CLIENT].family) {
        address[PCAP_SERVER] =
            world_loopback(address[PCAP_CLIENT].family, address[PCAP_SERVER].port);
    }
    if (address[PCAP_SERVER].port == 0) {
        address[PCAP_SERVER].port = pcap_story_port(story);
    }
    pcap_story_complete(story, address);
    return pcap_story_connection(story, &address[PCAP_CLIENT], &address[PCAP_SERVER], event->at_ns);
}

static int accepted(struct pcap_story *story, struct pcap_step *step,
                    const struct trace_event *event)
{
    struct world_address client = pcap_address(event);
    step->connection = find_accepted(story, step, &client);
    if (step->connection == PCAP_NONE) {
        step->connection = foreign(story, step, event);
        if (step->connection == PCAP_NONE || link_up(story, step->connection, step->socket) != 0) {
            return -ENOMEM;
        }
    }
    struct pcap_connection *connection = &story->connections[step->connection];
    connection->accepted = connection->known[PCAP_SERVER] = true;
    decide(connection, PCAP_ESTABLISHED, event->at_ns);
    return 0;
}

static int follow(struct pcap_story *story, struct pcap_step *step, const struct trace_event *event)
{
    const struct pcap_socket *socket = &story->sockets[step->socket];
    if (step->connection != PCAP_NONE) {
        return begin(story, step, event);
    }
    if (socket->connection != PCAP_NONE && socket->side == PCAP_CLIENT) {
        watch_client(&story->connections[socket->connection], event);
    }
    bool closes = event->kind == WORLD_CALL_CLOSE ||
                  (event->kind == WORLD_CALL_SHUTDOWN && event->argument != WORLD_SHUT_WR);
    bool names = event->kind == WORLD_CALL_GETSOCKNAME && event->result == 0;
    bool listens = event->kind == WORLD_CALL_LISTEN && event->result == 0;
    if (event->kind == WORLD_CALL_ACCEPT && step->made != PCAP_NONE) {
        return accepted(story, step, event);
    }
    if (socket->transport == WORLD_TCP && listens) {
        return begin_listening(story, step->socket);
    }
    /* What the trace did not see made may listen already; it is asked for its name first. */
    if (socket->transport == WORLD_TCP && names && event->has_address &&
        (socket->listens || (socket->inherited && socket->connection == PCAP_NONE))) {
        return rename_listener(story, step->socket, event);
    }
    return closes ? end_listening(story, step->socket) : 0;
}

static void settle_rest(struct pcap_story *story)
{
    const struct trace_view *trace = story->trace;
    uint64_t end_ns = trace->event_count ? trace->events[trace->event_count - 1].at_ns : 0;
    for (size_t i = 0; i < story->connection_count; i++) {
        struct pcap_connection *connection = &story->connections[i];
        if (!connection->ended) {
            connection->ended_ns = end_ns;
        }
        if (connection->looked) {
            decide(connection, PCAP_HUNG, end_ns);
        } else {
            decide(connection, connection->listener != PCAP_NONE ? PCAP_ESTABLISHED : PCAP_REFUSED,
                   end_ns);
        }
    }
}

int pcap_outcome_find(struct pcap_story *story)
{
    int status = 0;
    pcap_story_rewind(story);
    for (size_t i = 0; i < story->trace->event_count && status == 0; i++) {
        struct pcap_step *step = &story->steps[i];
        if (step->socket != PCAP_NONE) {
            status = follow(story, step, &story->trace->events[i]);
        }
    }
    settle_rest(story);
    return status;
}
