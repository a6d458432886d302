/* SPDX-License-Identifier: MIT */
/* Captures of connections in traces made by hand: which packets, in which order, with the right
 * numbers. */
#include "pcap_fixture.h"

#include "world_sim.h"

#define HANDSHAKE "40000>9000 SYN\n9000>40000 SYN ACK\n40000>9000 ACK\n"

static const enum world_family families[] = {WORLD_IPV4, WORLD_IPV6};

static void an_empty_trace_gives_an_empty_capture(void **state)
{
    assert_story(*state, "");
}

static void a_conversation_is_handshake_data_and_both_ends(void **state)
{
    struct tape *tape = *state;
    for (size_t i = 0; i < 2; i++) {
        tape_rewind(tape);
        tape_pair(tape, families[i]);
        tape_send(tape, 4, "hello");
        tape_recv(tape, 5, "hello");
        tape_send(tape, 5, "HELLO");
        tape_recv(tape, 4, "HELLO");
        tape_add(tape, WORLD_CALL_SHUTDOWN, 4, 0, WORLD_SHUT_WR);
        tape_send(tape, 5, "more");
        tape_recv(tape, 4, "more");
        tape_close(tape, 5);
        tape_close(tape, 4);
        assert_story(tape, HANDSHAKE "40000>9000 PSH ACK 5\n9000>40000 ACK\n"
                                     "9000>40000 PSH ACK 5\n40000>9000 ACK\n"
                                     "40000>9000 FIN ACK\n9000>40000 ACK\n"
                                     "9000>40000 PSH ACK 4\n40000>9000 ACK\n"
                                     "9000>40000 FIN ACK\n40000>9000 ACK\n");
    }
}

static void the_stream_is_what_was_sent(void **state)
{
    struct tape *tape = *state;
    tape_pair(tape, WORLD_IPV4);
    tape_send(tape, 4, "one ");
    tape_move(tape, WORLD_CALL_SEND, 4, NULL, 300000);
    tape_send(tape, 4, " end");
    struct reader reader;
    reader_init(&reader, tape);
    assert_int_equal(reader.stream.size, tape->view.data_size);
    assert_memory_equal(reader.stream.data, tape->data, tape->view.data_size);
    reader_fini(&reader);
}

static void large_sends_are_cut_so_that_packets_fit(void **state)
{
    struct tape *tape = *state;
    tape_pair(tape, WORLD_IPV4);
    tape_move(tape, WORLD_CALL_SEND, 4, NULL, 65495 + 1);
    assert_story(tape, HANDSHAKE "40000>9000 ACK 65495\n9000>40000 ACK\n"
                                 "40000>9000 PSH ACK 1\n9000>40000 ACK\n");
    tape_rewind(tape);
    tape_pair(tape, WORLD_IPV6);
    tape_move(tape, WORLD_CALL_SEND, 4, NULL, 65476 + 1);
    assert_story(tape, HANDSHAKE "40000>9000 ACK 65476\n9000>40000 ACK\n"
                                 "40000>9000 PSH ACK 1\n9000>40000 ACK\n");
}

static void only_accepted_bytes_are_on_the_wire(void **state)
{
    struct tape *tape = *state;
    tape_pair(tape, WORLD_IPV4);
    tape_move(tape, WORLD_CALL_SEND, 4, "abc", 3)->argument = 1000;
    assert_story(tape, HANDSHAKE "40000>9000 PSH ACK 3\n9000>40000 ACK\n");
}

static void failed_calls_put_nothing_on_the_wire(void **state)
{
    static const unsigned kinds[] = {WORLD_CALL_SEND, WORLD_CALL_RECV, WORLD_CALL_SHUTDOWN,
                                     WORLD_CALL_SENDTO, WORLD_CALL_RECVFROM};
    struct tape *tape = *state;
    tape_pair(tape, WORLD_IPV4);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        tape_add(tape, kinds[i], 5, -ECONNRESET, 1);
        tape_add(tape, kinds[i], 4, -EPIPE, 1);
    }
    tape_add(tape, WORLD_CALL_ACCEPT, 3, -ECONNABORTED, 0);
    assert_story(tape, HANDSHAKE);
}

