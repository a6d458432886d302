/* SPDX-License-Identifier: MIT */
/* What a person reads about one result and about all of them: exact text. */
#include "report_fixture.h"

#include "divergence_text.h"
#include "evidence_text.h"
#include "result_text_fixture.h"
#include "safe_text.h"

#define FAIL_BLOCK(id)                                                                             \
    "FAIL " id "\n"                                                                                \
    "  scenarios/some.json: step /steps/1/steps/0 (iteration 4): the client received other "       \
    "bytes\n"                                                                                      \
    "    expected  \"HELLO\" (5 bytes)\n"                                                          \
    "    actual    \"HELLX\" (5 bytes)\n"                                                          \
    "    0000  48 45 4c 4c 4f          |HELLO   |  48 45 4c 4c 58          |HELLX   |\n"           \
    "                      ^^                                  ^^\n"                               \
    "  replay: sockdrill run --filter '" id "' --seed 1\n"

static void assert_evidence(const struct result_evidence *expected,
                            const struct result_evidence *actual, size_t rows_max,
                            const char *wanted)
{
    struct bytes text;
    bytes_init(&text, (size_t)1 << 20);
    struct ink ink = {.out = &text};
    evidence_text_add(&ink, expected, actual, rows_max);
    assert_int_equal(ink.status, 0);
    assert_text(&text, wanted);
}

static void a_failure_shows_both_sides_with_the_difference_marked(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    struct result result;
    fixture_result(&result, 0, &plan);
    fixture_fail(&result, VERDICT_FAIL, "HELLO", "HELLX");
    assert_block(&plan, &result, 0, false, FAIL_BLOCK("tcp/one"));
}

static void colour_marks_verdict_and_differing_bytes(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    struct result result;
    fixture_result(&result, 0, &plan);
    fixture_fail(&result, VERDICT_FAIL, "b", "a");
    result.failure.iteration[1] = 2;
    result.failure.iteration_depth = 2;
    assert_block(
        &plan, &result, 0, true,
        "\x1b[1;31mFAIL\x1b[0m tcp/one\n"
        "  scenarios/some.json: step /steps/1/steps/0 (iterations 4, 2): the client received "
        "other bytes\n"
        "    expected  \"b\" (1 byte)\n"
        "    actual    \"a\" (1 byte)\n"
        "    0000  \x1b[32m62\x1b[0m                      |b       |  "
        "\x1b[1;31m61\x1b[0m                      |a       |\n"
        "          \x1b[32m^^\x1b[0m                                  \x1b[1;31m^^\x1b[0m\n"
        "  replay: sockdrill run --filter 'tcp/one' --seed 1\n");
}

static void what_was_cut_short_is_marked_where_it_is_missing(void **state)
{
    (void)state;
    struct result_evidence expected, actual;
    result_evidence_bytes(&expected, "HELLO", 5, 4);
    result_evidence_bytes(&actual, "HELL", 4, 4);
    assert_evidence(
        &expected, &actual, EVIDENCE_TEXT_ROWS,
        "    expected  \"HELLO\" (5 bytes)\n"
        "    actual    \"HELL\" (4 bytes)\n"
        "    0000  48 45 4c 4c 4f          |HELLO   |  48 45 4c 4c             |HELL    |\n"
        "                      ^^\n");
}

static void long_streams_are_shown_from_the_row_before_the_difference(void **state)
{
    (void)state;
    char sent[3000], got[3000];
    memset(sent, 'A', sizeof(sent));
    memcpy(got, sent, sizeof(got));
    got[1030] = '!';
    struct result_evidence expected, actual;
    result_evidence_bytes(&expected, sent, sizeof(sent), 1030);
    result_evidence_bytes(&actual, got, 1040, 1030);
    assert_evidence(
        &expected, &actual, 2,
        "    expected  ...\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"... (3000 bytes)\n"
        "    actual    ...\"AAAAAAAAAAAAAA!AAAAAAAAA\" (1040 bytes)\n"
        "    ....\n"
        "    03f8  41 41 41 41 41 41 41 41 |AAAAAAAA|  41 41 41 41 41 41 41 41 |AAAAAAAA|\n"
        "    0400  41 41 41 41 41 41 41 41 |AAAAAAAA|  41 41 41 41 41 41 21 41 |AAAAAA!A|\n"
        "                            ^^                                  ^^\n"
        "    ....\n");
}

