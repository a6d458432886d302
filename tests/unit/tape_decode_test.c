/* SPDX-License-Identifier: MIT */
#include "count_allocations.h"
#include "tape_fixture.h"

struct totals {
    uint64_t steps, sent, deepest;
    uint64_t open;
};

static void add_up(const struct plan_steps *steps, uint64_t times, uint64_t depth,
                   struct totals *totals)
{
    totals->deepest = depth > totals->deepest ? depth : totals->deepest;
    for (size_t i = 0; i < steps->count; i++) {
        const struct plan_step *step = &steps->steps[i];
        uint64_t pieces = 1;
        if (step->verb == PLAN_REPEAT) {
            assert_false(step->repeat.unrolled);
            add_up(&step->repeat.body, times * step->repeat.count, depth + 1, totals);
        }
        for (size_t j = 0; step->verb == PLAN_TOGETHER && j < step->together.lane_count; j++) {
            add_up(&step->together.lanes[j], times, depth + 1, totals);
        }
        if (step->verb == PLAN_SEND) {
            pieces = step->send.cut_every ? step->send.payload.size + 1 : step->send.cut_count + 1;
            totals->sent += times * step->send.payload.size;
        }
        totals->steps += times * pieces;
    }
}

static void check_explored(const struct plan *plan)
{
    struct totals totals = {0};
    assert_true(plan->explore);
    assert_int_equal(plan->worlds, PLAN_SIM);
    assert_true(plan->client_count <= 8);
    assert_int_equal(plan->seed, 1);
    assert_null(plan->expect_failure);
    assert_true(plan->server.recv_buffer_bytes <= 4096);
    assert_true(plan->server.backlog <= 16);
    assert_true(plan->server.transport == WORLD_UDP || plan->server.sessions_max <= 256);
    assert_int_equal(plan->server.reply_bytes_max, 65536);
    assert_int_equal(plan->capture_count, 0);
    add_up(&plan->steps, 1, 0, &totals);
    assert_true(totals.steps <= 512);
    assert_true(totals.sent <= 65536);
    assert_true(totals.deepest <= 4);
}

/* Decodes, encodes, decodes and encodes: both encodings, and both plans, are the same. */
static void check_canonical(struct tape *first, struct tape *second,
                            const struct tape_plugin *plugin, const uint8_t *data, size_t size,
                            unsigned run)
{
    struct bytes once, twice;
    bytes_init(&once, (size_t)1 << 24);
    bytes_init(&twice, (size_t)1 << 24);
    const struct plan *plan = tape_decode(first, data, size);
    assert_int_equal(tape_encode(plan, plugin, &once), 0);
    const struct plan *again = tape_decode(second, once.data, once.size);
    const char *what = tape_equal(plan, again, TAPE_EQUAL_NAMES);
    if (what) {
        fail_msg("run %u: decoded again, %s differs", run, what);
    }
    assert_int_equal(tape_encode(again, plugin, &twice), 0);
    assert_int_equal(once.size, twice.size);
    if (once.size > 0) {
        assert_memory_equal(once.data, twice.data, once.size);
    }
    bytes_fini(&once);
    bytes_fini(&twice);
}

static void explored_plans_stay_within_their_bounds_and_are_canonical(void **state)
{
    (void)state;
    for (size_t p = 0; p < 3; p++) {
        struct tape_plugin plugin = tape_plugin_of_info(&fixture_plugins[p]);
        struct tape *first = tape_new(TAPE_EXPLORE, &plugin, NULL);
        struct tape *second = tape_new(TAPE_EXPLORE, &plugin, NULL);
        struct prng prng = {p};
        for (unsigned run = 0; run < 6000; run++) {
            uint8_t data[TAPE_FIXTURE_BYTES_MAX];
            size_t size = fixture_tape(&prng, data, run % 10 == 0 ? sizeof(data) : 200);
            check_explored(tape_decode(first, data, size));
            check_canonical(first, second, &plugin, data, size, run);
        }
        tape_free(first);
        tape_free(second);
    }
}

static void whole_plans_are_canonical(void **state)
{
    (void)state;
    for (size_t p = 0; p < 3; p++) {
        struct tape_plugin plugin = tape_plugin_of_info(&fixture_plugins[p]);
        struct prng prng = {100 + p};
        for (unsigned run = 0; run < 1500; run++) {
            uint8_t data[TAPE_FIXTURE_BYTES_MAX];
            size_t size = fixture_tape(&prng, data, run % 10 == 0 ? sizeof(data) : 300);
            struct tape_limits limits;
            tape_limits_measure(data, size, &limits);
            struct tape *first = tape_new(TAPE_WHOLE, &plugin, &limits);
            struct tape *second = tape_new(TAPE_WHOLE, &plugin, &limits);
            check_canonical(first, second, &plugin, data, size, run);
            tape_free(first);
            tape_free(second);
        }
    }
}