static void close_with_unread_bytes_is_a_reset(void **state)
{
    struct tape *tape = *state;
    tape_pair(tape, WORLD_IPV4);
    tape_send(tape, 4, "hello");
    tape_recv(tape, 5, "hel");
    tape_close(tape, 5);
    tape_close(tape, 4);
    assert_story(tape, HANDSHAKE "40000>9000 PSH ACK 5\n9000>40000 ACK\n9000>40000 RST ACK\n");
}

static void linger_of_0_is_a_reset_unless_both_ends_had_finished(void **state)
{
    struct tape *tape = *state;
    tape_pair(tape, WORLD_IPV4);
    tape_add(tape, WORLD_CALL_SET, 4, 0, WORLD_RESET_ON_CLOSE)->value = 1;
    tape_close(tape, 4);
    tape_close(tape, 5);
    assert_story(tape, HANDSHAKE "40000>9000 RST ACK\n");

    tape_rewind(tape);
    tape_pair(tape, WORLD_IPV4);
    tape_add(tape, WORLD_CALL_SET, 4, 0, WORLD_RESET_ON_CLOSE)->value = 1;
    tape_add(tape, WORLD_CALL_SHUTDOWN, 4, 0, WORLD_SHUT_WR);
    tape_close(tape, 5);
    tape_close(tape, 4);
    assert_story(tape, HANDSHAKE "40000>9000 FIN ACK\n9000>40000 ACK\n"
                                 "9000>40000 FIN ACK\n40000>9000 ACK\n");
}

static void options_that_failed_or_are_others_reset_nothing(void **state)
{
    struct tape *tape = *state;
    tape_pair(tape, WORLD_IPV4);
    tape_add(tape, WORLD_CALL_SET, 4, -EINVAL, WORLD_RESET_ON_CLOSE)->value = 1;
    tape_add(tape, WORLD_CALL_SET, 4, 0, WORLD_NO_DELAY)->value = 1;
    tape_close(tape, 4);
    assert_story(tape, HANDSHAKE "40000>9000 FIN ACK\n9000>40000 ACK\n");
}

static void bytes_for_a_closed_socket_are_answered_by_a_reset(void **state)
{
    struct tape *tape = *state;
    tape_pair(tape, WORLD_IPV4);
    tape_close(tape, 5);
    tape_send(tape, 4, "late");
    tape_close(tape, 4);
    assert_story(tape, HANDSHAKE "9000>40000 FIN ACK\n40000>9000 ACK\n"
                                 "40000>9000 PSH ACK 4\n9000>40000 RST\n");
    tape_rewind(tape);
    tape_pair(tape, WORLD_IPV4);
    tape_add(tape, WORLD_CALL_SHUTDOWN, 5, 0, WORLD_SHUT_RDWR);
    tape_send(tape, 4, "late");
    assert_story(tape, HANDSHAKE "9000>40000 FIN ACK\n40000>9000 ACK\n"
                                 "40000>9000 PSH ACK 4\n9000>40000 RST\n");
}

static void shutdown_for_reading_alone_sends_nothing(void **state)
{
    struct tape *tape = *state;
    tape_pair(tape, WORLD_IPV4);
    tape_add(tape, WORLD_CALL_SHUTDOWN, 5, 0, WORLD_SHUT_RD);
    tape_send(tape, 4, "x");
    assert_story(tape, HANDSHAKE "40000>9000 PSH ACK 1\n9000>40000 ACK\n");
}

