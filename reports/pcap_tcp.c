/* SPDX-License-Identifier: MIT */
/* The packets of connections, as Linux would send them: RFC 9293, RFC 7323 for the window. */
#include "pcap_flow.h"
#include "prng.h"

/* What each end advertises, in its SYN and scaled by 7 afterwards: the loopback's usual 64 KiB.
 * Every segment is acknowledged at once, so that no window ever closes. */
#define SYN_WINDOW 65535
#define WINDOW     512

static void put(struct pcap_flow *flow, struct pcap_connection *connection, int side,
                uint64_t at_ns, struct pcap_packet packet)
{
    /* Packets of a connection never overtake each other. */
    if (at_ns > connection->last_ns) {
        connection->last_ns = at_ns;
    }
    packet.at_ns = connection->last_ns;
    packet.kind = PCAP_TCP;
    packet.seq = connection->side[side].next;
    packet.ack = packet.flags & PCAP_ACK ? connection->side[!side].next : 0;
    packet.from = connection->address[side];
    packet.to = connection->address[!side];
    pcap_flow_add(flow, &packet);
    connection->side[side].next +=
        packet.size + (packet.flags & PCAP_SYN ? 1 : 0) + (packet.flags & PCAP_FIN ? 1 : 0);
}

static void put_flags(struct pcap_flow *flow, struct pcap_connection *connection, int side,
                      uint64_t at_ns, uint8_t flags, uint16_t window)
{
    put(flow, connection, side, at_ns, (struct pcap_packet){.flags = flags, .window = window});
}

static void put_syn(struct pcap_flow *flow, struct pcap_connection *connection, uint64_t at_ns)
{
    uint32_t first = connection->side[PCAP_CLIENT].next;
    put_flags(flow, connection, PCAP_CLIENT, at_ns, PCAP_SYN, SYN_WINDOW);
    /* Until it is acknowledged it may have to be sent again. */
    connection->side[PCAP_CLIENT].next = first;
}

/* Sequence numbers are the same for the same trace, and others in another one: captures of a world
 * that always gives the same ports can be put together and still be told apart. */
static uint32_t first_sequence_number(const struct pcap_story *story, uint32_t index, int side)
{
    struct prng prng = {2 * (uint64_t)index + (uint64_t)side};
    for (size_t i = 0; i < sizeof(story->trace->hash); i++) {
        prng.state = prng.state << 8 ^ prng.state >> 56 ^ story->trace->hash[i];
    }
    return (uint32_t)prng_next(&prng);
}

void pcap_tcp_connect(struct pcap_flow *flow, uint32_t index)
{
    struct pcap_connection *connection = &flow->story->connections[index];
    bool hung = connection->outcome == PCAP_HUNG;
    uint64_t end_ns = hung ? connection->ended_ns : connection->decided_ns;
    for (int side = 0; side < 2; side++) {
        connection->side[side] =
            (struct pcap_side){.next = first_sequence_number(flow->story, index, side)};
    }
    put_syn(flow, connection, connection->begun_ns);
    uint64_t retry_ns = pcap_outcome_retry_ns(connection, 1);
    for (unsigned n = 2; retry_ns <= end_ns && retry_ns != UINT64_MAX; n++) {
        put_syn(flow, connection, retry_ns);
        retry_ns = pcap_outcome_retry_ns(connection, n);
    }
    if (hung) {
        return;
    }
    connection->side[PCAP_CLIENT].next++;
    if (connection->outcome == PCAP_ESTABLISHED) {
        connection->open = true;
        put_flags(flow, connection, PCAP_SERVER, end_ns, PCAP_SYN | PCAP_ACK, SYN_WINDOW);
        put_flags(flow, connection, PCAP_CLIENT, end_ns, PCAP_ACK, WINDOW);
    } else {
        connection->side[PCAP_SERVER].next = 0;
        put_flags(flow, connection, PCAP_SERVER, end_ns, PCAP_RST | PCAP_ACK, 0);
    }
}

/* A reset that answers a segment takes its number from the acknowledgement in it; one that comes
 * by itself acknowledges. */
static void reset(struct pcap_flow *flow, struct pcap_connection *connection, int side,
                  uint64_t at_ns, bool answers)
{
    put_flags(flow, connection, side, at_ns, answers ? PCAP_RST : PCAP_RST | PCAP_ACK,
              answers ? 0 : WINDOW);
    connection->open = false;
}

