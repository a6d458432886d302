/* SPDX-License-Identifier: MIT */
/* Changes to the report of a night made by hand, each with the category that a person would give
 * it. */
#include "fuzz_diff_fixture.h"

#define SAME (-1)

#define T0 "targets.0."
#define FINDING(fingerprint)                                                                       \
    "{\"fingerprint\": \"" fingerprint                                                             \
    "\", \"sim\": \"crash\", \"kernel\": \"crash\", \"scenario\": null}"
#define LINES(covered, total)                                                                      \
    T0 "coverage.0.lines_covered " #covered "\n" T0 "coverage.0.lines_total " #total
#define SPEED(rate)      T0 "runs.0.execs_per_second " #rate
#define FILES(count)     T0 "corpus.files " #count
#define STABILITY(count) T0 "runs.1.stability_hundredths " #count

struct change {
    const char *title, *before, *now; /* patches */
    int category;                     /* SAME: no change */
    const char *item;                 /* of the only entry; NULL: it has none */
};

static const struct change changes[] = {
    {"nothing at all", "", "", SAME, NULL},
    {"another version of sockdrill", "", "version \"9\"", SAME, NULL},
    {"a key that nobody knows", "", "colour \"red\"\ntargets.0.moon \"full\"", SAME, NULL},
    {"more inputs were played", "", T0 "runs.0.execs 900000", SAME, NULL},
    {"a finding more", "", T0 "findings.new " FINDING("x:crash:f"), FUZZ_DIFF_NEW_FINDING,
     "x:crash:f"},
    {"a finding less", "", T0 "findings []", FUZZ_DIFF_GONE_FINDING, "x:leak"},
    {"a finding of another target", T0 "findings []", "targets.1.findings.0.fingerprint \"x:leak\"",
     FUZZ_DIFF_NEW_FINDING, "x:leak"},
    {"the finding passes on real sockets", "", T0 "findings.0.kernel \"pass\"",
     FUZZ_DIFF_CHANGED_FINDING, "x:leak"},
    {"the finding has no scenario any more", "", T0 "findings.0.scenario null",
     FUZZ_DIFF_CHANGED_FINDING, "x:leak"},
    {"the finding was not judged", "",
     T0 "findings.0.sim null\n" T0 "findings.0.kernel null\n" T0 "findings.0.scenario null",
     FUZZ_DIFF_CHANGED_FINDING, "x:leak"},
    {"a target less", "", "targets.1 -", FUZZ_DIFF_REMOVED, NULL},
    {"a target more", "targets.1 -", "targets.1.findings []", FUZZ_DIFF_ADDED, NULL},
    {"an engine less", "", T0 "runs.1 -", FUZZ_DIFF_REMOVED, "afl"},
    {"an engine more", T0 "runs.1 -", "", FUZZ_DIFF_ADDED, "afl"},
    {"lines that do not run any more", "", LINES(120, 200), FUZZ_DIFF_COVERAGE_LOST, "core/loop.c"},
    {"a line in fifty", LINES(50, 50), LINES(49, 50), SAME, NULL},
    {"two lines in fifty", LINES(50, 50), LINES(48, 50), FUZZ_DIFF_COVERAGE_LOST, "core/loop.c"},
    {"two lines in a thousand", LINES(900, 1000), LINES(898, 1000), SAME, NULL},
    {"eleven lines in a thousand", LINES(900, 1000), LINES(889, 1000), FUZZ_DIFF_COVERAGE_LOST,
     "core/loop.c"},
    {"lines that ran were deleted", "", LINES(120, 170), SAME, NULL},
    {"lines were added that do not run", "", LINES(150, 260), SAME, NULL},
    {"lines were added that run", "", LINES(210, 260), SAME, NULL},
    {"lines were deleted that did not run", "", LINES(150, 160), SAME, NULL},
    {"lines were added, and others do not run any more", "", LINES(140, 240),
     FUZZ_DIFF_COVERAGE_LOST, "core/loop.c"},
    {"a file does not run at all", "", LINES(0, 200), FUZZ_DIFF_COVERAGE_LOST, "core/loop.c"},
    {"more lines run", "", LINES(180, 200), FUZZ_DIFF_COVERAGE_GAINED, "core/loop.c"},
    {"a file was renamed", "", T0 "coverage.0.file \"core/hoop.c\"", SAME, NULL},
    {"a file is gone", "", T0 "coverage.1 -", SAME, NULL},
    {"nothing was measured", "", T0 "coverage []", FUZZ_DIFF_COVERAGE_LOST, NULL},
    {"something was measured", T0 "coverage []", "", FUZZ_DIFF_COVERAGE_GAINED, NULL},
    {"half as fast", "", SPEED(5000), FUZZ_DIFF_SLOWER, "libfuzzer"},
    {"a quarter slower", "", SPEED(7500), SAME, NULL},
    {"a third faster", "", SPEED(13000), SAME, NULL},
    {"twice as fast", "", SPEED(20000), FUZZ_DIFF_FASTER, "libfuzzer"},
    {"it stands still", "", SPEED(0), FUZZ_DIFF_SLOWER, "libfuzzer"},
    {"it stood still", SPEED(0), SPEED(0), SAME, NULL},
    {"slow in half a second", "", SPEED(5) "\n" T0 "runs.0.fuzzed_ms 500", SAME, NULL},
    {"faster than a number can tell", "", SPEED(9223372036854775807), FUZZ_DIFF_FASTER,
     "libfuzzer"},
    {"half of the corpus", "", FILES(50), FUZZ_DIFF_CORPUS_SHRANK, NULL},
    {"a tenth of the corpus less", "", FILES(90), SAME, NULL},
    {"two files of five less", FILES(5), FILES(3), SAME, NULL},
    {"half as many again", "", FILES(150), FUZZ_DIFF_CORPUS_GREW, NULL},
    {"the same files, but larger", "", T0 "corpus.bytes 90000", SAME, NULL},
    {"no corpus was kept", "", T0 "corpus null", SAME, NULL},
    {"an edge wavers", "", STABILITY(9950), SAME, NULL},
    {"the target wavers", "", STABILITY(9321), FUZZ_DIFF_LESS_STABLE, "afl"},
    {"the target does not waver any more", STABILITY(9321), "", FUZZ_DIFF_MORE_STABLE, "afl"},
    {"stability is not told", "", STABILITY(null), SAME, NULL},
    {"the night was interrupted", "", "complete false\n" T0 "complete false", SAME, NULL},
};
#define CHANGE_COUNT (sizeof(changes) / sizeof(changes[0]))