static void closing_a_listener_resets_what_waits_for_accept(void **state)
{
    struct tape *tape = *state;
    tape_pair(tape, WORLD_IPV4);
    tape_connect(tape, 6, WORLD_IPV4, 40001, true);
    tape_connect(tape, 7, WORLD_IPV4, 40002, true);
    tape_close(tape, 7);
    tape_close(tape, 3);
    assert_story(tape, HANDSHAKE "40001>9000 SYN\n9000>40001 SYN ACK\n40001>9000 ACK\n"
                                 "40002>9000 SYN\n9000>40002 SYN ACK\n40002>9000 ACK\n"
                                 "40002>9000 FIN ACK\n9000>40002 ACK\n"
                                 "9000>40001 RST ACK\n9000>40002 RST ACK\n");
}

static void a_client_that_learns_of_its_reset_was_connected(void **state)
{
    struct tape *tape = *state;
    tape_listen(tape, 3, WORLD_IPV4);
    tape_socket(tape, 4, WORLD_TCP, WORLD_IPV4);
    tape_address(tape, WORLD_CALL_CONNECT, 4, -EINPROGRESS, WORLD_IPV4, 9000);
    tape_address(tape, WORLD_CALL_GETSOCKNAME, 4, 0, WORLD_IPV4, 40000);
    tape->now_ns = 1;
    tape_close(tape, 3);
    tape->now_ns = 2;
    tape_add(tape, WORLD_CALL_GETPEERNAME, 4, -ENOTCONN, 0);
    tape_ask(tape, 4, ECONNRESET);
    assert_story(tape, HANDSHAKE "1: 9000>40000 RST ACK\n");
}

static void connecting_to_a_closed_port_is_refused(void **state)
{
    struct tape *tape = *state;
    for (size_t i = 0; i < 2; i++) {
        tape_rewind(tape);
        tape_connect(tape, 4, families[i], 40000, false);
        tape_ask(tape, 4, ECONNREFUSED);
        tape_close(tape, 4);
        assert_story(tape, "40000>9000 SYN\n9000>40000 RST ACK\n");
    }
}

static void a_refusal_at_once_gets_a_port_that_nobody_has(void **state)
{
    struct tape *tape = *state;
    tape_socket(tape, 4, WORLD_TCP, WORLD_IPV4);
    tape_address(tape, WORLD_CALL_CONNECT, 4, -ECONNREFUSED, WORLD_IPV4, 49152);
    tape_close(tape, 4);
    assert_story(tape, "49153>49152 SYN\n49152>49153 RST ACK\n");
}

static void a_hung_connect_is_retried_until_it_is_given_up(void **state)
{
    struct tape *tape = *state;
    char expected[256];
    tape_listen(tape, 3, WORLD_IPV4);
    tape_connect(tape, 4, WORLD_IPV4, 40000, false);
    tape_ask(tape, 4, 0);
    tape->now_ns = world_sim_syn_retry_ns(3) - 1;
    tape_close(tape, 4);
    tape->now_ns = world_sim_syn_retry_ns(5);
    tape_close(tape, 3);
    snprintf(expected, sizeof(expected),
             "40000>9000 SYN\n%llu: 40000>9000 SYN\n%llu: 40000>9000 SYN\n",
             (unsigned long long)world_sim_syn_retry_ns(1),
             (unsigned long long)world_sim_syn_retry_ns(2));
    assert_story(tape, expected);
}

