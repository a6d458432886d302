/* SPDX-License-Identifier: MIT */
/* The definition of settled, clause by clause: each test changes one fact and names the clause that
 * it breaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "settle.h"

/* A TCP connection in the middle of its life: 10 bytes up, 10 bytes down, nothing under way. */
static struct settle_connection at_rest(void)
{
    return (struct settle_connection){
        .may_accept = true,
        .listener_open = true,
        .client_open = true,
        .client_sent = 10,
        .client_received = 10,
        .accepted = true,
        .session_open = true,
        .session_sent = 10,
        .session_received = 10,
    };
}

static struct settle_connection datagrams_at_rest(void)
{
    struct settle_connection connection = at_rest();
    connection.datagrams = true;
    return connection;
}

#define assert_waits_for(connection, wait) assert_int_equal(settle_wait_of(&(connection)), wait)

static void a_connection_at_rest_is_settled(void **state)
{
    (void)state;
    struct settle_connection connection = at_rest();
    assert_waits_for(connection, SETTLED);
}

static void connecting_waits_for_its_outcome(void **state)
{
    (void)state;
    struct settle_connection connection = {.connecting = true, .listener_open = true};
    assert_waits_for(connection, SETTLE_CONNECT);
    connection.listener_open = false;
    assert_waits_for(connection, SETTLE_CONNECT);
}

static void a_connection_that_may_be_accepted_is_waited_for(void **state)
{
    (void)state;
    struct settle_connection connection = at_rest();
    connection.accepted = connection.session_open = false;
    assert_waits_for(connection, SETTLE_ACCEPT);
    connection.client_open = false;
    connection.client_closed = true;
    assert_waits_for(connection, SETTLE_ACCEPT);
}

static void a_connection_that_may_not_be_accepted_now_is_not_waited_for(void **state)
{
    (void)state;
    struct settle_connection connection = at_rest();
    connection.accepted = connection.session_open = connection.may_accept = false;
    connection.client_sent = 100;
    assert_waits_for(connection, SETTLED);
    connection.client_has_unsent = true;
    assert_waits_for(connection, SETTLE_SEND);
    connection.client_send_stuck = true;
    assert_waits_for(connection, SETTLED);
}

static void a_listener_that_closes_resets_those_it_has_not_accepted(void **state)
{
    (void)state;
    struct settle_connection connection = at_rest();
    connection.accepted = connection.session_open = false;
    connection.may_accept = connection.listener_open = false;
    assert_waits_for(connection, SETTLE_DOWNSTREAM_END);
    connection.client_saw_end = true;
    assert_waits_for(connection, SETTLED);
    connection.client_saw_end = false;
    connection.client_paused = true;
    assert_waits_for(connection, SETTLED);
}

static void a_connection_that_never_came_about_is_settled(void **state)
{
    (void)state;
    struct settle_connection refused = {0};
    assert_waits_for(refused, SETTLED);
    refused.listener_open = true;
    assert_waits_for(refused, SETTLED);
    refused.may_accept = true;
    assert_waits_for(refused, SETTLED);
}

static void no_client_can_send_more(void **state)
{
    (void)state;
    struct settle_connection connection = at_rest();
    connection.client_has_unsent = true;
    assert_waits_for(connection, SETTLE_SEND);
    /* The server reads all it gets, so that room must come. */
    connection.client_send_stuck = true;
    assert_waits_for(connection, SETTLE_SEND);
    connection.client_send_failed = true;
    assert_waits_for(connection, SETTLED);
}

static void a_client_that_is_stuck_behind_undelivered_reply_cannot_send_more(void **state)
{
    (void)state;
    struct settle_connection connection = at_rest();
    connection.client_has_unsent = connection.client_send_stuck = true;
    connection.session_blocked = connection.client_paused = true;
    assert_waits_for(connection, SETTLED);
}

static void bytes_received_equal_the_bytes_that_send_accepted(void **state)
{
    (void)state;
    struct settle_connection connection = at_rest();
    connection.client_sent = 11;
    assert_waits_for(connection, SETTLE_UPSTREAM);
    connection = at_rest();
    connection.session_sent = 11;
    assert_waits_for(connection, SETTLE_DOWNSTREAM);
}

static void sessions_that_hold_undelivered_reply_need_not_receive(void **state)
{
    (void)state;
    struct settle_connection connection = at_rest();
    connection.client_sent = 11;
    connection.session_blocked = connection.client_paused = true;
    assert_waits_for(connection, SETTLED);
    /* But a client that reads makes room, so that the reply can go on. */
    connection.client_paused = false;
    assert_waits_for(connection, SETTLE_DRAIN);
}

static void paused_clients_are_not_waited_for(void **state)
{
    (void)state;
    struct settle_connection connection = at_rest();
    connection.client_paused = true;
    connection.session_sent = 11;
    assert_waits_for(connection, SETTLED);
    connection.session_open = false;
    assert_waits_for(connection, SETTLED);
}