/* The excerpts begin at different offsets: what one side did not keep is neither marked nor
 * shown as missing. */
static void excerpts_line_up_by_their_place_in_the_stream(void **state)
{
    (void)state;
    char bytes[600];
    memset(bytes, 'A', sizeof(bytes));
    struct result_evidence expected, actual;
    result_evidence_bytes(&expected, bytes, sizeof(bytes), 0);
    result_evidence_bytes(&actual, bytes, sizeof(bytes), 400);
    struct bytes text;
    bytes_init(&text, (size_t)1 << 20);
    struct ink ink = {.out = &text};
    evidence_text_add(&ink, &expected, &actual, SIZE_MAX);
    const char *shown = bytes_string(&text);
    assert_null(strchr(shown, '^'));
    assert_non_null(strstr(
        shown, "0000  41 41 41 41 41 41 41 41 |AAAAAAAA|  .. .. .. .. .. .. .. .. |        |\n"));
    assert_non_null(strstr(
        shown, "0110  .. .. .. .. .. .. .. .. |        |  41 41 41 41 41 41 41 41 |AAAAAAAA|\n"));
    bytes_fini(&text);
}

static void words_are_shown_beside_bytes(void **state)
{
    (void)state;
    struct result_evidence words = {.kind = EVIDENCE_TEXT, .text = strdup("a match of ^A+$")};
    struct result_evidence bytes;
    result_evidence_bytes(&bytes, "AB\n\"\\\x80\xc3\xa4", 8, 0);
    assert_evidence(&words, &bytes, EVIDENCE_TEXT_ROWS,
                    "    expected  a match of ^A+$\n"
                    "    actual    \"AB\\n\\\"\\\\\\x80\xc3\xa4\" (8 bytes)\n"
                    "    0000  41 42 0a 22 5c 80 c3 a4                         |AB.\"\\...        "
                    "|\n");
    free(words.text);
}

static void an_empty_side_is_said_and_not_drawn(void **state)
{
    (void)state;
    struct result_evidence expected, actual, none = {.kind = EVIDENCE_NONE};
    result_evidence_bytes(&expected, "", 0, 0);
    result_evidence_bytes(&actual, "OK", 2, 0);
    assert_evidence(&expected, &actual, EVIDENCE_TEXT_ROWS,
                    "    expected  nothing\n"
                    "    actual    \"OK\" (2 bytes)\n"
                    "    0000  4f 4b                                           |OK              "
                    "|\n");
    assert_evidence(&expected, &expected, EVIDENCE_TEXT_ROWS,
                    "    expected  nothing\n    actual    nothing\n");
    assert_evidence(&none, &none, EVIDENCE_TEXT_ROWS, "");
}

static void a_crash_shows_backtrace_and_output(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    struct result result;
    fixture_result(&result, 0, &plan);
    assert_int_equal(result_decide(&result, VERDICT_CRASH, "the worker died of SIGSEGV"), 0);
    result.failure.source = 3;
    result.trouble.signal = 11;
    result.trouble.frames[0] =
        (struct result_frame){.module = strdup("/nowhere/server.so"), .offset = 0x1139};
    result.trouble.frames[1] =
        (struct result_frame){.module = strdup("/nowhere/libc.so.6"), .offset = 0xff};
    result.trouble.frame_count = 2;
    result.trouble.output = strdup("first\x1b[2J\n\nlast");
    assert_block(&plan, &result, 0, false,
                 "CRASH tcp/one\n"
                 "  scenarios/some.json: step /steps/2: the worker died of SIGSEGV\n"
                 "  backtrace:\n"
                 "    #0  server.so+0x1139\n"
                 "    #1  libc.so.6+0xff\n"
                 "  standard error:\n"
                 "    | first\\x1b[2J\n"
                 "    | \n"
                 "    | last\n"
                 "  replay: sockdrill run --filter 'tcp/one' --seed 1\n");
}