static void a_hung_connect_completes_at_its_next_retry(void **state)
{
    struct tape *tape = *state;
    char expected[512];
    tape_listen(tape, 3, WORLD_IPV4);
    tape_connect(tape, 4, WORLD_IPV4, 40000, false);
    tape_ask(tape, 4, 0);
    tape->now_ns = world_sim_syn_retry_ns(1);
    tape_add(tape, WORLD_CALL_GETPEERNAME, 4, -ENOTCONN, 0);
    tape_ask(tape, 4, 0);
    tape->now_ns = world_sim_syn_retry_ns(2) + 7;
    tape_accept(tape, 3, 5, WORLD_IPV4, 40000);
    tape_send(tape, 5, "hi");
    unsigned long long first = world_sim_syn_retry_ns(1);
    unsigned long long second = world_sim_syn_retry_ns(2);
    snprintf(expected, sizeof(expected),
             "40000>9000 SYN\n%llu: 40000>9000 SYN\n%llu: 40000>9000 SYN\n"
             "%llu: 9000>40000 SYN ACK\n%llu: 40000>9000 ACK\n"
             "%llu: 9000>40000 PSH ACK 2\n%llu: 40000>9000 ACK\n",
             first, second, second, second, second + 7, second + 7);
    assert_story(tape, expected);
}

static void a_connect_that_times_out_ends_with_its_last_retry(void **state)
{
    struct tape *tape = *state;
    unsigned retries = 0;
    while (world_sim_syn_retry_ns(retries + 2) != UINT64_MAX) {
        retries++;
    }
    tape_listen(tape, 3, WORLD_IPV4);
    tape_connect(tape, 4, WORLD_IPV4, 40000, false);
    tape_ask(tape, 4, 0);
    tape->now_ns = world_sim_syn_retry_ns(retries + 1);
    tape_add(tape, WORLD_CALL_GETPEERNAME, 4, -ENOTCONN, 0);
    tape_ask(tape, 4, ETIMEDOUT);
    tape->now_ns *= 2;
    tape_close(tape, 4);
    struct reader reader;
    reader_init(&reader, tape);
    assert_int_equal(reader.packets, 1 + retries);
    assert_int_equal(reader.last_ns, world_sim_syn_retry_ns(retries));
    reader_fini(&reader);
}

static void accepted_sockets_find_their_clients_by_address(void **state)
{
    struct tape *tape = *state;
    tape_listen(tape, 3, WORLD_IPV4);
    tape_connect(tape, 4, WORLD_IPV4, 40000, true);
    tape_connect(tape, 5, WORLD_IPV4, 40001, true);
    tape_accept(tape, 3, 6, WORLD_IPV4, 40001);
    tape_accept(tape, 3, 7, WORLD_IPV4, 40000);
    tape_send(tape, 6, "b");
    tape_send(tape, 7, "aa");
    assert_story(tape, HANDSHAKE "40001>9000 SYN\n9000>40001 SYN ACK\n40001>9000 ACK\n"
                                 "9000>40001 PSH ACK 1\n40001>9000 ACK\n"
                                 "9000>40000 PSH ACK 2\n40000>9000 ACK\n");
}

static void socket_numbers_and_ports_are_used_again(void **state)
{
    struct tape *tape = *state;
    tape_pair(tape, WORLD_IPV4);
    tape_close(tape, 5);
    tape_close(tape, 4);
    tape_connect(tape, 4, WORLD_IPV4, 40000, true);
    tape_accept(tape, 3, 5, WORLD_IPV4, 40000);
    tape_send(tape, 5, "x");
    assert_story(tape, HANDSHAKE "9000>40000 FIN ACK\n40000>9000 ACK\n"
                                 "40000>9000 FIN ACK\n9000>40000 ACK\n" HANDSHAKE
                                 "9000>40000 PSH ACK 1\n40000>9000 ACK\n");
}

static void of_two_connections_from_one_address_the_older_is_accepted_first(void **state)
{
    struct tape *tape = *state;
    tape_listen(tape, 3, WORLD_IPV4);
    tape_connect(tape, 4, WORLD_IPV4, 40000, true);
    tape_add(tape, WORLD_CALL_SET, 4, 0, WORLD_RESET_ON_CLOSE)->value = 1;
    tape_close(tape, 4);
    tape_connect(tape, 4, WORLD_IPV4, 40000, true);
    tape_accept(tape, 3, 5, WORLD_IPV4, 40000);
    tape_accept(tape, 3, 6, WORLD_IPV4, 40000);
    tape_close(tape, 5);
    tape_send(tape, 6, "x");
    assert_story(tape, HANDSHAKE "40000>9000 RST ACK\n" HANDSHAKE
                                 "9000>40000 PSH ACK 1\n40000>9000 ACK\n");
}

