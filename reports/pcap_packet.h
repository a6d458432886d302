/* SPDX-License-Identifier: MIT */
/*
 * Packets as values, and the bytes they are on the wire: IPv4 (RFC 791), IPv6 (RFC 8200), TCP
 * (RFC 9293), UDP (RFC 768), ICMP (RFC 792) and ICMPv6 (RFC 4443), with all their checksums.
 *
 * Packets borrow their payload. Not thread-safe where a list is shared.
 */
#ifndef DRILL_REPORTS_PCAP_PACKET_H
#define DRILL_REPORTS_PCAP_PACKET_H

#include "world.h"

/* Flags of TCP, as in its header. */
#define PCAP_FIN 0x01u
#define PCAP_SYN 0x02u
#define PCAP_RST 0x04u
#define PCAP_PSH 0x08u
#define PCAP_ACK 0x10u

#define PCAP_WIRE_BYTES_MAX ((size_t)40 + 65535) /* the largest IPv6 packet without jumbograms */

enum pcap_kind {
    PCAP_TCP,
    PCAP_UDP,
    PCAP_UNREACHABLE /* nobody has the port that the datagram before was sent to; the datagram's
                        payload is this packet's */
};

struct pcap_packet {
    uint64_t at_ns;
    enum pcap_kind kind;
    uint32_t order;  /* from 1, as added; given by pcap_packets_add */
    uint8_t flags;   /* TCP */
    uint16_t window; /* TCP, as in the header */
    uint32_t seq;    /* TCP */
    uint32_t ack;    /* TCP; 0 without PCAP_ACK */
    uint32_t size;   /* of the payload */
    uint32_t kept;   /* bytes of it that are known; with fewer, the packet is captured in part */
    const uint8_t *data;
    struct world_address from, to; /* of one family */
};

/* In the order in which they were added. Zeroed memory is an empty list. */
struct pcap_packets {
    struct pcap_packet *all;
    size_t count, room;
};

/* A trace of a run gives fewer packets; one that a broken worker made up gives no more. */
#define PCAP_PACKETS_MAX ((size_t)1 << 20)

/* Beyond the maximum a packet is passed over. 0 or -ENOMEM. */
int pcap_packets_add(struct pcap_packets *packets, const struct pcap_packet *packet);
/* By time; packets of one moment stay in order. */
void pcap_packets_sort(struct pcap_packets *packets);
void pcap_packets_fini(struct pcap_packets *packets);

/* The payload that fits in one segment or datagram. */
uint32_t pcap_segment_bytes_max(enum world_family family);
uint32_t pcap_datagram_bytes_max(enum world_family family);

/* Puts the packet into `wire`, which has room for PCAP_WIRE_BYTES_MAX: how many bytes of it are
 * known, of `*size` that it has. */
size_t pcap_packet_build(const struct pcap_packet *packet, uint8_t *wire, size_t *size);

#endif
