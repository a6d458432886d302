/* SPDX-License-Identifier: MIT */
/*
 * Fuzz reports made by hand: one of a night of two targets, changed by patches (diff_fixture.h).
 */
#ifndef DRILL_TESTS_FUZZ_DIFF_FIXTURE_H
#define DRILL_TESTS_FUZZ_DIFF_FIXTURE_H

#include "diff_fixture.h"
#include "fuzz_diff.h"

#define FUZZ_TARGET(name)                                                                          \
    "{\"name\": \"" name "\", \"complete\": true, \"runs\": ["                                     \
    "{\"engine\": \"libfuzzer\", \"execs\": 600000, \"fuzzed_ms\": 60000, "                        \
    "\"execs_per_second\": 10000, \"stability_hundredths\": null}, "                               \
    "{\"engine\": \"afl\", \"execs\": 300000, \"fuzzed_ms\": 60000, "                              \
    "\"execs_per_second\": 5000, \"stability_hundredths\": 10000}], "                              \
    "\"corpus\": {\"files\": 100, \"bytes\": 4000}, "                                              \
    "\"findings\": [{\"fingerprint\": \"x:leak\", \"sim\": \"leak\", \"kernel\": \"leak\", "       \
    "\"scenario\": \"x-leak.json\"}], "                                                            \
    "\"coverage\": [{\"file\": \"core/loop.c\", \"lines_covered\": 150, \"lines_total\": 200}, "   \
    "{\"file\": \"plugins/x.c\", \"lines_covered\": 20, \"lines_total\": 20}]}"

static const char fuzz_diff_fixture_night[] =
    "{\"schema\": 1, \"kind\": \"fuzz\", \"tool\": \"sockdrill\", \"version\": \"0.1.0\", "
    "\"complete\": true, \"targets\": [" FUZZ_TARGET("stream-x") ", " FUZZ_TARGET(
        "tape-x") "], "
                  "\"summary\": {\"targets\": 2, \"execs\": 1800000, \"findings\": 2}}";

/* The report after its patch, as text that the caller frees. */
static inline char *fuzz_diff_fixture_text(const char *patch)
{
    json_t *json = diff_fixture_json(fuzz_diff_fixture_night);
    diff_fixture_patch(json, patch);
    char *text = json_dumps(json, 0);
    assert_non_null(text);
    json_decref(json);
    return text;
}

static inline void fuzz_diff_fixture_read(const char *patch, struct fuzz_report *report)
{
    struct drill_error error;
    char *text = fuzz_diff_fixture_text(patch);
    if (fuzz_report_read_text("made.json", text, strlen(text), report, &error) != 0) {
        fail_msg("%s at %s in %s", error.sentence, error.pointer, text);
    }
    free(text);
}

#endif