static void decoding_allocates_nothing(void **state)
{
    (void)state;
    struct tape_plugin plugin = tape_plugin_of_info(&fixture_plugins[2]);
    size_t before = allocations;
    struct tape *tape = tape_new(TAPE_EXPLORE, &plugin, NULL);
    assert_true(allocations > before);
    struct prng prng = {3};
    uint8_t data[TAPE_FIXTURE_BYTES_MAX];
    before = allocations;
    for (unsigned run = 0; run < 3000; run++) {
        size_t size = fixture_tape(&prng, data, sizeof(data));
        tape_decode(tape, data, size);
    }
    assert_int_equal(allocations, before);
    tape_free(tape);
}

static void what_was_decoded_before_leaves_no_trace(void **state)
{
    (void)state;
    struct tape_plugin plugin = tape_plugin_of_info(&fixture_plugins[2]);
    struct tape *used = tape_new(TAPE_EXPLORE, &plugin, NULL);
    struct prng prng = {4};
    for (unsigned run = 0; run < 1000; run++) {
        uint8_t data[TAPE_FIXTURE_BYTES_MAX];
        size_t size = fixture_tape(&prng, data, sizeof(data));
        struct tape *fresh = tape_new(TAPE_EXPLORE, &plugin, NULL);
        const char *what = tape_equal(tape_decode(used, data, size), tape_decode(fresh, data, size),
                                      TAPE_EQUAL_NAMES);
        assert_null(what);
        tape_free(fresh);
    }
    tape_free(used);
}

static void an_open_client_is_ended_in_the_end(void **state)
{
    (void)state;
    struct tape_plugin plugin = tape_plugin_of_info(&fixture_plugins[0]);
    struct tape *tape = tape_new(TAPE_EXPLORE, &plugin, NULL);
    static const uint8_t data[] = {TAPE_CONNECT, 0, TAPE_SEND,       0, 2, 'h', 'i',
                                   TAPE_CONNECT, 1, TAPE_HALF_CLOSE, 1};
    static const enum plan_verb verbs[] = {PLAN_CONNECT,    PLAN_SEND,       PLAN_CONNECT,
                                           PLAN_HALF_CLOSE, PLAN_HALF_CLOSE, PLAN_CLOSE,
                                           PLAN_CLOSE};
    static const uint32_t clients[] = {0, 0, 1, 1, 0, 0, 1};
    const struct plan *plan = tape_decode(tape, data, sizeof(data));
    assert_int_equal(plan->steps.count, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(plan->steps.steps[i].verb, verbs[i]);
        assert_int_equal(plan->steps.steps[i].client, clients[i]);
    }
    assert_string_equal(plan->sources[6], "/steps/6");
    tape_free(tape);
}

static void a_repeat_that_could_not_go_round_runs_once(void **state)
{
    (void)state;
    struct tape_plugin plugin = tape_plugin_of_info(&fixture_plugins[0]);
    struct tape *tape = tape_new(TAPE_EXPLORE, &plugin, NULL);
    static const uint8_t open[] = {TAPE_REPEAT, 9, TAPE_CONNECT, 0, TAPE_END};
    static const uint8_t closed[] = {TAPE_REPEAT, 9, TAPE_CONNECT, 0, TAPE_CLOSE, 0, TAPE_END};
    assert_int_equal(tape_decode(tape, open, sizeof(open))->steps.steps[0].repeat.count, 1);
    assert_int_equal(tape_decode(tape, closed, sizeof(closed))->steps.steps[0].repeat.count, 9);
    tape_free(tape);
}

static void lanes_share_no_client(void **state)
{
    (void)state;
    struct tape_plugin plugin = tape_plugin_of_info(&fixture_plugins[0]);
    struct tape *tape = tape_new(TAPE_EXPLORE, &plugin, NULL);
    static const uint8_t data[] = {TAPE_CONNECT, 0, TAPE_TOGETHER, TAPE_PAUSE, 0, TAPE_LANE,
                                   TAPE_CLOSE,   0, TAPE_CONNECT,  1};
    const struct plan *plan = tape_decode(tape, data, sizeof(data));
    const struct plan_step *together = &plan->steps.steps[1];
    assert_int_equal(together->together.lane_count, 2);
    assert_int_equal(together->together.lanes[1].count, 1);
    assert_int_equal(together->together.lanes[1].steps[0].verb, PLAN_CONNECT);
    assert_string_equal(plan->sources[3], "/steps/1/together/1/0");
    tape_free(tape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(explored_plans_stay_within_their_bounds_and_are_canonical),
        cmocka_unit_test(whole_plans_are_canonical),
        cmocka_unit_test(decoding_allocates_nothing),
        cmocka_unit_test(what_was_decoded_before_leaves_no_trace),
        cmocka_unit_test(an_open_client_is_ended_in_the_end),
        cmocka_unit_test(a_repeat_that_could_not_go_round_runs_once),
        cmocka_unit_test(lanes_share_no_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
