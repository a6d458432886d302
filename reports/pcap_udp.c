/* SPDX-License-Identifier: MIT */
/* The packets of datagrams, and ICMP's word for those that met nobody. */
#include "pcap_flow.h"

/* Sockets are counted by what they hear: 'u', a local address, and a peer or nobody in particular.
 * 'k' marks every local address of the trace. */
static void count(struct pcap_flow *flow, const struct pcap_socket *socket, int more)
{
    struct pcap_map *map = &flow->story->map;
    struct pcap_key key =
        pcap_key_addresses('u', &socket->local, socket->peer.port ? &socket->peer : NULL);
    uint32_t so_far = pcap_map_get(map, key);
    int status = pcap_map_put(map, key, (so_far == PCAP_NONE ? 0 : so_far) + (uint32_t)more);
    flow->status = flow->status ? flow->status : status;
}

static bool is_counted(const struct pcap_flow *flow, char purpose,
                       const struct world_address *address, const struct world_address *peer)
{
    struct world_address any = {.family = address->family, .port = address->port};
    const struct pcap_map *map = &flow->story->map;
    uint32_t here = pcap_map_get(map, pcap_key_addresses(purpose, address, peer));
    uint32_t anywhere = pcap_map_get(map, pcap_key_addresses(purpose, &any, peer));
    return (here != PCAP_NONE && here > 0) || (anywhere != PCAP_NONE && anywhere > 0);
}

void pcap_udp_begin(struct pcap_flow *flow)
{
    for (size_t i = 0; i < flow->story->socket_count && flow->status == 0; i++) {
        struct pcap_socket *socket = &flow->story->sockets[i];
        if (socket->transport == WORLD_UDP) {
            flow->status =
                pcap_map_put(&flow->story->map, pcap_key_addresses('k', &socket->local, NULL), 1);
        }
    }
}

static void datagram(struct pcap_flow *flow, uint64_t at_ns, const struct world_address *from,
                     const struct world_address *to, struct pcap_payload payload)
{
    struct pcap_packet packet = {
        .at_ns = at_ns,
        .kind = PCAP_UDP,
        .size = (uint32_t)payload.size,
        .kept = payload.kept,
        .data = payload.data,
        .from = *from,
        .to = *to,
    };
    if (payload.size <= pcap_datagram_bytes_max(to->family)) {
        pcap_flow_add(flow, &packet);
    }
}

/* A bound socket's address, as the receiver sees it. */
static struct world_address sender_of(const struct pcap_socket *socket,
                                      const struct world_address *to)
{
    struct world_address from = pcap_address_on_wire(&socket->local);
    return from.family == to->family ? from : world_loopback(to->family, from.port);
}

static void send_to(struct pcap_flow *flow, const struct pcap_socket *socket,
                    const struct world_address *given, const struct trace_event *event)
{
    struct world_address to = pcap_address_on_wire(given);
    struct world_address from = sender_of(socket, &to);
    struct pcap_payload payload = pcap_flow_payload(flow, event, trace_event_moved(event));
    datagram(flow, event->at_ns, &from, &to, payload);
    if (is_counted(flow, 'u', &to, &from) || is_counted(flow, 'u', &to, NULL) ||
        payload.size > pcap_datagram_bytes_max(to.family)) {
        return;
    }
    struct pcap_packet answer = {
        .at_ns = event->at_ns,
        .kind = PCAP_UNREACHABLE,
        .size = (uint32_t)payload.size,
        .kept = payload.kept,
        .data = payload.data,
        .from = to,
        .to = from,
    };
    pcap_flow_add(flow, &answer);
}

/* A datagram from somebody whom the trace does not show is known by its receipt only. */
static void received(struct pcap_flow *flow, const struct pcap_socket *socket,
                     const struct trace_event *event)
{
    struct world_address from = pcap_address(event);
    if (!event->has_address || from.port == 0 || is_counted(flow, 'k', &from, NULL)) {
        return;
    }
    struct world_address to = sender_of(socket, &from);
    datagram(flow, event->at_ns, &from, &to,
             pcap_flow_payload(flow, event, (uint64_t)event->result));
}

void pcap_udp_event(struct pcap_flow *flow, struct pcap_socket *socket,
                    const struct trace_event *event)
{
    struct world_address address = pcap_address(event);
    bool closes = event->kind == WORLD_CALL_CLOSE;
    bool connects = event->kind == WORLD_CALL_CONNECT && event->result == 0;
    bool counted = !closes;
    if (socket->counted && (closes || connects)) {
        count(flow, socket, -1);
        socket->counted = false;
    }
    if (connects) {
        socket->peer = pcap_address_on_wire(&address);
    }
    if (counted && !socket->counted) {
        count(flow, socket, 1);
        socket->counted = true;
    }
    if (event->result < 0) {
        return;
    }
    if (event->kind == WORLD_CALL_SENDTO && event->has_address) {
        send_to(flow, socket, &address, event);
    } else if (event->kind == WORLD_CALL_SEND && socket->peer.port != 0) {
        send_to(flow, socket, &socket->peer, event);
    } else if (event->kind == WORLD_CALL_RECVFROM) {
        received(flow, socket, event);
    }
}