static void long_output_is_cut_unless_verbose(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    for (int verbosity = 0; verbosity < 2; verbosity++) {
        struct result result;
        fixture_result(&result, 0, &plan);
        assert_int_equal(result_decide(&result, VERDICT_LEAK, "memory was not freed"), 0);
        result.trouble.output = calloc(1, 101);
        assert_non_null(result.trouble.output);
        for (int i = 0; i < 50; i++) {
            memcpy(result.trouble.output + 2 * i, "x\n", 2);
        }
        struct bytes text;
        bytes_init(&text, (size_t)1 << 20);
        struct ink ink = {.out = &text};
        result_text_add(&ink, &plan, &result, verbosity, NULL, NULL);
        result_fini(&result);
        size_t lines = 0;
        for (const char *at = bytes_string(&text); (at = strstr(at, "| x\n")); at++) {
            lines++;
        }
        assert_int_equal(lines, verbosity ? 50 : 20);
        assert_int_equal(strstr(bytes_string(&text), "| ... (all") != NULL, !verbosity);
        bytes_fini(&text);
    }
}

static void good_results_have_a_line_only_when_verbose(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    plan.worlds = PLAN_BOTH;
    static const struct {
        enum verdict verdict;
        const char *note, *line;
    } cases[] = {
        {VERDICT_PASS, NULL, "PASS tcp/one  3.4 ms\n"},
        {VERDICT_SKIPPED, "needs the sim world", "SKIPPED tcp/one: needs the sim world\n"},
        {VERDICT_EXPECTED_FAIL, "bug \x1b", "EXPECTED-FAIL tcp/one  3.4 ms: bug \\x1b\n"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (int verbosity = -1; verbosity < 2; verbosity++) {
            struct result result;
            fixture_result(&result, 0, &plan);
            result.verdict = cases[i].verdict;
            result.note = cases[i].note ? strdup(cases[i].note) : NULL;
            /* An empty text has no string yet: a letter before it makes one. */
            struct bytes text;
            bytes_init(&text, 1000);
            struct ink ink = {.out = &text};
            ink_add(&ink, ">");
            result_text_add(&ink, &plan, &result, verbosity, NULL, NULL);
            result_fini(&result);
            assert_string_equal(bytes_string(&text) + 1, verbosity > 0 ? cases[i].line : "");
            bytes_fini(&text);
        }
    }
}

static void worlds_that_disagree_stand_side_by_side(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    plan.worlds = PLAN_BOTH;
    struct result result;
    fixture_result(&result, 0, &plan);
    fixture_diverge(&result);
    assert_block(&plan, &result, 0, false,
                 "DIVERGED tcp/one\n"
                 "  scenarios/some.json: the worlds disagree\n"
                 "    sim: pass                            | kernel: fail\n"
                 "  the session of bob: how it ended\n"
                 "    eof                                  | reset\n"
                 "  the server's call 3 for bob\n"
                 "    recv(1024) = 0                       | recv(1024) = ECONNRESET\n"
                 "  replay: sockdrill run --filter 'tcp/one' --seed 1\n");
}

static void what_is_wider_than_its_column_goes_on_below(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    struct result result;
    fixture_result(&result, 0, &plan);
    fixture_diverge(&result);
    free(result.divergence.sim);
    free(result.divergence.kernel);
    free(result.divergence.calls);
    result.divergence.calls = NULL;
    result.divergence.sim = strdup("123456789_123456789_123456789_1234\xc3\xa4\xc3\xa4rest");
    result.divergence.kernel = calloc(1, 1001);
    assert_non_null(result.divergence.kernel);
    memset(result.divergence.kernel, 'x', 1000);
    struct bytes text;
    bytes_init(&text, (size_t)1 << 20);
    struct ink ink = {.out = &text};
    divergence_text_add(&ink, &result, 3);
    assert_int_equal(ink.status, 0);
    assert_text(&text,
                "    sim: pass                            | kernel: fail\n"
                "  the session of bob: how it ended\n"
                "    123456789_123456789_123456789_1234\xc3\xa4\xc3\xa4 | "
                "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"
                "    rest                                 | xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"
                "                                         | xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"
                "                                         | ...\n");
    result_fini(&result);
}

static void columns_are_broken_between_words(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    struct result result;
    fixture_result(&result, 0, &plan);
    fixture_diverge(&result);
    free(result.divergence.kernel);
    free(result.divergence.calls);
    result.divergence.calls = NULL;
    result.divergence.kernel =
        strdup("fail at /steps/3: expect: byte 0 differs from what was expected");
    struct bytes text;
    bytes_init(&text, (size_t)1 << 20);
    struct ink ink = {.out = &text};
    divergence_text_add(&ink, &result, 8);
    assert_text(&text,
                "    sim: pass                            | kernel: fail\n"
                "  the session of bob: how it ended\n"
                "    eof                                  | fail at /steps/3: expect: byte 0\n"
                "                                         | differs from what was expected\n");
    result_fini(&result);
}

static void a_scenario_of_one_world_says_so(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    plan.worlds = PLAN_SIM;
    struct result result;
    fixture_result(&result, 0, &plan);
    assert_block(&plan, &result, 1, false, "PASS tcp/one (sim only)  3.4 ms\n");
    plan.worlds = PLAN_BOTH;
    fixture_result(&result, 0, &plan);
    assert_block(&plan, &result, 1, false, "PASS tcp/one  3.4 ms\n");
}

static void an_unexpected_pass_says_what_was_expected(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    struct result result;
    fixture_result(&result, 0, &plan);
    result.verdict = VERDICT_UNEXPECTED_PASS;
    result.note = strdup("half-close is lost");
    assert_block(&plan, &result, -1, false,
                 "UNEXPECTED-PASS tcp/one\n"
                 "  scenarios/some.json: it was expected to fail, and passed\n"
                 "  note: half-close is lost\n"
                 "  replay: sockdrill run --filter 'tcp/one' --seed 1\n");
}

static void hostile_text_never_reaches_the_terminal_raw(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "a\x1b]0;x\x07\xc2\x9b"
                        "b\xe2\x80\xae\xffz\xc3\xa4");
    plan.file = "dir\n/\x7f.json";
    struct result result;
    fixture_result(&result, 0, &plan);
    assert_int_equal(result_decide(&result, VERDICT_ERROR, "said \"\x1b[31m\" \xf0\x9f\x98\x80"),
                     0);
    assert_block(
        &plan, &result, 0, false,
        "ERROR a\\x1b]0;x\\x07\\u{009b}b\\u{202e}\\xffz\xc3\xa4\n"
        "  dir\\x0a/\\x7f.json: said \"\\x1b[31m\" \xf0\x9f\x98\x80\n"
        "  replay: sockdrill run --filter 'a\\x1b]0;x\\x07\\u{009b}b\\u{202e}\\xffz\xc3\xa4'"
        " --seed 1\n");
}

