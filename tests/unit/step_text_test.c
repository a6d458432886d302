/* SPDX-License-Identifier: MIT */
/* What a person reads of each verb: exact lines of steps as scenarios spell them. */
#include "scenario_fixture.h"

#include "step_text.h"

/* The line of a step of the file, freed by the caller. */
static char *line_of(const struct plan *plan, const struct result_failure *failure, size_t source)
{
    struct bytes text;
    bytes_init(&text, (size_t)1 << 20);
    struct ink ink = {.out = &text};
    assert_true(source < plan->source_count);
    struct step_index *steps = step_index_new(plan, failure);
    assert_non_null(steps);
    step_text_add(&ink, plan, &steps[source]);
    free(steps);
    assert_int_equal(ink.status, 0);
    assert_non_null(bytes_string(&text));
    return (char *)text.data;
}

static void assert_line(const struct plan *plan, const struct result_failure *failure,
                        size_t source, const char *expected)
{
    char *line = line_of(plan, failure, source);
    assert_string_equal(line, expected);
    free(line);
}

/* A scenario has to expect something. */
#define ALIVE "{'expect_server': {'alive': true}}"

/* A step, and the line that it makes. */
struct line {
    const char *step, *text;
};

/* Each stands behind the connections of client and bob. */
static void assert_lines(const struct line *lines, size_t count, bool udp)
{
    for (size_t i = 0; i < count; i++) {
        char steps[4096];
        struct suite suite;
        snprintf(steps, sizeof(steps), "{'connect': {}}, {'connect': {}, 'as': 'bob'}, %s, " ALIVE,
                 lines[i].step);
        const struct plan *plan = udp ? fixture_udp(steps, &suite) : fixture_tcp(steps, &suite);
        assert_line(plan, NULL, 2, lines[i].text);
        suite_free(&suite);
    }
}

static void every_verb_has_its_line(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {"{'connect': {}, 'as': 'eve'}", "connect as eve"},
        {"{'connect': {}, 'as': 'eve', 'outcome': 'refused'}", "connect as eve, outcome refused"},
        {"{'connect': {}, 'as': 'eve', 'outcome': 'hung'}", "connect as eve, outcome hung"},
        {"{'send': 'hello'}", "send \"hello\" (5 bytes)"},
        {"{'send': 'hello, world\\n', 'as': 'bob', 'cuts': [5]}",
         "send \"hello, world\\n\" (13 bytes) as bob, cut at 5"},
        {"{'send': 'hello', 'cuts': 'every', 'settle': false}",
         "send \"hello\" (5 bytes), cut after every byte, without settling"},
        {"{'send': 'a', 'outcome': 'broken'}", "send \"a\" (1 byte), outcome broken"},
        {"{'expect': 'HELLO'}", "expect \"HELLO\" (5 bytes)"},
        {"{'expect': {'prefix': 'HE'}, 'within_ms': 5, 'as': 'bob'}",
         "expect prefix \"HE\" (2 bytes) as bob within 5 ms"},
        {"{'expect': {'regex': '^H.*'}}", "expect regex \"^H.*\""},
        {"{'expect': {'size': 7}}", "expect size 7"},
        {"{'expect_end': 'eof', 'within_ms': 200}", "expect_end eof within 200 ms"},
        {"{'expect_end': ['reset', 'eof'], 'as': 'bob'}", "expect_end eof or reset as bob"},
        {"{'expect_end': 'reset'}", "expect_end reset"},
        {"{'expect_silence': 20, 'as': 'bob'}", "expect_silence for 20 ms as bob"},
        {"{'half_close': {}}", "half_close"},
        {"{'close': {}, 'as': 'bob'}", "close as bob"},
        {"{'reset': {}, 'as': 'bob'}", "reset as bob"},
        {"{'pause': {}, 'as': 'bob'}", "pause as bob"},
        {"{'server': {'accepting': false}}", "server accepting off"},
        {"{'server': {'accepting': true}}", "server accepting on"},
        {"{'server': {'stop': true}}", "server stop"},
        {"{'expect_server': {'sessions': 2}}", "expect_server sessions 2"},
        {"{'expect_server': {'session': 'bob', 'bytes_received': 13, 'recv_sizes': [5, 8]}}",
         "expect_server session bob, bytes_received 13, recv_sizes [5,8]"},
        {"{'expect_server': {'alive': true, 'ends': {'bob': 'open', 'client': 'open'}}}",
         "expect_server alive, ends [bob open,client open]"},
        {"{'wait_ms': 86400000}", "wait 86400000 ms"},
        {"{'repeat': 3, 'steps': [{'send': 'a'}]}", "repeat 3 times"},
        {"{'repeat': 1, 'steps': [{'send': 'a'}]}", "repeat 1 time"},
        {"{'together': [[{'send': 'a'}], [{'send': 'b', 'as': 'bob'}]]}", "together 2 lanes"},
        {"{'together': [[{'send': 'a'}]], 'seed': 7}", "together 1 lane, seed 7"},
    };
    assert_lines(lines, sizeof(lines) / sizeof(lines[0]), false);
}

