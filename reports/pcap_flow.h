/* SPDX-License-Identifier: MIT */
/*
 * The packets of a story, made event by event: pcap_tcp.c for connections, pcap_udp.c for
 * datagrams.
 *
 * Everything that a call sends is on the wire at the time of the call, and so is the answer of the
 * other end's kernel. Lifetime: borrows the story, whose connections it drives. One thread.
 */
#ifndef DRILL_REPORTS_PCAP_FLOW_H
#define DRILL_REPORTS_PCAP_FLOW_H

#include "pcap_packet.h"
#include "pcap_story.h"

struct pcap_flow {
    struct pcap_story *story;
    struct pcap_packets *packets;
    uint64_t data_left; /* bytes that may still be kept: never more than the trace holds */
    int status;         /* the first error */
};

/* Bytes that a call moved, of which the first are known. */
struct pcap_payload {
    uint64_t size;
    uint32_t kept;
    const uint8_t *data;
};

/* All packets by time. 0 or -ENOMEM. */
int pcap_flow_packets(struct pcap_story *story, struct pcap_packets *packets);

/* What follows is for the parts of this module. */
void pcap_flow_add(struct pcap_flow *flow, const struct pcap_packet *packet);
struct pcap_payload pcap_flow_payload(const struct pcap_flow *flow, const struct trace_event *event,
                                      uint64_t size);

void pcap_tcp_connect(struct pcap_flow *flow, uint32_t index);
void pcap_tcp_send(struct pcap_flow *flow, struct pcap_connection *connection, int side,
                   uint64_t at_ns, struct pcap_payload payload);
void pcap_tcp_receive(struct pcap_flow *flow, struct pcap_connection *connection, int side,
                      uint64_t at_ns, struct pcap_payload payload);
/* The end of the stream was received. */
void pcap_tcp_saw_end(struct pcap_flow *flow, struct pcap_connection *connection, int side,
                      uint64_t at_ns);
void pcap_tcp_shutdown(struct pcap_flow *flow, struct pcap_connection *connection, int side,
                       uint64_t at_ns, enum world_shutdown how);
void pcap_tcp_close(struct pcap_flow *flow, struct pcap_connection *connection, int side,
                    uint64_t at_ns, bool resets);
/* The listener is gone, and with it what waited for accept. */
void pcap_tcp_stop_listening(struct pcap_flow *flow, const struct pcap_socket *listener,
                             uint64_t at_ns);

/* An event about a UDP socket. */
void pcap_udp_event(struct pcap_flow *flow, struct pcap_socket *socket,
                    const struct trace_event *event);
/* Before the first event: takes note of the addresses that the trace has sockets for. */
void pcap_udp_begin(struct pcap_flow *flow);

#endif
