/* SPDX-License-Identifier: MIT */
/* Traces made by hand, and captures read back: shared by the tests of captures. */
#ifndef DRILL_TESTS_PCAP_FIXTURE_H
#define DRILL_TESTS_PCAP_FIXTURE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pcap/pcap.h>

#include <cmocka.h>

#include "bytes.h"
#include "clock.h"
#include "pcap.h"

#define TAPE_EVENTS 4096
#define TAPE_BYTES  (1 << 20)
#define FLOWS_MAX   64

/* A trace that grows event by event. */
struct tape {
    struct trace_event events[TAPE_EVENTS];
    uint8_t data[TAPE_BYTES];
    struct trace_view view;
    uint64_t now_ns;
    char folder[64];
    char path[96];
};

/* One direction of a connection, as the reader follows it. */
struct heard {
    char ends[2 * WORLD_ADDRESS_TEXT];
    uint32_t next, highest_ack;
    bool began;
};

struct reader {
    struct bytes text;   /* a line for each packet */
    struct bytes stream; /* the payload of all TCP segments */
    struct heard heard[FLOWS_MAX];
    size_t heard_count;
    uint64_t last_ns;
    size_t packets;
    uint32_t checksum; /* of the last datagram */
    bool loose;        /* nonsense is not expected to add up, but to be well-formed */
};

static inline int tape_setup(void **state)
{
    struct tape *tape = calloc(1, sizeof(*tape));
    assert_non_null(tape);
    snprintf(tape->folder, sizeof(tape->folder), "/tmp/pcap-test.XXXXXX");
    assert_non_null(mkdtemp(tape->folder));
    snprintf(tape->path, sizeof(tape->path), "%s/capture.pcap", tape->folder);
    tape->view.events = tape->events;
    tape->view.data = tape->data;
    *state = tape;
    return 0;
}

static inline int tape_teardown(void **state)
{
    struct tape *tape = *state;
    unlink(tape->path);
    assert_int_equal(rmdir(tape->folder), 0);
    free(tape);
    return 0;
}

static inline struct trace_event *tape_add(struct tape *tape, unsigned kind, int socket,
                                           int64_t result, uint32_t argument)
{
    assert_true(tape->view.event_count < TAPE_EVENTS);
    struct trace_event *event = &tape->events[tape->view.event_count++];
    *event = (struct trace_event){
        .at_ns = tape->now_ns,
        .kind = (uint8_t)kind,
        .socket = socket,
        .result = result,
        .argument = argument,
    };
    return event;
}

static inline struct trace_event *tape_address(struct tape *tape, unsigned kind, int socket,
                                               int64_t result, enum world_family family,
                                               uint16_t port)
{
    struct trace_event *event = tape_add(tape, kind, socket, result, 0);
    event->has_address = 1;
    event->address = world_loopback(family, port);
    return event;
}

/* A call that moved so many bytes, taken from `data` or made up. */
static inline struct trace_event *tape_move(struct tape *tape, unsigned kind, int socket,
                                            const char *data, size_t size)
{
    struct trace_event *event = tape_add(tape, kind, socket, (int64_t)size, (uint32_t)size);
    assert_true(tape->view.data_size + size <= TAPE_BYTES);
    event->data = tape->view.data_size;
    event->size = (uint32_t)size;
    for (size_t i = 0; i < size; i++) {
        tape->data[event->data + i] = data ? (uint8_t)data[i] : (uint8_t)(i * 7 + i / 251);
    }
    tape->view.data_size += size;
    return event;
}

static inline void tape_send(struct tape *tape, int socket, const char *text)
{
    tape_move(tape, WORLD_CALL_SEND, socket, text, strlen(text));
}

static inline void tape_recv(struct tape *tape, int socket, const char *text)
{
    struct trace_event *event = tape_move(tape, WORLD_CALL_RECV, socket, text, strlen(text));
    event->argument = 1024;
}

static inline void tape_close(struct tape *tape, int socket)
{
    tape_add(tape, WORLD_CALL_CLOSE, socket, 0, 0);
}

static inline void tape_socket(struct tape *tape, int socket, enum world_transport transport,
                               enum world_family family)
{
    tape_add(tape, WORLD_CALL_SOCKET, -1, socket, (uint32_t)transport << 8 | (uint32_t)family);
}

/* A server on port 9000. */
static inline void tape_listen(struct tape *tape, int socket, enum world_family family)
{
    tape_socket(tape, socket, WORLD_TCP, family);
    tape_address(tape, WORLD_CALL_BIND, socket, 0, family, 0);
    tape_add(tape, WORLD_CALL_LISTEN, socket, 0, 5);
    tape_address(tape, WORLD_CALL_GETSOCKNAME, socket, 0, family, 9000);
}