static void datagrams_have_theirs(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {"{'send': ''}", "send \"\" (0 bytes)"},
        {"{'expect_server': {'recv_sizes': [], 'truncated': 0, 'peers': ['bob', 'client']}}",
         "expect_server recv_sizes [], truncated 0, peers [bob,client]"},
        {"{'server': {'stop': true}}, {'send': 'a', 'outcome': 'refused'}", "server stop"},
    };
    assert_lines(lines, sizeof(lines) / sizeof(lines[0]), true);
    struct suite suite;
    const struct plan *plan = fixture_udp("{'connect': {}}, {'server': {'stop': true}}, "
                                          "{'send': 'a', 'outcome': 'refused'}",
                                          &suite);
    assert_line(plan, NULL, 2, "send \"a\" (1 byte), outcome refused");
    suite_free(&suite);
}

static void those_that_stand_alone_have_theirs(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan = fixture_tcp("{'server': {'accepting': false}}, "
                                          "{'fill_backlog': {}}, {'connect': {}, 'as': 'eve'},"
                                          "{'pause': {}, 'as': 'backlog[0]'}, "
                                          "{'resume': {}, 'as': 'backlog[0]'}",
                                          &suite);
    assert_line(plan, NULL, 1, "fill_backlog with 6 connections");
    assert_line(plan, NULL, 4, "resume as backlog[0]");
    suite_free(&suite);
}

static void payloads_tell_what_they_are_made_of(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {"{'send': {'fill': 'a', 'size': 100000}}", "send \"a\" x 100000 (100000 bytes)"},
        {"{'send': {'random': 3, 'seed': 1}}", "send 3 random bytes (3 bytes)"},
        {"{'send': {'hex': '00ff1b'}}", "send \"\\x00\\xff\\x1b\" (3 bytes)"},
        {"{'send': ['a', {'fill': 'b', 'size': 2}, 'c']}",
         "send \"a\" + \"b\" x 2 + \"c\" (4 bytes)"},
        {"{'expect': ['a', {'any': 1}, {'capture': 'id', 'size': 2}]}",
         "expect \"a\" + any 1 byte + 2 bytes to capture (4 bytes)"},
    };
    assert_lines(lines, sizeof(lines) / sizeof(lines[0]), false);
    struct suite suite;
    const struct plan *plan =
        fixture_tcp("{'connect': {}}, {'expect': {'capture': 'id', 'size': 2}}, "
                    "{'send': {'captured': 'id'}}",
                    &suite);
    assert_line(plan, NULL, 2, "send 2 captured bytes (2 bytes)");
    suite_free(&suite);
}

