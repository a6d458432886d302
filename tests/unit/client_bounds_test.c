/* SPDX-License-Identifier: MIT */
/* What a client cannot send or hold: it is remembered, for it must not be reported as if it were.
 */
#include "client_fixture.h"

static void what_was_left_unsent_is_remembered(void **state)
{
    (void)state;
    struct stage stage;
    stage_begin(&stage, WORLD_TCP);
    client_send(&stage.client, "hello", 5);
    assert_false(stage.client.stuck_once);
    send_until_stuck(&stage);
    assert_true(stage.client.stuck_once);
    assert_false(stage.client.dropped_unsent);
    client_reset(&stage.client);
    assert_true(stage.client.dropped_unsent);
    stage_close(&stage, &stage.peer);
    client_begin(&stage.client, WORLD_TCP);
    assert_false(stage.client.stuck_once);
    assert_false(stage.client.dropped_unsent);
    stage_connect(&stage);
    client_send(&stage.client, "hello", 5);
    client_close(&stage.client);
    assert_false(stage.client.dropped_unsent);
    stage_fini(&stage);

    /* The server may end it, too. */
    stage_begin(&stage, WORLD_TCP);
    send_until_stuck(&stage);
    stage_close(&stage, &stage.peer);
    int status = 0;
    for (int i = 0; i < TRIES_MAX && status == 0; i++) {
        status = client_push(&stage.client);
    }
    assert_true(status == -EPIPE || status == -ECONNRESET);
    assert_true(stage.client.dropped_unsent);
    assert_false(client_has_unsent(&stage.client));
    stage_fini(&stage);
}

static void a_full_queue_takes_no_more_and_keeps_what_it_has(void **state)
{
    (void)state;
    struct stage stage;
    stage_begin(&stage, WORLD_TCP);
    send_until_stuck(&stage);
    assert_int_equal(stage.client.unsent.size_max, (size_t)256 << 20);
    stage.client.unsent.size_max = stage.client.unsent.size + 10;
    assert_int_equal(client_send(&stage.client, "hello", 5), 0);
    size_t size = stage.client.unsent.size;
    assert_int_equal(client_send(&stage.client, "hello!", 6), -ENOSPC);
    assert_int_equal(stage.client.unsent.size, size);
    assert_int_equal(client_send(&stage.client, "hello", 5), 0);
    stage_fini(&stage);
}

static void a_full_log_stops_receiving_and_says_so(void **state)
{
    (void)state;
    static const uint8_t data[32768];
    struct stage stage;
    stage_begin(&stage, WORLD_TCP);
    stage.client.log.size_max = 16384;
    assert_int_equal(world_send(stage.world, stage.peer, data, 8192), 8192);
    receive_until(&stage.client, 8192);
    assert_false(stage.client.log_full);
    assert_int_equal(world_send(stage.world, stage.peer, data, sizeof(data)), sizeof(data));
    for (int i = 0; i < TRIES_MAX && !stage.client.log_full; i++) {
        client_receive(&stage.client);
    }
    assert_true(stage.client.log_full);
    assert_true(stage.client.log.size <= 16384);
    assert_int_equal(stage.client.received, stage.client.log.size);
    client_close(&stage.client);
    stage_close(&stage, &stage.peer);
    client_begin(&stage.client, WORLD_TCP);
    assert_false(stage.client.log_full);
    stage_fini(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_left_unsent_is_remembered),
        cmocka_unit_test(a_full_queue_takes_no_more_and_keeps_what_it_has),
        cmocka_unit_test(a_full_log_stops_receiving_and_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
