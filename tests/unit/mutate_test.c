/* SPDX-License-Identifier: MIT */
#include "tape_fixture.h"

#include <inttypes.h>

#include "mutate.h"

#define RUNS 60000u

static const struct drill_bytes words[] = {{(const uint8_t *)"exit", 4},
                                           {(const uint8_t *)"a longer word\n", 14},
                                           {(const uint8_t *)"", 1}};
static const struct mutate_words some_words = {words, 3};
static const struct mutate_words no_words = {words, 0};

/* What mutations are made of: bytes on the heap, of just their size, so that a sanitizer sees what
 * is read or written beyond them. */
struct case_of {
    uint64_t seed;
    uint8_t *data, *other;
    size_t size, other_size, capacity;
};

static uint8_t *exactly(const uint8_t *data, size_t size, size_t room)
{
    uint8_t *copy = malloc(room ? room : 1);
    assert_non_null(copy);
    memcpy(copy, data, size);
    return copy;
}

static void draw_case(struct prng *prng, struct case_of *one)
{
    uint8_t data[TAPE_FIXTURE_BYTES_MAX];
    size_t bound = prng_next(prng) % 4 == 0 ? sizeof(data) : 128;
    one->size = fixture_tape(prng, data, bound);
    one->capacity = prng_next(prng) % 8 == 0 ? one->size : prng_next(prng) % (2 * bound);
    one->data = exactly(data, one->size, one->size > one->capacity ? one->size : one->capacity);
    one->other_size = prng_next(prng) % 4 == 0 ? 0 : fixture_tape(prng, data, bound);
    one->other = exactly(data, one->other_size, one->other_size);
    one->seed = prng_next(prng);
}

static void end_case(struct case_of *one)
{
    free(one->data);
    free(one->other);
}

static size_t mutate_case(struct mutate *mutate, struct case_of *one)
{
    return mutate_tape(mutate, one->seed, one->data, one->size, one->capacity,
                       (struct drill_bytes){one->other, one->other_size});
}

static void assert_whole_events(const uint8_t *data, size_t size)
{
    struct tape_event event;
    for (size_t at = 0; at < size;) {
        uint8_t *written = malloc(size);
        size_t next = tape_event_read(data, size, at, &event);
        assert_int_equal(tape_event_write(&event, written, size), next - at);
        assert_memory_equal(written, data + at, next - at);
        free(written);
        at = next;
    }
}

static void what_comes_out_is_whole_events_within_bounds(void **state)
{
    (void)state;
    struct prng prng = {1};
    struct mutate *mutate = mutate_new(&some_words, NULL);
    for (unsigned run = 0; run < RUNS; run++) {
        struct case_of one;
        draw_case(&prng, &one);
        size_t size = mutate_case(mutate, &one);
        assert_true(size <= one.capacity);
        assert_whole_events(one.data, size);
        end_case(&one);
    }
    mutate_free(mutate);
}

static void the_same_seed_gives_the_same_tape_whatever_was_before(void **state)
{
    (void)state;
    struct prng prng = {2};
    struct mutate *used = mutate_new(&some_words, NULL);
    for (unsigned run = 0; run < RUNS / 100; run++) {
        struct case_of one, same;
        struct prng again = prng;
        draw_case(&prng, &one);
        draw_case(&again, &same);
        struct mutate *fresh = mutate_new(&some_words, NULL);
        size_t size = mutate_case(used, &one);
        assert_int_equal(mutate_case(fresh, &same), size);
        assert_memory_equal(one.data, same.data, size);
        mutate_free(fresh);
        end_case(&one);
        end_case(&same);
    }
    mutate_free(used);
}

static void every_operation_happens(void **state)
{
    (void)state;
    struct prng prng = {3};
    struct mutate *mutate = mutate_new(&some_words, NULL);
    for (unsigned run = 0; run < 10000; run++) {
        struct case_of one;
        draw_case(&prng, &one);
        /* Some find something to do only where others have been. */
        for (unsigned i = 0; i < 8; i++, one.seed++) {
            one.size = mutate_case(mutate, &one);
        }
        end_case(&one);
    }
    for (unsigned operation = 0; operation < MUTATE_OPERATION_COUNT; operation++) {
        uint64_t done = mutate_done(mutate, (enum mutate_operation)operation);
        if (done < 10) {
            fail_msg("operation %u was done %" PRIu64 " times", operation, done);
        }
    }
    mutate_free(mutate);
}

