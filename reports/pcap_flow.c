/* SPDX-License-Identifier: MIT */
#include "pcap_flow.h"

void pcap_flow_add(struct pcap_flow *flow, const struct pcap_packet *packet)
{
    struct pcap_packet added = *packet;
    /* Honest events share no bytes, so that this is never in their way. */
    added.kept = added.kept < flow->data_left ? added.kept : (uint32_t)flow->data_left;
    flow->data_left -= added.kind == PCAP_UNREACHABLE ? 0 : added.kept;
    int status = pcap_packets_add(flow->packets, &added);
    flow->status = flow->status ? flow->status : status;
}

struct pcap_payload pcap_flow_payload(const struct pcap_flow *flow, const struct trace_event *event,
                                      uint64_t size)
{
    return (struct pcap_payload){
        .size = size,
        .kept = event->size < size ? event->size : (uint32_t)size,
        .data = flow->story->trace->data + event->data,
    };
}

/* An event about an end of a connection. Calls that failed move nothing, but a socket is gone
 * whatever close returns. */
static void flow_stream(struct pcap_flow *flow, const struct pcap_socket *socket,
                        const struct trace_event *event)
{
    struct pcap_connection *connection = &flow->story->connections[socket->connection];
    int side = socket->side;
    struct pcap_payload payload = pcap_flow_payload(flow, event, trace_event_moved(event));
    if (event->kind == WORLD_CALL_CLOSE) {
        pcap_tcp_close(flow, connection, side, event->at_ns, socket->resets_on_close);
        return;
    }
    if (event->result < 0) {
        return;
    }
    if (event->kind == WORLD_CALL_SEND || event->kind == WORLD_CALL_SENDTO) {
        pcap_tcp_send(flow, connection, side, event->at_ns, payload);
    } else if (event->kind == WORLD_CALL_RECV || event->kind == WORLD_CALL_RECVFROM) {
        pcap_tcp_receive(flow, connection, side, event->at_ns, payload);
        if (event->result == 0 && event->argument > 0) {
            pcap_tcp_saw_end(flow, connection, side, event->at_ns);
        }
    } else if (event->kind == WORLD_CALL_SHUTDOWN) {
        pcap_tcp_shutdown(flow, connection, side, event->at_ns,
                          (enum world_shutdown)event->argument);
    }
}

static void flow_listener(struct pcap_flow *flow, const struct pcap_socket *socket,
                          const struct trace_event *event)
{
    bool shut = event->kind == WORLD_CALL_SHUTDOWN && event->result == 0 &&
                event->argument != WORLD_SHUT_WR;
    if (shut || event->kind == WORLD_CALL_CLOSE) {
        pcap_tcp_stop_listening(flow, socket, event->at_ns);
    }
}

/* A connection begins, or its server's end appears. */
static void flow_connection(struct pcap_flow *flow, const struct pcap_step *step,
                            const struct trace_event *event)
{
    struct pcap_story *story = flow->story;
    struct pcap_connection *connection = &story->connections[step->connection];
    bool accepted = event->kind == WORLD_CALL_ACCEPT;
    if (!accepted || !connection->known[PCAP_CLIENT]) {
        pcap_tcp_connect(flow, step->connection);
    }
    connection->accepted = accepted;
    struct pcap_socket *socket = &story->sockets[accepted ? step->made : step->socket];
    socket->connection = step->connection;
    socket->side = accepted ? PCAP_SERVER : PCAP_CLIENT;
}

static void flow_event(struct pcap_flow *flow, const struct pcap_step *step,
                       const struct trace_event *event)
{
    struct pcap_socket *sockets = flow->story->sockets;
    if (step->connection != PCAP_NONE) {
        flow_connection(flow, step, event);
        return;
    }
    uint32_t about = step->socket != PCAP_NONE ? step->socket : step->made;
    if (about == PCAP_NONE) {
        return;
    }
    struct pcap_socket *socket = &sockets[about];
    if (socket->transport == WORLD_UDP) {
        pcap_udp_event(flow, socket, event);
        return;
    }
    if (event->kind == WORLD_CALL_SET && event->argument == WORLD_RESET_ON_CLOSE &&
        event->result == 0) {
        socket->resets_on_close = event->value != 0;
    }
    flow_listener(flow, socket, event);
    if (socket->connection != PCAP_NONE) {
        flow_stream(flow, socket, event);
    }
}

int pcap_flow_packets(struct pcap_story *story, struct pcap_packets *packets)
{
    const struct trace_view *trace = story->trace;
    struct pcap_flow flow = {
        .story = story, .packets = packets, .data_left = trace->data_size, .status = 0};
    pcap_story_rewind(story);
    pcap_udp_begin(&flow);
    for (size_t i = 0; i < trace->event_count && flow.status == 0; i++) {
        flow_event(&flow, &story->steps[i], &trace->events[i]);
    }
    pcap_packets_sort(packets);
    return flow.status;
}