static void any_end_of_the_client_has_been_seen(void **state)
{
    (void)state;
    struct settle_connection connection = at_rest();
    connection.client_finished = true;
    assert_waits_for(connection, SETTLE_UPSTREAM_END);
    connection.session_finished = true;
    assert_waits_for(connection, SETTLED);
    connection.client_open = false;
    connection.client_closed = true;
    assert_waits_for(connection, SETTLE_UPSTREAM_END);
    connection.session_open = false;
    assert_waits_for(connection, SETTLED);
}

static void a_closed_client_ends_even_a_session_that_holds_reply(void **state)
{
    (void)state;
    struct settle_connection connection = at_rest();
    connection.session_blocked = true;
    connection.client_open = false;
    connection.client_closed = connection.client_finished = true;
    assert_waits_for(connection, SETTLE_UPSTREAM_END);
}

static void any_end_of_the_server_has_been_seen(void **state)
{
    (void)state;
    struct settle_connection connection = at_rest();
    connection.session_open = false;
    assert_waits_for(connection, SETTLE_DOWNSTREAM_END);
    connection.client_saw_end = true;
    assert_waits_for(connection, SETTLED);
}

static void closed_and_failed_receivers_are_not_waited_for(void **state)
{
    (void)state;
    struct settle_connection connection = at_rest();
    connection.session_open = false;
    connection.client_saw_end = true;
    connection.client_sent = 20;
    connection.session_sent = 30;
    assert_waits_for(connection, SETTLED);
}

static void what_is_sent_to_an_ended_session_breaks_the_connection(void **state)
{
    (void)state;
    struct settle_connection connection = at_rest();
    connection.session_open = false;
    connection.client_saw_end = connection.client_sent_to_ended = true;
    assert_waits_for(connection, SETTLE_BREAK);
    connection.client_broken = true;
    assert_waits_for(connection, SETTLED);
}

static void datagrams_are_counted_the_same_way(void **state)
{
    (void)state;
    struct settle_connection connection = datagrams_at_rest();
    assert_waits_for(connection, SETTLED);
    connection.client_sent = 11;
    assert_waits_for(connection, SETTLE_UPSTREAM);
    connection.may_accept = false;
    assert_waits_for(connection, SETTLED);
    connection = datagrams_at_rest();
    connection.session_sent = 11;
    assert_waits_for(connection, SETTLE_DOWNSTREAM);
    connection.client_paused = true;
    assert_waits_for(connection, SETTLED);
    connection = datagrams_at_rest();
    connection.client_has_unsent = true;
    assert_waits_for(connection, SETTLE_SEND);
    connection.client_send_stuck = true;
    assert_waits_for(connection, SETTLE_SEND);
    connection = datagrams_at_rest();
    connection.session_blocked = true;
    assert_waits_for(connection, SETTLE_DRAIN);
    connection.client_paused = true;
    assert_waits_for(connection, SETTLED);
}

static void a_datagram_that_nobody_hears_comes_back_as_a_refusal(void **state)
{
    (void)state;
    struct settle_connection connection = datagrams_at_rest();
    connection.listener_open = connection.may_accept = false;
    connection.client_sent = 11;
    connection.unheard = 1;
    assert_waits_for(connection, SETTLE_REFUSAL);
    connection.refusals = 1;
    assert_waits_for(connection, SETTLED);
}

static void every_clause_has_words_for_a_person(void **state)
{
    (void)state;
    for (int wait = SETTLED; wait <= SETTLE_REFUSAL; wait++) {
        assert_true(settle_wait_text((enum settle_wait)wait)[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_at_rest_is_settled),
        cmocka_unit_test(connecting_waits_for_its_outcome),
        cmocka_unit_test(a_connection_that_may_be_accepted_is_waited_for),
        cmocka_unit_test(a_connection_that_may_not_be_accepted_now_is_not_waited_for),
        cmocka_unit_test(a_listener_that_closes_resets_those_it_has_not_accepted),
        cmocka_unit_test(a_connection_that_never_came_about_is_settled),
        cmocka_unit_test(no_client_can_send_more),
        cmocka_unit_test(a_client_that_is_stuck_behind_undelivered_reply_cannot_send_more),
        cmocka_unit_test(bytes_received_equal_the_bytes_that_send_accepted),
        cmocka_unit_test(sessions_that_hold_undelivered_reply_need_not_receive),
        cmocka_unit_test(paused_clients_are_not_waited_for),
        cmocka_unit_test(any_end_of_the_client_has_been_seen),
        cmocka_unit_test(a_closed_client_ends_even_a_session_that_holds_reply),
        cmocka_unit_test(any_end_of_the_server_has_been_seen),
        cmocka_unit_test(closed_and_failed_receivers_are_not_waited_for),
        cmocka_unit_test(what_is_sent_to_an_ended_session_breaks_the_connection),
        cmocka_unit_test(datagrams_are_counted_the_same_way),
        cmocka_unit_test(a_datagram_that_nobody_hears_comes_back_as_a_refusal),
        cmocka_unit_test(every_clause_has_words_for_a_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
