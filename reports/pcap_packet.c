/* SPDX-License-Identifier: MIT */
#include "pcap_packet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define IPV4_BYTES 20
#define IPV6_BYTES 40
#define TCP_BYTES  20
#define UDP_BYTES  8
#define ICMP_BYTES 8
#define HOPS       64 /* the default of Linux */

/* Assigned numbers of the protocols, and of ICMP's word for a port that nobody has. */
#define PROTOCOL_ICMP           1
#define PROTOCOL_TCP            6
#define PROTOCOL_UDP            17
#define PROTOCOL_ICMPV6         58
#define ICMP_UNREACHABLE        3
#define ICMP_UNREACHABLE_PORT   3
#define ICMPV6_UNREACHABLE      1
#define ICMPV6_UNREACHABLE_PORT 4

/* How long an ICMP error is at most: RFC 1812, 4.3.2.3; RFC 4443, 2.4 (c). */
#define ICMP_ERROR_BYTES_MAX   576
#define ICMPV6_ERROR_BYTES_MAX 1280

/* The network control of RFC 791 that Linux gives to ICMP errors. */
#define ICMP_SERVICE 0xc0

/* Options of a SYN: the segments that fit, no operation, and a window scale of 7. */
#define SYN_OPTION_BYTES 8
#define WINDOW_SCALE     7

int pcap_packets_add(struct pcap_packets *packets, const struct pcap_packet *packet)
{
    ASSERT(packet->kept <= packet->size);
    ASSERT(packet->from.family == packet->to.family);
    if (packets->count == PCAP_PACKETS_MAX) {
        return 0;
    }
    if (packets->count == packets->room) {
        size_t room = packets->room ? 2 * packets->room : 64;
        struct pcap_packet *all = realloc(packets->all, room * sizeof(*all));
        if (!all) {
            return -ENOMEM;
        }
        packets->all = all;
        packets->room = room;
    }
    struct pcap_packet *added = &packets->all[packets->count++];
    *added = *packet;
    added->order = (uint32_t)packets->count;
    return 0;
}

static int compare(const void *left, const void *right)
{
    const struct pcap_packet *a = left;
    const struct pcap_packet *b = right;
    if (a->at_ns != b->at_ns) {
        return a->at_ns < b->at_ns ? -1 : 1;
    }
    return a->order < b->order ? -1 : 1;
}

void pcap_packets_sort(struct pcap_packets *packets)
{
    if (packets->count > 1) {
        qsort(packets->all, packets->count, sizeof(*packets->all), compare);
    }
}

void pcap_packets_fini(struct pcap_packets *packets)
{
    free(packets->all);
    *packets = (struct pcap_packets){0};
}

static size_t ip_bytes(enum world_family family)
{
    return family == WORLD_IPV6 ? IPV6_BYTES : IPV4_BYTES;
}

uint32_t pcap_segment_bytes_max(enum world_family family)
{
    /* The loopback's packets have 65536 bytes at most, and an IPv4 packet one less. */
    return family == WORLD_IPV6 ? 65536 - IPV6_BYTES - TCP_BYTES : 65535 - IPV4_BYTES - TCP_BYTES;
}

uint32_t pcap_datagram_bytes_max(enum world_family family)
{
    return family == WORLD_IPV6 ? 65535 - UDP_BYTES : 65535 - IPV4_BYTES - UDP_BYTES;
}

static void put16(uint8_t *at, uint32_t number)
{
    at[0] = (uint8_t)(number >> 8);
    at[1] = (uint8_t)number;
}

static void put32(uint8_t *at, uint32_t number)
{
    put16(at, number >> 16);
    put16(at + 2, number);
}

/* Adds up words of 16 bits, RFC 1071; only the last piece of a sum may have an odd length. */
static uint64_t sum(uint64_t so_far, const uint8_t *data, size_t size)
{
    size_t i = 0;
    for (; i + 1 < size; i += 2) {
        so_far += (uint32_t)data[i] << 8 | data[i + 1];
    }
    return i < size ? so_far + ((uint32_t)data[i] << 8) : so_far;
}

static uint16_t checksum(uint64_t total)
{
    while (total >> 16) {
        total = (total & 0xffff) + (total >> 16);
    }
    return (uint16_t)~total;
}

/* Of the header that TCP, UDP and ICMPv6 pretend to have before their own: RFC 9293, 3.1. */
static uint64_t pseudo_sum(const struct world_address *from, const struct world_address *to,
                           uint32_t protocol, size_t size)
{
    uint64_t total = protocol + size;
    total = sum(total, from->ip, sizeof(from->ip));
    return sum(total, to->ip, sizeof(to->ip));
}

/* The header of a packet with so many bytes behind it: how long it is. */
static size_t put_ip(uint8_t *wire, const struct world_address *from,
                     const struct world_address *to, uint32_t order, uint8_t protocol, size_t size)
{
    uint8_t service = protocol == PROTOCOL_ICMP ? ICMP_SERVICE : 0;
    if (from->family == WORLD_IPV6) {
        put32(wire, 6u << 28);
        put16(wire + 4, (uint32_t)size);
        wire[6] = protocol;
        wire[7] = HOPS;
        memcpy(wire + 8, from->ip, 16);
        memcpy(wire + 24, to->ip, 16);
        return IPV6_BYTES;
    }
    wire[0] = 4 << 4 | IPV4_BYTES / 4;
    wire[1] = service;
    put16(wire + 2, (uint32_t)size + IPV4_BYTES);
    put16(wire + 4, order);
    put16(wire + 6, 0x4000); /* not to be fragmented */
    wire[8] = HOPS;
    wire[9] = protocol;
    put16(wire + 10, 0);
    memcpy(wire + 12, from->ip, 4);
    memcpy(wire + 16, to->ip, 4);
    put16(wire + 10, checksum(sum(0, wire, IPV4_BYTES)));
    return IPV4_BYTES;
}