static void check(const struct change *change, const struct fuzz_diff *diff)
{
    const struct fuzz_diff_entry *entry = diff->count > 0 ? &diff->entries[0] : NULL;
    int category = entry ? (int)entry->category : SAME;
    bool worse = entry && fuzz_diff_is_worse(entry->category);
    if (category != change->category || diff->worse != worse) {
        fail_msg("%s: category %d, worse %d", change->title, category, diff->worse);
    }
    if (entry) {
        const char *item = entry->item ? entry->item : "nothing";
        if (strcmp(item, change->item ? change->item : "nothing") != 0) {
            fail_msg("%s: of %s", change->title, item);
        }
        assert_int_equal(diff->counts[category], 1);
    }
}

static void every_change_gets_the_category_that_a_person_would_give(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHANGE_COUNT; i++) {
        struct fuzz_report before, now;
        struct fuzz_diff diff;
        fuzz_diff_fixture_read(changes[i].before, &before);
        fuzz_diff_fixture_read(changes[i].now, &now);
        assert_int_equal(fuzz_diff_make(&diff, &before, &now), 0);
        check(&changes[i], &diff);
        fuzz_diff_fini(&diff);
        fuzz_report_fini(&before);
        fuzz_report_fini(&now);
    }
}

static void worse_are_what_is_not_looked_at_any_more_or_wrong(void **state)
{
    (void)state;
    assert_true(fuzz_diff_is_worse(FUZZ_DIFF_NEW_FINDING));
    assert_true(fuzz_diff_is_worse(FUZZ_DIFF_REMOVED));
    assert_true(fuzz_diff_is_worse(FUZZ_DIFF_COVERAGE_LOST));
    assert_true(fuzz_diff_is_worse(FUZZ_DIFF_LESS_STABLE));
    for (int i = FUZZ_DIFF_LESS_STABLE + 1; i < FUZZ_DIFF_CATEGORY_COUNT; i++) {
        assert_false(fuzz_diff_is_worse((enum fuzz_diff_category)i));
    }
}

/* Whatever the order in which the report has them. */
static void entries_stand_worst_first_and_then_by_target_and_item(void **state)
{
    (void)state;
    static const char *const patches[] = {
        "targets.0.findings.new " FINDING("b") "\ntargets.0.findings.new " FINDING(
            "a") "\ntargets.1.findings.0 " FINDING("c") "\n" SPEED(9) "\ntargets.1.runs.1 -",
        "targets.1.findings.0 " FINDING("c") "\ntargets.0.findings.0 " FINDING(
            "a") "\ntargets.0.findings.new " FINDING("b") "\ntargets.0.findings.new "
                                                          "{\"fingerprint\": \"x:leak\", \"sim\": "
                                                          "\"leak\", \"kernel\": \"leak\", "
                                                          "\"scenario\": "
                                                          "\"x-leak.json\"}\n" SPEED(
                                                              9) "\ntargets.1.runs.1 -"};
    static const char *const expected[] = {"a", "b", "c", "afl", "libfuzzer", "x:leak"};
    for (size_t i = 0; i < 2; i++) {
        struct fuzz_report before, now;
        struct fuzz_diff diff;
        fuzz_diff_fixture_read("", &before);
        fuzz_diff_fixture_read(patches[i], &now);
        assert_int_equal(fuzz_diff_make(&diff, &before, &now), 0);
        assert_int_equal(diff.count, 6);
        assert_int_equal(diff.kept_findings, 1);
        assert_true(diff.worse);
        for (size_t j = 0; j < 6; j++) {
            assert_string_equal(diff.entries[j].item, expected[j]);
        }
        fuzz_diff_fini(&diff);
        fuzz_report_fini(&before);
        fuzz_report_fini(&now);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_gets_the_category_that_a_person_would_give),
        cmocka_unit_test(worse_are_what_is_not_looked_at_any_more_or_wrong),
        cmocka_unit_test(entries_stand_worst_first_and_then_by_target_and_item),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