static void times_that_go_back_do_not_turn_a_connection_round(void **state)
{
    struct tape *tape = *state;
    tape_pair(tape, WORLD_IPV4);
    tape->now_ns = 5;
    tape_send(tape, 4, "a");
    tape->now_ns = 1;
    tape_send(tape, 4, "bc");
    assert_story(tape, HANDSHAKE "5: 40000>9000 PSH ACK 1\n5: 9000>40000 ACK\n"
                                 "5: 40000>9000 PSH ACK 2\n5: 9000>40000 ACK\n");
}

static void a_client_outside_the_trace_is_known_by_what_the_server_received(void **state)
{
    struct tape *tape = *state;
    tape_listen(tape, 3, WORLD_IPV4);
    tape_accept(tape, 3, 5, WORLD_IPV4, 40000);
    tape_recv(tape, 5, "hello");
    tape_send(tape, 5, "HELLO");
    tape_add(tape, WORLD_CALL_RECV, 5, 0, 1024);
    tape_close(tape, 5);
    assert_story(tape, HANDSHAKE "40000>9000 PSH ACK 5\n9000>40000 ACK\n"
                                 "9000>40000 PSH ACK 5\n40000>9000 ACK\n"
                                 "40000>9000 FIN ACK\n9000>40000 ACK\n"
                                 "9000>40000 FIN ACK\n40000>9000 ACK\n");
}

static void the_same_trace_gives_the_same_bytes(void **state)
{
    struct tape *tape = *state;
    struct reader readers[2];
    tape_pair(tape, WORLD_IPV4);
    tape_send(tape, 4, "hello");
    for (size_t i = 0; i < 2; i++) {
        reader_init(&readers[i], tape);
    }
    assert_int_equal(readers[0].heard[0].next, readers[1].heard[0].next);
    assert_int_not_equal(readers[0].heard[0].next, readers[0].heard[1].next);
    for (size_t i = 0; i < 2; i++) {
        reader_fini(&readers[i]);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tape_setup, tape_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_trace_gives_an_empty_capture),
        TEST(a_conversation_is_handshake_data_and_both_ends),
        TEST(the_stream_is_what_was_sent),
        TEST(large_sends_are_cut_so_that_packets_fit),
        TEST(only_accepted_bytes_are_on_the_wire),
        TEST(failed_calls_put_nothing_on_the_wire),
        TEST(close_with_unread_bytes_is_a_reset),
        TEST(linger_of_0_is_a_reset_unless_both_ends_had_finished),
        TEST(options_that_failed_or_are_others_reset_nothing),
        TEST(bytes_for_a_closed_socket_are_answered_by_a_reset),
        TEST(shutdown_for_reading_alone_sends_nothing),
        TEST(closing_a_listener_resets_what_waits_for_accept),
        TEST(a_client_that_learns_of_its_reset_was_connected),
        TEST(connecting_to_a_closed_port_is_refused),
        TEST(a_refusal_at_once_gets_a_port_that_nobody_has),
        TEST(a_hung_connect_is_retried_until_it_is_given_up),
        TEST(a_hung_connect_completes_at_its_next_retry),
        TEST(a_connect_that_times_out_ends_with_its_last_retry),
        TEST(accepted_sockets_find_their_clients_by_address),
        TEST(socket_numbers_and_ports_are_used_again),
        TEST(of_two_connections_from_one_address_the_older_is_accepted_first),
        TEST(times_that_go_back_do_not_turn_a_connection_round),
        TEST(a_client_outside_the_trace_is_known_by_what_the_server_received),
        TEST(the_same_trace_gives_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