/* What a receiver would check. Where bytes are not known nobody can, and it is 0. */
static uint16_t transport_checksum(const struct pcap_packet *packet,
                                   const struct world_address *from, const struct world_address *to,
                                   uint32_t protocol, const uint8_t *header, size_t header_size)
{
    if (packet->kept < packet->size) {
        return 0;
    }
    uint64_t total = pseudo_sum(from, to, protocol, header_size + packet->size);
    total = sum(total, header, header_size);
    return checksum(sum(total, packet->data, packet->size));
}

static size_t put_udp(const struct pcap_packet *packet, const struct world_address *from,
                      const struct world_address *to, uint8_t *wire)
{
    put16(wire, from->port);
    put16(wire + 2, to->port);
    put16(wire + 4, UDP_BYTES + packet->size);
    put16(wire + 6, 0);
    uint16_t check = transport_checksum(packet, from, to, PROTOCOL_UDP, wire, UDP_BYTES);
    /* 0 would mean that there is none, which IPv6 forbids. */
    put16(wire + 6, check == 0 ? 0xffff : check);
    return UDP_BYTES;
}

static size_t tcp_bytes(const struct pcap_packet *packet)
{
    return packet->flags & PCAP_SYN ? TCP_BYTES + SYN_OPTION_BYTES : TCP_BYTES;
}

static size_t put_tcp(const struct pcap_packet *packet, uint8_t *wire)
{
    size_t size = tcp_bytes(packet);
    put16(wire, packet->from.port);
    put16(wire + 2, packet->to.port);
    put32(wire + 4, packet->seq);
    put32(wire + 8, packet->ack);
    wire[12] = (uint8_t)(size / 4 << 4);
    wire[13] = packet->flags;
    put16(wire + 14, packet->window);
    put32(wire + 16, 0);
    if (packet->flags & PCAP_SYN) {
        uint32_t segment = pcap_segment_bytes_max(packet->from.family);
        const uint8_t options[SYN_OPTION_BYTES] = {
            2, 4, (uint8_t)(segment >> 8), (uint8_t)segment, 1, 3, 3, WINDOW_SCALE};
        memcpy(wire + TCP_BYTES, options, sizeof(options));
    }
    put16(wire + 16,
          transport_checksum(packet, &packet->from, &packet->to, PROTOCOL_TCP, wire, size));
    return size;
}

static size_t put_data(const struct pcap_packet *packet, size_t room, uint8_t *wire)
{
    size_t size = packet->kept < room ? packet->kept : room;
    if (size > 0) {
        memcpy(wire, packet->data, size);
    }
    return size;
}

/* The error goes the other way and quotes the beginning of the datagram. */
static size_t build_unreachable(const struct pcap_packet *packet, uint8_t *wire)
{
    bool six = packet->from.family == WORLD_IPV6;
    size_t header = ip_bytes(packet->from.family);
    size_t most = six ? ICMPV6_ERROR_BYTES_MAX : ICMP_ERROR_BYTES_MAX;
    uint8_t protocol = six ? PROTOCOL_ICMPV6 : PROTOCOL_ICMP;
    uint8_t *icmp = wire + header;
    memset(icmp, 0, ICMP_BYTES);
    icmp[0] = six ? ICMPV6_UNREACHABLE : ICMP_UNREACHABLE;
    icmp[1] = six ? ICMPV6_UNREACHABLE_PORT : ICMP_UNREACHABLE_PORT;
    size_t size = ICMP_BYTES;
    size += put_ip(icmp + size, &packet->to, &packet->from, packet->order - 1, PROTOCOL_UDP,
                   UDP_BYTES + packet->size);
    size += put_udp(packet, &packet->to, &packet->from, icmp + size);
    size += put_data(packet, most - header - size, icmp + size);
    uint64_t total = six ? pseudo_sum(&packet->from, &packet->to, protocol, size) : 0;
    put16(icmp + 2, checksum(sum(total, icmp, size)));
    return put_ip(wire, &packet->from, &packet->to, packet->order, protocol, size) + size;
}

size_t pcap_packet_build(const struct pcap_packet *packet, uint8_t *wire, size_t *size)
{
    if (packet->kind == PCAP_UNREACHABLE) {
        *size = build_unreachable(packet, wire);
        return *size;
    }
    bool tcp = packet->kind == PCAP_TCP;
    size_t header = tcp ? tcp_bytes(packet) : UDP_BYTES;
    ASSERT(ip_bytes(packet->from.family) + header + packet->size <= PCAP_WIRE_BYTES_MAX);
    size_t at = put_ip(wire, &packet->from, &packet->to, packet->order,
                       tcp ? PROTOCOL_TCP : PROTOCOL_UDP, header + packet->size);
    at += tcp ? put_tcp(packet, wire + at) : put_udp(packet, &packet->from, &packet->to, wire + at);
    *size = at + packet->size;
    return at + put_data(packet, packet->size, wire + at);
}