static void finish(struct pcap_flow *flow, struct pcap_connection *connection, int side,
                   uint64_t at_ns)
{
    connection->side[side].finished = true;
    put_flags(flow, connection, side, at_ns, PCAP_FIN | PCAP_ACK, WINDOW);
    put_flags(flow, connection, !side, at_ns, PCAP_ACK, WINDOW);
}

void pcap_tcp_send(struct pcap_flow *flow, struct pcap_connection *connection, int side,
                   uint64_t at_ns, struct pcap_payload payload)
{
    const struct pcap_side *other = &connection->side[!side];
    uint64_t most = pcap_segment_bytes_max(connection->address[side].family);
    /* Nobody reads any more, and nobody will. */
    bool deaf = other->closed || (other->shut_for_reading && other->finished);
    if (connection->side[side].finished) {
        return;
    }
    while (payload.size > 0 && connection->open && flow->packets->count < PCAP_PACKETS_MAX) {
        struct pcap_packet packet = {
            .flags = payload.size > most ? PCAP_ACK : PCAP_PSH | PCAP_ACK,
            .window = WINDOW,
            .size = (uint32_t)(payload.size < most ? payload.size : most),
            .data = payload.data,
        };
        packet.kept = payload.kept < packet.size ? payload.kept : packet.size;
        put(flow, connection, side, at_ns, packet);
        connection->side[side].sent += packet.size;
        if (deaf) {
            reset(flow, connection, !side, at_ns, true);
        } else {
            put_flags(flow, connection, !side, at_ns, PCAP_ACK, WINDOW);
        }
        payload.size -= packet.size;
        payload.kept -= packet.kept;
        payload.data += packet.kept;
    }
}

void pcap_tcp_receive(struct pcap_flow *flow, struct pcap_connection *connection, int side,
                      uint64_t at_ns, struct pcap_payload payload)
{
    struct pcap_side *mine = &connection->side[side];
    uint64_t sent = connection->side[!side].sent;
    mine->received += payload.size;
    if (mine->received > sent) {
        /* Sent by somebody whom the trace does not show. */
        uint64_t known =
            payload.size -
            (mine->received - sent < payload.size ? mine->received - sent : payload.size);
        uint32_t skip = known < payload.kept ? (uint32_t)known : payload.kept;
        payload.size -= known;
        payload.kept -= skip;
        payload.data += skip;
        pcap_tcp_send(flow, connection, !side, at_ns, payload);
    }
}

void pcap_tcp_saw_end(struct pcap_flow *flow, struct pcap_connection *connection, int side,
                      uint64_t at_ns)
{
    bool foreign = !connection->known[!side] && !connection->side[!side].finished;
    if (foreign && connection->open && !connection->side[side].shut_for_reading) {
        finish(flow, connection, !side, at_ns);
    }
}

void pcap_tcp_shutdown(struct pcap_flow *flow, struct pcap_connection *connection, int side,
                       uint64_t at_ns, enum world_shutdown how)
{
    if (how != WORLD_SHUT_WR) {
        connection->side[side].shut_for_reading = true;
    }
    if (how != WORLD_SHUT_RD && connection->open && !connection->side[side].finished) {
        finish(flow, connection, side, at_ns);
    }
}

/* Linux, tcp_close: what was received and not read, or SO_LINGER with a time of 0, makes it a
 * reset, unless both ends had finished. */
void pcap_tcp_close(struct pcap_flow *flow, struct pcap_connection *connection, int side,
                    uint64_t at_ns, bool resets)
{
    struct pcap_side *mine = &connection->side[side];
    const struct pcap_side *other = &connection->side[!side];
    if (!connection->open) {
        return;
    }
    mine->closed = true;
    if (mine->finished && other->finished) {
        return;
    }
    if (resets || other->sent > mine->received) {
        reset(flow, connection, side, at_ns, false);
    } else if (!mine->finished) {
        finish(flow, connection, side, at_ns);
    }
}

void pcap_tcp_stop_listening(struct pcap_flow *flow, const struct pcap_socket *listener,
                             uint64_t at_ns)
{
    struct pcap_connection *connections = flow->story->connections;
    for (uint32_t i = listener->first_connection; i != PCAP_NONE;
         i = connections[i].next_of_listener) {
        if (connections[i].open && !connections[i].accepted && connections[i].decided_ns <= at_ns) {
            reset(flow, &connections[i], PCAP_SERVER, at_ns, false);
        }
    }
}