static void what_is_long_is_shown_in_part(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan = fixture_tcp(
        "{'connect': {}}, "
        "{'send': '0123456789012345678901234567890123456789012345678901234567890123456789',"
        " 'cuts': [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}, "
        "{'send': ['0123456789012345678901234567890123456789012345678901234567890123', 'x']}, "
        "{'expect': ['a', {'any': 1}, 'b', {'any': 1}, 'c', {'any': 1}, 'd', {'any': 1}, 'e']}, "
        "{'expect_server': {'recv_sizes': [1, 2, 3, 4, 5, 6, 7, 8, 9]}}, "
        "{'expect': {'regex': "
        "'0123456789012345678901234567890123456789012345678901234567890123456789'}}",
        &suite);
    assert_line(plan, NULL, 1,
                "send \"0123456789012345678901234567890123456789012345678901234567890123\"... "
                "(70 bytes), cut at 1, 2, 3, 4, 5, 6, 7, 8, ... (10 cuts)");
    assert_line(plan, NULL, 2,
                "send \"0123456789012345678901234567890123456789012345678901234567890123\" + ... "
                "(65 bytes)");
    assert_line(plan, NULL, 3,
                "expect \"a\" + any 1 byte + \"b\" + any 1 byte + \"c\" + any 1 byte + \"d\" + any "
                "1 byte + ... (9 bytes)");
    assert_line(plan, NULL, 4, "expect_server recv_sizes [1,2,3,4,5,6,7,8,...]");
    assert_line(plan, NULL, 5,
                "expect regex "
                "\"0123456789012345678901234567890123456789012345678901234567890123\"...");
    suite_free(&suite);
}

/* Bidirectional controls and the like, in names and patterns. */
static void nothing_in_it_harms_a_terminal(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan =
        fixture_tcp("{'connect': {}, 'as': 'b\xe2\x80\xae"
                    "ob'}, {'send': '\\u001b[2J\xe2\x80\xae', 'as': 'b\xe2\x80\xae"
                    "ob'}, {'expect': {'regex': '\\u001b'}, 'as': 'b\xe2\x80\xaeob'}",
                    &suite);
    assert_line(plan, NULL, 0, "connect as b\\u{202e}ob");
    assert_line(plan, NULL, 1, "send \"\\x1b[2J\\u{202e}\" (7 bytes) as b\\u{202e}ob");
    assert_line(plan, NULL, 2, "expect regex \"\\x1b\" as b\\u{202e}ob");
    suite_free(&suite);
}

/* Of copies it is the iteration that failed; of those in which nothing did the first. */
static void copies_of_a_step_are_told_apart_by_the_failure(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan = fixture_tcp(
        "{'connect': {}}, {'repeat': 4, 'steps': [{'send': 'a${i}'}]}, "
        "{'repeat': 2, 'steps': [{'repeat': 3, 'index': 'k', 'steps': [{'send': 'b${k}'}]}]}, "
        "{'repeat': 2, 'steps': [{'send': 'c'}]}, " ALIVE,
        &suite);
    struct result_failure failure = {.source = 5, .iteration = {1, 2}, .iteration_depth = 2};
    assert_string_equal(plan->sources[5], "/steps/2/steps/0/steps/0");
    assert_line(plan, NULL, 2, "send \"a0\" (2 bytes), the first time");
    assert_line(plan, NULL, 5, "send \"b0\" (2 bytes), the first time");
    assert_line(plan, &failure, 2, "send \"a0\" (2 bytes), the first time");
    assert_line(plan, &failure, 5, "send \"b2\" (2 bytes)");
    assert_line(plan, &failure, 7, "send \"c\" (1 byte)");
    /* A worker that died may have left anything. */
    failure.iteration[1] = 3;
    assert_line(plan, &failure, 5, "send \"b0\" (2 bytes), the first time");
    failure.source = PLAN_NONE;
    assert_line(plan, &failure, 5, "send \"b0\" (2 bytes), the first time");
    suite_free(&suite);
}

static void a_step_that_is_not_there_says_nothing(void **state)
{
    (void)state;
    static const char *const sources[] = {"/steps/0"};
    const struct plan plan = {.sources = sources, .source_count = 1};
    assert_line(&plan, NULL, 0, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verb_has_its_line),
        cmocka_unit_test(datagrams_have_theirs),
        cmocka_unit_test(those_that_stand_alone_have_theirs),
        cmocka_unit_test(payloads_tell_what_they_are_made_of),
        cmocka_unit_test(what_is_long_is_shown_in_part),
        cmocka_unit_test(nothing_in_it_harms_a_terminal),
        cmocka_unit_test(copies_of_a_step_are_told_apart_by_the_failure),
        cmocka_unit_test(a_step_that_is_not_there_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
