/* SPDX-License-Identifier: MIT */
/* Streams as reports keep them: length, hash and head. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "prng.h"
#include "result.h"

/* XXH3-128 of nothing, as the reference implementation prints it: most significant byte first. */
static const uint8_t hash_of_nothing[16] = {0x99, 0xaa, 0x06, 0xd3, 0x01, 0x47, 0x98, 0xd8,
                                            0x60, 0x01, 0xc3, 0x24, 0x46, 0x8d, 0x49, 0x7f};

static void nothing_has_the_published_hash(void **state)
{
    (void)state;
    struct result_recorder recorder;
    struct result_stream stream;
    assert_int_equal(result_recorder_init(&recorder), 0);
    result_recorder_read(&recorder, &stream);
    assert_int_equal(stream.length, 0);
    assert_int_equal(stream.head_size, 0);
    assert_memory_equal(stream.hash, hash_of_nothing, sizeof(hash_of_nothing));
    result_recorder_fini(&recorder);
}

static void pieces_add_up_to_the_whole(void **state)
{
    (void)state;
    uint8_t data[5000];
    struct prng prng = {.state = 3};
    prng_fill(&prng, data, sizeof(data));
    struct result_evidence whole;
    result_evidence_bytes(&whole, data, sizeof(data), 0);
    struct result_recorder recorder;
    struct result_stream stream;
    assert_int_equal(result_recorder_init(&recorder), 0);
    for (size_t piece = 1; piece < 600; piece += 13) {
        result_recorder_reset(&recorder);
        for (size_t at = 0; at < sizeof(data); at += piece) {
            size_t left = sizeof(data) - at;
            result_recorder_add(&recorder, data + at, piece < left ? piece : left);
            result_recorder_add(&recorder, NULL, 0);
        }
        result_recorder_read(&recorder, &stream);
        assert_int_equal(stream.length, sizeof(data));
        assert_int_equal(stream.head_size, RESULT_HEAD_BYTES);
        assert_memory_equal(stream.head, data, RESULT_HEAD_BYTES);
        assert_memory_equal(stream.hash, whole.stream.hash, sizeof(stream.hash));
    }
    result_recorder_fini(&recorder);
}

static void check_window(size_t size, uint64_t around, uint64_t offset, uint32_t head_size)
{
    uint8_t data[1000];
    for (size_t i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)(i * 7 + i / 256);
    }
    struct result_evidence evidence;
    result_evidence_bytes(&evidence, data, size, around);
    assert_int_equal(evidence.kind, EVIDENCE_BYTES);
    assert_int_equal(evidence.stream.length, size);
    assert_int_equal(evidence.offset, offset);
    assert_int_equal(evidence.stream.head_size, head_size);
    assert_memory_equal(evidence.stream.head, data + offset, head_size);
}

static void evidence_shows_the_byte_in_question(void **state)
{
    (void)state;
    check_window(0, 0, 0, 0);
    check_window(5, 4, 0, 5);
    check_window(256, 255, 0, 256);
    check_window(1000, 0, 0, 256);
    check_window(1000, 128, 0, 256);
    check_window(1000, 500, 372, 256);
    check_window(1000, 999, 744, 256);
    check_window(1000, 1000, 744, 256);
    check_window(5, UINT64_MAX, 0, 5);
}

static void every_verdict_has_a_name_and_three_are_good(void **state)
{
    (void)state;
    unsigned good = 0;
    for (unsigned verdict = 0; verdict < VERDICT_COUNT; verdict++) {
        assert_true(strlen(verdict_name((enum verdict)verdict)) > 0);
        good += verdict_is_good((enum verdict)verdict);
    }
    assert_int_equal(good, 3);
    assert_true(verdict_is_good(VERDICT_PASS));
    assert_true(verdict_is_good(VERDICT_SKIPPED));
    assert_true(verdict_is_good(VERDICT_EXPECTED_FAIL));
}

static void a_quarantine_covers_failures_until_it_is_over(void **state)
{
    (void)state;
    for (unsigned i = 0; i < VERDICT_COUNT; i++) {
        enum verdict verdict = (enum verdict)i;
        assert_int_equal(result_verdict_fails(verdict, QUARANTINE_NONE), !verdict_is_good(verdict));
        assert_false(result_verdict_fails(verdict, QUARANTINE_HOLDS));
        assert_int_equal(result_verdict_fails(verdict, QUARANTINE_OVER),
                         verdict != VERDICT_SKIPPED);
    }
}

static void a_decision_replaces_what_was_said(void **state)
{
    (void)state;
    const struct plan plan = {.source_count = 1, .seed = 4};
    struct result result;
    assert_int_equal(result_init(&result, 2, &plan), 0);
    assert_int_equal(result.seed, 4);
    assert_int_equal(result.trouble.exit_status, -1);
    assert_int_equal(result.failure.source, PLAN_NONE);
    assert_int_equal(result_decide(&result, VERDICT_FAIL, "first"), 0);
    result.failure.expected =
        (struct result_evidence){.kind = EVIDENCE_TEXT, .text = strdup("something")};
    assert_int_equal(result_decide(&result, VERDICT_ERROR, "not %s", result.failure.sentence), 0);
    assert_string_equal(result.failure.sentence, "not first");
    assert_int_equal(result.failure.expected.kind, EVIDENCE_NONE);
    assert_int_equal(result.verdict, VERDICT_ERROR);
    result_fini(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_has_the_published_hash),
        cmocka_unit_test(pieces_add_up_to_the_whole),
        cmocka_unit_test(evidence_shows_the_byte_in_question),
        cmocka_unit_test(every_verdict_has_a_name_and_three_are_good),
        cmocka_unit_test(a_quarantine_covers_failures_until_it_is_over),
        cmocka_unit_test(a_decision_replaces_what_was_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
