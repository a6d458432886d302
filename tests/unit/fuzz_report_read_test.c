/* SPDX-License-Identifier: MIT */
/* Fuzz reports as files bring them: what is read, and what is refused with which sentence and
 * place. */
#include "fuzz_diff_fixture.h"

#include <errno.h>

static int read_patched(const char *patch, struct drill_error *error)
{
    struct fuzz_report report;
    char *text = fuzz_diff_fixture_text(patch);
    int status = fuzz_report_read_text("night.json", text, strlen(text), &report, error);
    if (status == 0) {
        fuzz_report_fini(&report);
    }
    free(text);
    return status;
}

static void a_night_is_read_with_all_that_is_compared(void **state)
{
    (void)state;
    struct fuzz_report report;
    fuzz_diff_fixture_read("", &report);
    assert_true(report.complete);
    assert_int_equal(report.target_count, 2);
    const struct fuzz_report_target *target = &report.targets[1];
    assert_string_equal(target->name, "tape-x");
    assert_int_equal(target->corpus_files, 100);
    assert_int_equal(target->run_count, 2);
    assert_string_equal(target->runs[0].engine, "afl"); /* by name */
    assert_int_equal(target->runs[0].stability, 10000);
    assert_false(target->runs[1].has_stability);
    assert_string_equal(target->findings[0].scenario, "x-leak.json");
    assert_int_equal(target->coverage[0].total, 200);
    fuzz_report_fini(&report);
}

static void what_breaks_the_schema_is_refused_with_its_place(void **state)
{
    (void)state;
    static const char *const patches[][3] = {
        {"schema 2", "/schema", "is of version 2"},
        {"schema 0", "/schema", "no version"},
        {"schema \"1\"", "/schema", "no version"},
        {"tool \"other\"", "/tool", "not sockdrill"},
        {"kind \"other\"", "/kind", "another kind"},
        {"version 1", "/version", "not a string"},
        {"complete 1", "/complete", "true or false"},
        {"targets {}", "/targets", "not a list"},
        {"targets.0 []", "/targets/0", "not an object"},
        {"targets.1.name \"stream-x\"", "/targets", "'stream-x' twice"},
        {"targets.1.name \"\"", "/targets/1/name", "not empty"},
        {"targets.0.complete null", "/targets/0/complete", "true or false"},
        {"targets.0.runs null", "/targets/0/runs", "not a list"},
        {"targets.0.runs.1.engine \"libfuzzer\"", "/targets/0/runs", "'libfuzzer' twice"},
        {"targets.0.runs.1.fuzzed_ms -1", "/targets/0/runs/1/fuzzed_ms", "0 or more"},
        {"targets.0.runs.0.execs_per_second 1.5", "/targets/0/runs/0/execs_per_second",
         "0 or more"},
        {"targets.0.runs.1.stability_hundredths 10001", "/targets/0/runs/1/stability_hundredths",
         "more than the whole"},
        {"targets.0.corpus []", "/targets/0/corpus", "neither an object nor null"},
        {"targets.0.corpus.files -", "/targets/0/corpus/files", "0 or more"},
        {"targets.0.findings.0.fingerprint 7", "/targets/0/findings/0/fingerprint", "not empty"},
        {"targets.0.findings.0.sim \"fine\"", "/targets/0/findings/0/sim", "not a verdict"},
        {"targets.0.findings.0.scenario \"\"", "/targets/0/findings/0/scenario", "not empty"},
        {"targets.0.findings.new {\"fingerprint\": \"x:leak\", \"sim\": null, \"kernel\": null, "
         "\"scenario\": null}",
         "/targets/0/findings", "'x:leak' twice"},
        {"targets.1.coverage.0.lines_covered 201", "/targets/1/coverage/0/lines_covered",
         "more than the whole"},
        {"targets.1.coverage.1.file null", "/targets/1/coverage/1/file", "not empty"},
    };
    for (size_t i = 0; i < sizeof(patches) / sizeof(patches[0]); i++) {
        struct drill_error error;
        if (read_patched(patches[i][0], &error) != -EINVAL ||
            strcmp(error.pointer, patches[i][1]) != 0 || !strstr(error.sentence, patches[i][2])) {
            fail_msg("%s: %s (at %s)", patches[i][0], error.sentence, error.pointer);
        }
        assert_string_equal(error.file, "night.json");
    }
}

static void every_beginning_of_a_report_is_refused(void **state)
{
    (void)state;
    size_t size = sizeof(fuzz_diff_fixture_night) - 1;
    for (size_t i = 0; i <= size; i++) {
        struct fuzz_report report;
        struct drill_error error;
        int status = fuzz_report_read_text("r.json", fuzz_diff_fixture_night, i, &report, &error);
        assert_int_equal(status, i == size ? 0 : -EINVAL);
        if (status == 0) {
            fuzz_report_fini(&report);
        } else if (!strstr(error.sentence, "ends in the middle of a fuzz report")) {
            /* Of a word, as true, it is not seen that it was to go on. */
            assert_non_null(strstr(error.sentence, "invalid token"));
        }
    }
}

/* One byte changed at a time: whatever is read can be compared. */
static void changed_bytes_never_break_the_reader(void **state)
{
    (void)state;
    static const char letters[] = "0\"}]{[-,";
    char text[sizeof(fuzz_diff_fixture_night)];
    size_t read = 0;
    struct fuzz_report whole;
    fuzz_diff_fixture_read("", &whole);
    for (size_t i = 0; i < 2 * (sizeof(text) - 1); i++) {
        struct fuzz_report report;
        struct drill_error error;
        struct fuzz_diff diff;
        memcpy(text, fuzz_diff_fixture_night, sizeof(text));
        text[i / 2] = letters[(i / 2 + i) % (sizeof(letters) - 1)];
        if (fuzz_report_read_text("r.json", text, sizeof(text) - 1, &report, &error) == 0) {
            assert_int_equal(fuzz_diff_make(&diff, &whole, &report), 0);
            fuzz_diff_fini(&diff);
            fuzz_report_fini(&report);
            read++;
        } else {
            assert_true(error.sentence[0]);
        }
    }
    assert_true(read > 0);
    fuzz_report_fini(&whole);
}

static void a_text_says_whether_it_is_a_fuzz_report(void **state)
{
    (void)state;
    static const char *const nights[] = {
        fuzz_diff_fixture_night, "{\"kind\": \"fuzz\"}",
        "{\"targets\": [{\"results\": 1}], \"kind\": \"fuzz\", \"x",
        "{\"schema\": 7, \"kind\": \"fuzz\""};
    static const char *const others[] = {"",
                                         "fuzz",
                                         "[\"kind\", \"fuzz\"]",
                                         "{\"kind\": \"run\", \"kind\": \"fuzz\"}",
                                         "{\"results\": [], \"kind\": \"fuzz\"}",
                                         "{\"a\": {\"kind\": \"fuzz\"}}",
                                         "{\"kind\": 1}",
                                         "{\"kind"};
    for (size_t i = 0; i < sizeof(nights) / sizeof(nights[0]); i++) {
        assert_true(fuzz_report_is(nights[i], strlen(nights[i])));
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_false(fuzz_report_is(others[i], strlen(others[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_night_is_read_with_all_that_is_compared),
        cmocka_unit_test(what_breaks_the_schema_is_refused_with_its_place),
        cmocka_unit_test(every_beginning_of_a_report_is_refused),
        cmocka_unit_test(changed_bytes_never_break_the_reader),
        cmocka_unit_test(a_text_says_whether_it_is_a_fuzz_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