/* A client that connects to it from `port`, and finds itself connected or not. */
static inline void tape_connect(struct tape *tape, int socket, enum world_family family,
                                uint16_t port, bool connected)
{
    tape_socket(tape, socket, WORLD_TCP, family);
    tape_address(tape, WORLD_CALL_CONNECT, socket, -EINPROGRESS, family, 9000);
    tape_address(tape, WORLD_CALL_GETSOCKNAME, socket, 0, family, port);
    struct trace_event *event =
        tape_address(tape, WORLD_CALL_GETPEERNAME, socket, connected ? 0 : -ENOTCONN, family, 9000);
    event->has_address = connected;
}

static inline void tape_ask(struct tape *tape, int socket, int error)
{
    tape_add(tape, WORLD_CALL_ASK, socket, error, WORLD_ERROR);
}

static inline void tape_accept(struct tape *tape, int listener, int socket,
                               enum world_family family, uint16_t port)
{
    tape_address(tape, WORLD_CALL_ACCEPT, listener, socket, family, port);
}

/* Listener 3, client 4 from port 40000, accepted as 5. */
static inline void tape_pair(struct tape *tape, enum world_family family)
{
    tape_listen(tape, 3, family);
    tape_connect(tape, 4, family, 40000, true);
    tape_accept(tape, 3, 5, family, 40000);
}

static inline void tape_rewind(struct tape *tape)
{
    tape->view.event_count = 0;
    tape->view.data_size = 0;
    tape->now_ns = 0;
}

static inline uint32_t number(const uint8_t *at, int bytes)
{
    uint32_t value = 0;
    for (int i = 0; i < bytes; i++) {
        value = value << 8 | at[i];
    }
    return value;
}

