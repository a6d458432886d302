/* SPDX-License-Identifier: MIT */
#include "pcap_story.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Made-up ports are looked for from here on: RFC 6335, 6, dynamic ports. */
#define MADE_UP_PORT_FIRST 49152u

struct world_address pcap_address(const struct trace_event *event)
{
    struct world_address address = event->address;
    if (address.family == WORLD_IPV4) {
        memset(address.ip + 4, 0, sizeof(address.ip) - 4);
    }
    return address;
}

struct world_address pcap_address_on_wire(const struct world_address *address)
{
    static const uint8_t any[sizeof(address->ip)];
    bool is_any = memcmp(address->ip, any, sizeof(any)) == 0;
    return is_any ? world_loopback(address->family, address->port) : *address;
}

/* Room for one more in an array of `count`; NULL without memory. */
static void *grow(void *array, size_t *room, size_t count, size_t size)
{
    if (count < *room) {
        return array;
    }
    size_t larger = *room ? 2 * *room : 16;
    void *moved = realloc(array, larger * size);
    if (moved) {
        *room = larger;
    }
    return moved;
}

static uint32_t story_socket(struct pcap_story *story, enum world_transport transport,
                             enum world_family family, int32_t number)
{
    struct pcap_socket *sockets =
        grow(story->sockets, &story->socket_room, story->socket_count, sizeof(*sockets));
    if (!sockets) {
        return PCAP_NONE;
    }
    story->sockets = sockets;
    uint32_t index = (uint32_t)story->socket_count++;
    sockets[index] = (struct pcap_socket){
        .transport = transport,
        .first.family = family,
        .local.family = family,
        .connection = PCAP_NONE,
        .first_connection = PCAP_NONE,
        .last_connection = PCAP_NONE,
    };
    return pcap_map_put(&story->map, pcap_key_number(number), index) == 0 ? index : PCAP_NONE;
}

uint32_t pcap_story_connection(struct pcap_story *story, const struct world_address *client,
                               const struct world_address *server, uint64_t at_ns)
{
    struct pcap_connection *connections = grow(story->connections, &story->connection_room,
                                               story->connection_count, sizeof(*connections));
    if (!connections) {
        return PCAP_NONE;
    }
    story->connections = connections;
    uint32_t index = (uint32_t)story->connection_count++;
    connections[index] = (struct pcap_connection){
        .address = {*client, *server},
        .listener = PCAP_NONE,
        .next_of_listener = PCAP_NONE,
        .older = PCAP_NONE,
        .begun_ns = at_ns,
    };
    return index;
}

uint16_t pcap_story_port(struct pcap_story *story)
{
    for (unsigned i = 0; i < 65536 - MADE_UP_PORT_FIRST; i++) {
        uint32_t port = story->next_port++;
        if (story->next_port == 65536) {
            story->next_port = MADE_UP_PORT_FIRST;
        }
        if (!(story->ports[port / 8] & 1u << port % 8)) {
            return (uint16_t)port;
        }
    }
    return MADE_UP_PORT_FIRST;
}

void pcap_story_complete(struct pcap_story *story, struct world_address address[2])
{
    address[PCAP_SERVER] = pcap_address_on_wire(&address[PCAP_SERVER]);
    if (address[PCAP_CLIENT].family != address[PCAP_SERVER].family) {
        address[PCAP_CLIENT] = (struct world_address){.family = address[PCAP_SERVER].family};
    }
    address[PCAP_CLIENT] = pcap_address_on_wire(&address[PCAP_CLIENT]);
    if (address[PCAP_CLIENT].port == 0) {
        address[PCAP_CLIENT].port = pcap_story_port(story);
    }
}

/* The socket that the event is about, where it is about one. One that was never made in this trace
 * is older than it, or its making was omitted. */
static int story_find(struct pcap_story *story, const struct trace_event *event,
                      struct pcap_step *step)
{
    bool datagrams = event->kind == WORLD_CALL_RECVFROM || event->kind == WORLD_CALL_SENDTO;
    if (event->socket < 0 || event->kind >= WORLD_CALL_COUNT) {
        return 0;
    }
    step->socket = pcap_map_get(&story->map, pcap_key_number(event->socket));
    if (step->socket == PCAP_NONE && event->kind != WORLD_CALL_CLOSE) {
        enum world_family family = event->has_address ? event->address.family : WORLD_IPV4;
        step->socket = story_socket(story, WORLD_TCP, family, event->socket);
        if (step->socket == PCAP_NONE) {
            return -ENOMEM;
        }
        story->sockets[step->socket].inherited = true;
    }
    if (step->socket != PCAP_NONE && story->sockets[step->socket].inherited && datagrams) {
        story->sockets[step->socket].transport = WORLD_UDP;
    }
    return 0;
}