static void the_summary_names_what_there_was(void **state)
{
    (void)state;
    struct report_summary summary = {.planned = 72, .total = 72, .complete = true};
    summary.counts[VERDICT_PASS] = 70;
    summary.counts[VERDICT_FAIL] = 1;
    summary.counts[VERDICT_SKIPPED] = 1;
    assert_summary(&summary, 412345678, "72 scenarios: 70 passed, 1 failed, 1 skipped  in 0.4 s\n");
    summary = (struct report_summary){.planned = 1, .total = 1, .complete = true};
    summary.counts[VERDICT_PASS] = 1;
    assert_summary(&summary, 119940000000, "1 scenario: 1 passed  in 119.9 s\n");
    assert_summary(&summary, 119960000000, "1 scenario: 1 passed  in 2 min 0 s\n");
    summary = (struct report_summary){
        .planned = 30, .total = 12, .counts = {0, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1}};
    assert_summary(&summary, 0,
                   "stopped after 12 of 30 scenarios: 0 passed, 1 failed, 2 errors, 1 crashed, "
                   "1 hung, 1 leaked, 1 diverged, 1 flaky, 1 skipped, "
                   "1 failed as expected, 1 passed unexpectedly  in 0.0 s\n");
}

static void the_summary_says_where_scenarios_ran(void **state)
{
    (void)state;
    struct report_summary summary = {.planned = 3, .total = 3, .complete = true, .counts = {3}};
    summary.worlds[PLAN_BOTH] = 3;
    assert_summary(&summary, 0, "3 scenarios in both worlds: 3 passed  in 0.0 s\n");
    summary.worlds[PLAN_BOTH] = 1;
    summary.worlds[PLAN_SIM] = 2;
    assert_summary(&summary, 0,
                   "3 scenarios in both worlds (2 simulated only): 3 passed  in 0.0 s\n");
    summary.worlds[PLAN_KERNEL] = summary.worlds[PLAN_SIM] = 1;
    assert_summary(&summary, 0,
                   "3 scenarios in both worlds (1 simulated only, 1 on real sockets only): "
                   "3 passed  in 0.0 s\n");
    summary.worlds[PLAN_SIM] = 0;
    assert_summary(&summary, 0,
                   "3 scenarios in both worlds (1 on real sockets only): 3 passed  in 0.0 s\n");
    summary.worlds[PLAN_BOTH] = 0;
    assert_summary(&summary, 0, "3 scenarios on real sockets: 3 passed  in 0.0 s\n");
    summary.worlds[PLAN_SIM] = 2;
    assert_summary(&summary, 0,
                   "3 scenarios (2 simulated only, 1 on real sockets only): 3 passed  in 0.0 s\n");
    summary.worlds[PLAN_KERNEL] = 0;
    assert_summary(&summary, 0, "3 scenarios in the simulated world: 3 passed  in 0.0 s\n");
}