/* The ones' complement sum of what is covered by a checksum, with it: RFC 1071. Right is 0xffff. */
static inline uint32_t covered(uint32_t sum, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        sum += i % 2 ? data[i] : (uint32_t)data[i] << 8;
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

/* One packet taken apart. */
struct parsed {
    bool six, whole;
    uint8_t protocol;
    const uint8_t *from, *to; /* IP addresses */
    const uint8_t *payload;   /* of IP */
    size_t size;              /* as sent */
    size_t kept;              /* as captured */
};

static inline void parse(const uint8_t *data, size_t kept, size_t size, struct parsed *packet)
{
    bool six = data[0] >> 4 == 6;
    size_t header = six ? 40 : 20;
    assert_true(kept >= header);
    *packet = (struct parsed){.six = six, .whole = kept == size};
    if (six) {
        assert_int_equal(number(data + 4, 2) + 40, size);
    } else {
        assert_int_equal(data[0], 0x45);
        assert_int_equal(number(data + 2, 2), size);
        assert_int_equal(covered(0, data, 20), 0xffff);
    }
    packet->protocol = six ? data[6] : data[9];
    packet->from = data + (six ? 8 : 12);
    packet->to = data + (six ? 24 : 16);
    packet->payload = data + header;
    packet->size = size - header;
    packet->kept = kept - header;
}

static inline void assert_checksum(const struct parsed *packet)
{
    size_t address = packet->six ? 16 : 4;
    bool plain_icmp = packet->protocol == 1;
    uint32_t sum = plain_icmp ? 0 : packet->protocol;
    const uint8_t size[2] = {(uint8_t)(packet->size >> 8), (uint8_t)packet->size};
    if (!plain_icmp) {
        sum = covered(sum, packet->from, address);
        sum = covered(sum, packet->to, address);
        sum = covered(sum, size, 2);
    }
    if (packet->whole) {
        assert_int_equal(covered(sum, packet->payload, packet->size), 0xffff);
    }
}

static inline struct heard *hear(struct reader *reader, const struct parsed *packet, bool back)
{
    char ends[sizeof(reader->heard[0].ends)];
    const uint8_t *ports = packet->payload;
    snprintf(ends, sizeof(ends), "%d %u>%u", packet->six, number(ports + (back ? 2 : 0), 2),
             number(ports + (back ? 0 : 2), 2));
    for (size_t i = 0; i < reader->heard_count; i++) {
        if (strcmp(reader->heard[i].ends, ends) == 0) {
            return &reader->heard[i];
        }
    }
    assert_true(reader->heard_count < FLOWS_MAX);
    struct heard *heard = &reader->heard[reader->heard_count++];
    memcpy(heard->ends, ends, sizeof(ends));
    return heard;
}

/* Every byte once and in order; nothing is acknowledged that was not sent. */
static inline void assert_numbers(struct reader *reader, const struct parsed *packet, size_t size)
{
    struct heard *mine = hear(reader, packet, false);
    const struct heard *other = hear(reader, packet, true);
    uint32_t seq = number(packet->payload + 4, 4);
    uint32_t ack = number(packet->payload + 8, 4);
    uint8_t flags = packet->payload[13];
    if (flags & 0x02) {
        mine->next = seq;
    } else if (mine->began) {
        assert_int_equal(seq, mine->next);
    } else {
        assert_true(flags & 0x04);
        assert_int_equal(seq, 0);
    }
    mine->began = true;
    mine->next += (uint32_t)size + (flags & 0x02 ? 1 : 0) + (flags & 0x01 ? 1 : 0);
    assert_int_equal(flags & 0x10 ? ack : 0, flags & 0x10 ? other->next : ack);
}

static inline void read_tcp(struct reader *reader, const struct parsed *packet)
{
    static const char *const names[] = {"FIN ", "SYN ", "RST ", "PSH ", "ACK "};
    const uint8_t *tcp = packet->payload;
    size_t header = (size_t)(tcp[12] >> 4) * 4;
    assert_int_equal(header, tcp[13] & 0x02 ? 28 : 20);
    size_t size = packet->size - header;
    bytes_add_format(&reader->text, "%u>%u ", number(tcp, 2), number(tcp + 2, 2));
    for (int i = 0; i < 5; i++) {
        bytes_add_format(&reader->text, "%s", tcp[13] & 1 << i ? names[i] : "");
    }
    if (size > 0) {
        bytes_add_format(&reader->text, "%zu ", size);
        bytes_add(&reader->stream, tcp + header, packet->kept - header);
    }
    if (!reader->loose) {
        assert_numbers(reader, packet, size);
    }
}

/* An error quotes the datagram before it. */
static inline void read_icmp(struct reader *reader, const struct parsed *packet)
{
    const uint8_t *icmp = packet->payload;
    assert_int_equal(number(icmp, 2), packet->six ? 0x0104 : 0x0303);
    assert_true(packet->size + (packet->six ? 40 : 20) <= (packet->six ? 1280 : 576));
    struct parsed quoted;
    size_t whole = packet->six ? number(icmp + 8 + 4, 2) + 40 : number(icmp + 8 + 2, 2);
    parse(icmp + 8, packet->size - 8, whole, &quoted);
    assert_int_equal(quoted.protocol, 17);
    assert_memory_equal(quoted.from, packet->to, packet->six ? 16 : 4);
    bytes_add_format(&reader->text, "%u>%u unreachable ", number(quoted.payload, 2),
                     number(quoted.payload + 2, 2));
}

static inline void read_packet(struct reader *reader, const struct pcap_pkthdr *header,
                               const uint8_t *data)
{
    struct parsed packet;
    uint64_t at_ns = (uint64_t)header->ts.tv_sec * CLOCK_S + (uint64_t)header->ts.tv_usec;
    assert_true(at_ns >= reader->last_ns);
    assert_true(header->caplen <= header->len);
    reader->last_ns = at_ns;
    reader->packets++;
    parse(data, header->caplen, header->len, &packet);
    assert_checksum(&packet);
    if (at_ns > 0) {
        bytes_add_format(&reader->text, "%llu: ", (unsigned long long)at_ns);
    }
    if (packet.protocol == 6) {
        read_tcp(reader, &packet);
    } else if (packet.protocol == 17) {
        assert_int_equal(number(packet.payload + 4, 2), packet.size);
        reader->checksum = number(packet.payload + 6, 2);
        assert_int_not_equal(reader->checksum, 0);
        bytes_add_format(&reader->text, "%u>%u UDP %zu ", number(packet.payload, 2),
                         number(packet.payload + 2, 2), packet.size - 8);
    } else {
        read_icmp(reader, &packet);
    }
    /* Every word has a space behind it. */
    reader->text.data[reader->text.size - 1] = '\n';
}

/* Writes the capture and reads it back. */
static inline void reader_run(struct reader *reader, struct tape *tape, bool loose)
{
    struct drill_error error = {0};
    char complaint[PCAP_ERRBUF_SIZE] = "";
    *reader = (struct reader){.loose = loose};
    bytes_init(&reader->text, SIZE_MAX);
    bytes_init(&reader->stream, SIZE_MAX);
    if (pcap_write(tape->path, &tape->view, &error) != 0) {
        fail_msg("%s", error.sentence);
    }
    pcap_t *file =
        pcap_open_offline_with_tstamp_precision(tape->path, PCAP_TSTAMP_PRECISION_NANO, complaint);
    if (!file) {
        fail_msg("%s", complaint);
    }
    assert_int_equal(pcap_datalink(file), DLT_RAW);
    struct pcap_pkthdr *header;
    const u_char *data;
    int status;
    while ((status = pcap_next_ex(file, &header, &data)) == 1) {
        read_packet(reader, header, data);
    }
    assert_int_equal(status, PCAP_ERROR_BREAK);
    pcap_close(file);
}

static inline void reader_init(struct reader *reader, struct tape *tape)
{
    reader_run(reader, tape, false);
}

static inline void reader_init_loosely(struct reader *reader, struct tape *tape)
{
    reader_run(reader, tape, true);
}

static inline void reader_fini(struct reader *reader)
{
    bytes_fini(&reader->text);
    bytes_fini(&reader->stream);
}

static inline void assert_story(struct tape *tape, const char *expected)
{
    struct reader reader;
    reader_init(&reader, tape);
    assert_string_equal(bytes_string(&reader.text), expected);
    reader_fini(&reader);
}

#endif