/* Goes on from what came out, as an engine does that keeps everything. */
static void grow(struct mutate *mutate, uint64_t seed, unsigned rounds,
                 bool seen[TAPE_OPCODE_COUNT], bool *word)
{
    uint8_t data[512];
    struct tape_event event;
    size_t size = 0;
    for (unsigned i = 0; i < rounds; i++) {
        size = mutate_tape(mutate, seed + i, data, size, sizeof(data), (struct drill_bytes){0});
    }
    for (size_t at = 0; at < size;) {
        at = tape_event_read(data, size, at, &event);
        seen[event.opcode] = true;
        *word = *word || (event.payload && memmem(event.payload, event.payload_size, "exit", 4));
    }
}

static void events_of_every_frequent_kind_and_words_come_from_nothing(void **state)
{
    (void)state;
    bool seen[TAPE_OPCODE_COUNT] = {false}, word = false, other_word = false;
    struct mutate *mutate = mutate_new(&some_words, NULL);
    struct mutate *wordless = mutate_new(&no_words, NULL);
    for (uint64_t seed = 0; seed < 2000; seed++) {
        grow(mutate, seed << 32, 20, seen, &word);
        grow(wordless, seed << 32, 20, seen, &other_word);
    }
    for (unsigned opcode = 0; opcode < TAPE_RARE; opcode++) {
        if (!seen[opcode]) {
            fail_msg("no event %s", tape_opcode_name((enum tape_opcode)opcode));
        }
    }
    assert_true(word);
    assert_false(other_word);
    mutate_free(mutate);
    mutate_free(wordless);
}

static unsigned engine_calls;

static size_t engine_that_fills(uint8_t *data, size_t size, size_t capacity)
{
    assert_true(capacity > 0);
    assert_true(size <= capacity);
    memset(data, 0xff, capacity);
    engine_calls++;
    return capacity;
}

static size_t engine_that_empties(uint8_t *data, size_t size, size_t capacity)
{
    assert_true(capacity > 0);
    assert_true(size <= capacity);
    memset(data, 0, size);
    engine_calls++;
    return 0;
}

static void engines_that_fill_or_empty_everything_keep_the_bounds(void **state)
{
    (void)state;
    static mutate_bytes_with *const engines[] = {engine_that_fills, engine_that_empties};
    for (size_t i = 0; i < 2; i++) {
        struct prng prng = {4};
        struct mutate *mutate = mutate_new(&some_words, engines[i]);
        engine_calls = 0;
        for (unsigned run = 0; run < RUNS / 10; run++) {
            struct case_of one;
            draw_case(&prng, &one);
            size_t size = mutate_case(mutate, &one);
            assert_true(size <= one.capacity);
            assert_whole_events(one.data, size);
            end_case(&one);
        }
        assert_true(engine_calls > RUNS / 100);
        mutate_free(mutate);
    }
}

static void inputs_beyond_the_maximum_are_cut(void **state)
{
    (void)state;
    size_t size = 2 * MUTATE_BYTES_MAX;
    uint8_t *data = malloc(size), *other = calloc(1, size);
    struct prng prng = {5};
    struct mutate *mutate = mutate_new(&some_words, NULL);
    assert_non_null(data);
    assert_non_null(other);
    for (unsigned run = 0; run < 200; run++) {
        /* Every other time one-byte events, the most that there can be. */
        memset(data, run % 2 ? TAPE_TOGETHER : TAPE_SEND, size);
        size_t left = mutate_tape(mutate, prng_next(&prng), data, size, size,
                                  (struct drill_bytes){other, size});
        assert_true(left <= MUTATE_BYTES_MAX);
        assert_whole_events(data, left < 1000 ? left : 0);
    }
    mutate_free(mutate);
    free(data);
    free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_out_is_whole_events_within_bounds),
        cmocka_unit_test(the_same_seed_gives_the_same_tape_whatever_was_before),
        cmocka_unit_test(every_operation_happens),
        cmocka_unit_test(events_of_every_frequent_kind_and_words_come_from_nothing),
        cmocka_unit_test(engines_that_fill_or_empty_everything_keep_the_bounds),
        cmocka_unit_test(inputs_beyond_the_maximum_are_cut),
    };
    return cmocka_run_group_tests_name("mutate", tests, NULL, NULL);
}
