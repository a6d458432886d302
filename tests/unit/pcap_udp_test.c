/* SPDX-License-Identifier: MIT */
/* Captures of datagrams in traces made by hand. */
#include "pcap_fixture.h"

static const enum world_family families[] = {WORLD_IPV4, WORLD_IPV6};

static void udp_pair(struct tape *tape, enum world_family family)
{
    tape_socket(tape, 3, WORLD_UDP, family);
    tape_address(tape, WORLD_CALL_BIND, 3, 0, family, 0);
    tape_address(tape, WORLD_CALL_GETSOCKNAME, 3, 0, family, 9000);
    tape_socket(tape, 4, WORLD_UDP, family);
    tape_address(tape, WORLD_CALL_CONNECT, 4, 0, family, 9000);
    tape_address(tape, WORLD_CALL_GETSOCKNAME, 4, 0, family, 40000);
}

static void answer(struct tape *tape, enum world_family family, const char *text)
{
    struct trace_event *event = tape_move(tape, WORLD_CALL_SENDTO, 3, text, strlen(text));
    event->has_address = 1;
    event->address = world_loopback(family, 40000);
}

static void datagrams_go_both_ways_also_empty_ones(void **state)
{
    struct tape *tape = *state;
    for (size_t i = 0; i < 2; i++) {
        tape_rewind(tape);
        udp_pair(tape, families[i]);
        tape_send(tape, 4, "hello");
        answer(tape, families[i], "OK");
        tape_send(tape, 4, "");
        assert_story(tape, "40000>9000 UDP 5\n9000>40000 UDP 2\n40000>9000 UDP 0\n");
    }
}

static void the_largest_datagram_fits(void **state)
{
    struct tape *tape = *state;
    udp_pair(tape, WORLD_IPV4);
    tape_move(tape, WORLD_CALL_SEND, 4, NULL, 65507);
    assert_story(tape, "40000>9000 UDP 65507\n");
    tape_rewind(tape);
    udp_pair(tape, WORLD_IPV6);
    tape_move(tape, WORLD_CALL_SEND, 4, NULL, 65527);
    assert_story(tape, "40000>9000 UDP 65527\n");
}

/* The checksum of two zeros, sent as payload, brings the sum to what would be written as 0. */
static void a_checksum_of_0_is_written_the_other_way(void **state)
{
    struct tape *tape = *state;
    struct reader reader;
    udp_pair(tape, WORLD_IPV4);
    tape_move(tape, WORLD_CALL_SEND, 4, "\0\0", 2);
    reader_init(&reader, tape);
    char payload[2] = {(char)(reader.checksum >> 8), (char)reader.checksum};
    reader_fini(&reader);
    tape_rewind(tape);
    udp_pair(tape, WORLD_IPV4);
    tape_move(tape, WORLD_CALL_SEND, 4, payload, 2);
    reader_init(&reader, tape);
    assert_int_equal(reader.checksum, 0xffff);
    reader_fini(&reader);
}

static void a_datagram_for_a_closed_port_is_unreachable(void **state)
{
    struct tape *tape = *state;
    for (size_t i = 0; i < 2; i++) {
        tape_rewind(tape);
        udp_pair(tape, families[i]);
        tape_close(tape, 3);
        tape_send(tape, 4, "hello");
        tape_move(tape, WORLD_CALL_SEND, 4, NULL, 3000);
        assert_story(tape, "40000>9000 UDP 5\n40000>9000 unreachable\n"
                           "40000>9000 UDP 3000\n40000>9000 unreachable\n");
    }
}

static void a_connected_socket_hears_its_peer_only(void **state)
{
    struct tape *tape = *state;
    udp_pair(tape, WORLD_IPV4);
    tape_socket(tape, 5, WORLD_UDP, WORLD_IPV4);
    tape_address(tape, WORLD_CALL_CONNECT, 5, 0, WORLD_IPV4, 40000);
    tape_address(tape, WORLD_CALL_GETSOCKNAME, 5, 0, WORLD_IPV4, 40001);
    tape_send(tape, 5, "psst");
    assert_story(tape, "40001>40000 UDP 4\n40001>40000 unreachable\n");
}

static void events_give_their_times(void **state)
{
    struct tape *tape = *state;
    udp_pair(tape, WORLD_IPV4);
    tape->now_ns = 1;
    tape_send(tape, 4, "a");
    tape->now_ns = 24 * 3600 * CLOCK_S + 999999999;
    tape_send(tape, 4, "b");
    assert_story(tape, "1: 40000>9000 UDP 1\n86400999999999: 40000>9000 UDP 1\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tape_setup, tape_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(datagrams_go_both_ways_also_empty_ones),
        TEST(the_largest_datagram_fits),
        TEST(a_checksum_of_0_is_written_the_other_way),
        TEST(a_datagram_for_a_closed_port_is_unreachable),
        TEST(a_connected_socket_hears_its_peer_only),
        TEST(events_give_their_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