static void shell_words_survive_any_character(void **state)
{
    (void)state;
    struct bytes text;
    bytes_init(&text, 100);
    assert_int_equal(safe_text_add_shell(&text, "it's $HOME"), 0);
    assert_text(&text, "'it'\\''s $HOME'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_shows_both_sides_with_the_difference_marked),
        cmocka_unit_test(colour_marks_verdict_and_differing_bytes),
        cmocka_unit_test(what_was_cut_short_is_marked_where_it_is_missing),
        cmocka_unit_test(long_streams_are_shown_from_the_row_before_the_difference),
        cmocka_unit_test(excerpts_line_up_by_their_place_in_the_stream),
        cmocka_unit_test(words_are_shown_beside_bytes),
        cmocka_unit_test(an_empty_side_is_said_and_not_drawn),
        cmocka_unit_test(a_crash_shows_backtrace_and_output),
        cmocka_unit_test(long_output_is_cut_unless_verbose),
        cmocka_unit_test(good_results_have_a_line_only_when_verbose),
        cmocka_unit_test(worlds_that_disagree_stand_side_by_side),
        cmocka_unit_test(what_is_wider_than_its_column_goes_on_below),
        cmocka_unit_test(columns_are_broken_between_words),
        cmocka_unit_test(a_scenario_of_one_world_says_so),
        cmocka_unit_test(the_summary_says_where_scenarios_ran),
        cmocka_unit_test(an_unexpected_pass_says_what_was_expected),
        cmocka_unit_test(hostile_text_never_reaches_the_terminal_raw),
        cmocka_unit_test(the_summary_names_what_there_was),
        cmocka_unit_test(shell_words_survive_any_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