/* The latest address counts for the socket; for a connection, the first one after its connect. */
static void story_named(struct pcap_story *story, struct pcap_socket *socket,
                        const struct trace_event *event)
{
    if (event->result != 0 || !event->has_address || event->address.port == 0) {
        return;
    }
    socket->local = pcap_address(event);
    if (socket->first.port == 0) {
        socket->first = socket->local;
    }
    if (socket->connection != PCAP_NONE && socket->side == PCAP_CLIENT) {
        struct world_address *client = &story->connections[socket->connection].address[PCAP_CLIENT];
        if (client->port == 0) {
            *client = socket->local;
        }
    }
}

static int story_connect(struct pcap_story *story, const struct trace_event *event,
                         struct pcap_step *step)
{
    struct pcap_socket *socket = &story->sockets[step->socket];
    bool first = socket->connection == PCAP_NONE;
    /* A connect that goes on is told by EALREADY, and one that ended by what became of it. */
    bool begins = event->result == -EINPROGRESS ||
                  (first && (event->result == 0 || event->result == -ECONNREFUSED));
    if (socket->transport != WORLD_TCP || !begins || !event->has_address) {
        return 0;
    }
    struct world_address server = pcap_address(event);
    struct world_address client = {.family = server.family};
    if (first) {
        client = socket->local;
    }
    step->connection = pcap_story_connection(story, &client, &server, event->at_ns);
    if (step->connection == PCAP_NONE) {
        return -ENOMEM;
    }
    story->connections[step->connection].known[PCAP_CLIENT] = true;
    socket->connection = step->connection;
    socket->side = PCAP_CLIENT;
    return 0;
}

/* What the event says of who is who; what it does is for later. */
static int story_call(struct pcap_story *story, const struct trace_event *event,
                      struct pcap_step *step)
{
    struct pcap_socket *socket = step->socket != PCAP_NONE ? &story->sockets[step->socket] : NULL;
    if (event->kind == WORLD_CALL_SOCKET && event->result >= 0) {
        step->made = story_socket(story, event->argument >> 8 == WORLD_UDP ? WORLD_UDP : WORLD_TCP,
                                  (event->argument & 0xff) == WORLD_IPV6 ? WORLD_IPV6 : WORLD_IPV4,
                                  (int32_t)event->result);
        return step->made != PCAP_NONE ? 0 : -ENOMEM;
    }
    if (!socket) {
        return 0;
    }
    if (event->kind == WORLD_CALL_ACCEPT && event->result >= 0) {
        step->made = story_socket(story, WORLD_TCP, event->address.family, (int32_t)event->result);
        return step->made != PCAP_NONE ? 0 : -ENOMEM;
    }
    if (event->kind == WORLD_CALL_BIND || event->kind == WORLD_CALL_GETSOCKNAME) {
        story_named(story, socket, event);
    } else if (event->kind == WORLD_CALL_CONNECT) {
        return story_connect(story, event, step);
    } else if (event->kind == WORLD_CALL_CLOSE) {
        return pcap_map_put(&story->map, pcap_key_number(event->socket), PCAP_NONE);
    }
    return 0;
}

void pcap_story_rewind(struct pcap_story *story)
{
    for (size_t i = 0; i < story->socket_count; i++) {
        story->sockets[i].connection = PCAP_NONE;
        if (story->sockets[i].transport == WORLD_TCP) {
            story->sockets[i].local = story->sockets[i].first;
        }
    }
}

static void story_make_up_addresses(struct pcap_story *story)
{
    story->next_port = MADE_UP_PORT_FIRST;
    for (size_t i = 0; i < story->trace->event_count; i++) {
        uint16_t port = story->trace->events[i].address.port;
        story->ports[port / 8] |= (uint8_t)(1u << port % 8);
    }
    for (size_t i = 0; i < story->connection_count; i++) {
        pcap_story_complete(story, story->connections[i].address);
    }
    for (size_t i = 0; i < story->socket_count; i++) {
        struct pcap_socket *socket = &story->sockets[i];
        if (socket->transport == WORLD_UDP && socket->local.port == 0) {
            socket->local = world_loopback(socket->local.family, pcap_story_port(story));
        }
    }
}

int pcap_story_read(struct pcap_story *story, const struct trace_view *trace)
{
    *story = (struct pcap_story){.trace = trace};
    story->steps = malloc((trace->event_count + 1) * sizeof(*story->steps));
    int status = story->steps ? 0 : -ENOMEM;
    for (size_t i = 0; i < trace->event_count && status == 0; i++) {
        struct pcap_step *step = &story->steps[i];
        *step = (struct pcap_step){PCAP_NONE, PCAP_NONE, PCAP_NONE};
        status = story_find(story, &trace->events[i], step);
        if (status == 0) {
            status = story_call(story, &trace->events[i], step);
        }
    }
    if (status == 0) {
        story_make_up_addresses(story);
        status = pcap_outcome_find(story);
    }
    return status;
}

void pcap_story_fini(struct pcap_story *story)
{
    pcap_map_fini(&story->map);
    free(story->steps);
    free(story->sockets);
    free(story->connections);
    *story = (struct pcap_story){0};
}
