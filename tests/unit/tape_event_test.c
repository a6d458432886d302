/* SPDX-License-Identifier: MIT */
#include "tape_fixture.h"

static void numbers_are_read_as_they_were_written(void **state)
{
    (void)state;
    static const struct {
        uint64_t number;
        size_t size;
    } edges[] = {{0, 1},          {240, 1},
                 {241, 2},        {2287, 2},
                 {2288, 3},       {67823, 3},
                 {67824, 4},      {UINT64_C(1) << 24, 5},
                 {UINT32_MAX, 5}, {UINT64_C(1) << 32, 6},
                 {UINT64_MAX, 9}};
    for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
        uint8_t out[9];
        uint64_t number = 0;
        assert_int_equal(tape_number_write(edges[i].number, out), edges[i].size);
        assert_int_equal(tape_number_read(out, sizeof(out), 0, &number), edges[i].size);
        assert_true(number == edges[i].number);
    }
}

static void numbers_cut_short_go_on_with_zeros(void **state)
{
    (void)state;
    uint8_t cut[] = {255, 1};
    uint64_t number = 7;
    assert_int_equal(tape_number_read(cut, sizeof(cut), 0, &number), 2);
    assert_true(number == UINT64_C(1) << 56);
    assert_int_equal(tape_number_read(cut, sizeof(cut), 2, &number), 2);
    assert_true(number == 0);
}

static void clients_are_numbered_without_gaps_or_doubles(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < 10000; number++) {
        bool backlog;
        uint64_t index = tape_client_index(number, &backlog);
        assert_true(tape_client_number(backlog, index) == number);
    }
}

static void every_byte_string_is_events_without_gaps(void **state)
{
    (void)state;
    struct prng prng = {1};
    for (unsigned run = 0; run < 100000; run++) {
        uint8_t data[128];
        struct tape_event event;
        size_t size = prng_next(&prng) % sizeof(data);
        prng_fill(&prng, data, size);
        for (size_t at = 0; at < size;) {
            size_t next = tape_event_read(data, size, at, &event);
            assert_true(next > at && next <= size);
            assert_int_equal(event.offset, at);
            assert_int_equal(event.size, next - at);
            assert_true(!event.payload || event.payload + event.payload_size <= data + size);
            at = next;
        }
    }
}

static void events_in_canonical_form_stay_as_they_are(void **state)
{
    (void)state;
    struct prng prng = {2};
    for (unsigned run = 0; run < 100000; run++) {
        uint8_t data[64], first[128], second[128];
        struct tape_event event, again;
        prng_fill(&prng, data, sizeof(data));
        tape_event_read(data, sizeof(data), 0, &event);
        size_t size = tape_event_write(&event, first, sizeof(first));
        assert_true(size <= sizeof(first));
        assert_int_equal(tape_event_read(first, size, 0, &again), size);
        assert_int_equal(again.opcode, event.opcode);
        assert_memory_equal(again.operands, event.operands, sizeof(event.operands));
        assert_int_equal(again.payload_size, event.payload_size);
        assert_int_equal(tape_event_write(&again, second, sizeof(second)), size);
        assert_memory_equal(first, second, size);
    }
}

static void an_event_that_does_not_fit_writes_nothing(void **state)
{
    (void)state;
    uint8_t out[8] = {1, 2, 3};
    struct tape_event event = {
        .opcode = TAPE_SEND, .payload = (const uint8_t *)"hello", .payload_size = 5};
    assert_int_equal(tape_event_write(&event, out, 7), 8);
    assert_memory_equal(out, ((uint8_t[8]){1, 2, 3}), 8);
    assert_int_equal(tape_event_write(&event, out, 8), 8);
    assert_memory_equal(out, ((uint8_t[8]){TAPE_SEND, 0, 5, 'h', 'e', 'l', 'l', 'o'}), 8);
}

static void only_faults_and_the_network_are_injected(void **state)
{
    (void)state;
    for (int i = 0; i < TAPE_OPCODE_COUNT; i++) {
        struct tape_event event = {.opcode = (enum tape_opcode)i};
        assert_int_equal(tape_event_is_injected(&event), i == TAPE_FAULT || i == TAPE_NETWORK);
        assert_non_null(tape_opcode_name(event.opcode));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_as_they_were_written),
        cmocka_unit_test(numbers_cut_short_go_on_with_zeros),
        cmocka_unit_test(clients_are_numbered_without_gaps_or_doubles),
        cmocka_unit_test(every_byte_string_is_events_without_gaps),
        cmocka_unit_test(events_in_canonical_form_stay_as_they_are),
        cmocka_unit_test(an_event_that_does_not_fit_writes_nothing),
        cmocka_unit_test(only_faults_and_the_network_are_injected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
