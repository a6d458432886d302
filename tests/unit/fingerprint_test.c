/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fingerprint.h"
#include "plugin_note.h"

static struct result result_of(enum verdict verdict, enum result_oracle oracle,
                               const char *sentence)
{
    struct result result = {.verdict = verdict};
    result.failure.oracle = oracle;
    result.failure.sentence = (char *)(uintptr_t)sentence;
    result.trouble.exit_status = -1;
    return result;
}

static void expect(const struct result *result, const char *wanted)
{
    char text[FINGERPRINT_BYTES];
    assert_int_equal(fingerprint("p", result, text), wanted[0] != '\0');
    assert_string_equal(text, wanted);
}

static void a_crash_is_called_after_the_callback_and_not_after_its_signal(void **state)
{
    (void)state;
    static const int signals[] = {SIGSEGV, SIGABRT, SIGFPE};
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        struct result result = result_of(VERDICT_CRASH, ORACLE_NONE, "killed");
        result.trouble.signal = signals[i];
        expect(&result, "p:crash:host");
        result.trouble.callback = PLUGIN_CALLBACK_TRANSFORM;
        expect(&result, "p:crash:transform");
        result.trouble.callback = PLUGIN_CALLBACK_CLOSE;
        expect(&result, "p:crash:close");
    }
}

static void exits_hangs_and_leaks_are_told_apart(void **state)
{
    (void)state;
    struct result result = result_of(VERDICT_CRASH, ORACLE_NONE, "ended the process");
    result.trouble.exit_status = 3;
    result.trouble.callback = PLUGIN_CALLBACK_EOF;
    expect(&result, "p:exit:eof");
    result.verdict = VERDICT_HANG;
    expect(&result, "p:hang:eof");
    result = result_of(VERDICT_LEAK, ORACLE_LEAK, "the plugin p left 3 bytes unreleased");
    expect(&result, "p:leak");
    result = result_of(VERDICT_LEAK, ORACLE_NONE, "LeakSanitizer found memory");
    expect(&result, "p:leak");
}

static void a_socket_left_open_has_one_name_in_both_worlds(void **state)
{
    (void)state;
    struct result sim = result_of(VERDICT_ERROR, ORACLE_NONE,
                                  "the harness left 1 socket open in the simulated world");
    struct result kernel = result_of(VERDICT_LEAK, ORACLE_NONE, "the run left 1 descriptor open");
    expect(&sim, "p:open");
    expect(&kernel, "p:open");
}

static void oracles_are_called_as_fuzz_targets_call_them(void **state)
{
    (void)state;
    static const struct {
        enum verdict verdict;
        enum result_oracle oracle;
        const char *sentence, *wanted;
    } cases[] = {
        {VERDICT_FAIL, ORACLE_PROPERTY, "the plugin p declares LENGTH_PRESERVING but answered",
         "p:property:length-preserving"},
        {VERDICT_FAIL, ORACLE_PLUGIN, "the plugin p wrote more than reply_max bytes in one call",
         "p:plugin:reply-overflow"},
        {VERDICT_FAIL, ORACLE_PLUGIN, "the plugin p did something new", "p:plugin"},
        {VERDICT_FAIL, ORACLE_REPLAY, "wrote more than reply_max", "p:replay"},
        {VERDICT_FAIL, ORACLE_SPLIT, NULL, "p:split"},
        {VERDICT_ERROR, ORACLE_SETTLE, "did not settle", "p:settle"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct result result = result_of(cases[i].verdict, cases[i].oracle, cases[i].sentence);
        expect(&result, cases[i].wanted);
    }
}

static void what_is_nobodys_bug_has_none(void **state)
{
    (void)state;
    static const struct {
        enum verdict verdict;
        enum result_oracle oracle;
        const char *sentence;
    } cases[] = {
        {VERDICT_PASS, ORACLE_NONE, NULL},
        {VERDICT_SKIPPED, ORACLE_NONE, NULL},
        {VERDICT_FAIL, ORACLE_STORY, "byte 8 differs"},
        {VERDICT_ERROR, ORACLE_HARNESS, "plugin 'p' refuses its options"},
        {VERDICT_ERROR, ORACLE_NONE, "needs more than the simulated network holds"},
        {VERDICT_ERROR, ORACLE_REPLAY, "keeps state between scenarios: fail after other scenarios"},
        {VERDICT_ERROR, ORACLE_SETTLE, "keeps state between scenarios: error after others"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct result result = result_of(cases[i].verdict, cases[i].oracle, cases[i].sentence);
        expect(&result, "");
    }
}

/* Asks for the fingerprint of the sentence that a line of source holds behind `mark`. */
static void ask_for(const char *line, const char *mark, enum result_oracle oracle, size_t *asked)
{
    const char *at = strstr(line, mark);
    const char *quote = at ? strchr(at, '"') : NULL;
    char text[FINGERPRINT_BYTES];
    if (!quote) {
        return;
    }
    struct result result = result_of(VERDICT_FAIL, oracle, quote);
    assert_true(fingerprint("p", &result, text));
    if (!strchr(strchr(text, ':') + 1, ':')) {
        fail_msg("no rule for: %s", line);
    }
    (*asked)++;
}

static void every_sentence_of_the_sources_has_its_rule(void **state)
{
    (void)state;
    static const char *const files[] = {"session.c", "session_stream.c", "session_datagram.c"};
    size_t asked = 0;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char path[512];
        char line[1024];
        snprintf(path, sizeof(path), "%s/core/%s", DRILL_SOURCE_DIR, files[i]);
        FILE *source = fopen(path, "r");
        assert_non_null(source);
        while (fgets(line, sizeof(line), source)) {
            ask_for(line, "session_failure(", ORACLE_PLUGIN, &asked);
            ask_for(line, "sentence = ", ORACLE_PROPERTY, &asked);
        }
        fclose(source);
    }
    assert_int_equal(asked, 8);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crash_is_called_after_the_callback_and_not_after_its_signal),
        cmocka_unit_test(exits_hangs_and_leaks_are_told_apart),
        cmocka_unit_test(a_socket_left_open_has_one_name_in_both_worlds),
        cmocka_unit_test(oracles_are_called_as_fuzz_targets_call_them),
        cmocka_unit_test(what_is_nobodys_bug_has_none),
        cmocka_unit_test(every_sentence_of_the_sources_has_its_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
