/* SPDX-License-Identifier: MIT */
/* What the tests of JUnit XML, TAP and Markdown share: a result of every verdict, and words that
 * want to be more. */
#ifndef DRILL_TESTS_FORMATS_FIXTURE_H
#define DRILL_TESTS_FORMATS_FIXTURE_H

#include "diff_fixture.h"

#define FORMATS_FAILURE(sentence)                                                                  \
    "failure {\"step\": \"/steps/1\", \"iteration\": [2], \"sentence\": " sentence                 \
    ", \"expected\": {\"length\": 2, \"hash\": " DIFF_HASH_A ", \"offset\": 0, \"text\": \"ok\", " \
    "\"hex\": \"6f6b\"}, \"actual\": \"silence\"}\nreplay \"sockdrill run --filter 'x'\"\n"

#define FORMATS_PLAIN_FAILURE FORMATS_FAILURE("\"other bytes came\"")

/* By enum verdict. */
static const char *const formats_fixture_verdicts[VERDICT_COUNT + 1] = {
    "id \"v/pass\"",
    FORMATS_PLAIN_FAILURE "id \"v/fail\"\nverdict \"fail\"",
    FORMATS_PLAIN_FAILURE "id \"v/error\"\nverdict \"error\"",
    FORMATS_PLAIN_FAILURE "id \"v/crash\"\nverdict \"crash\"",
    FORMATS_PLAIN_FAILURE "id \"v/hang\"\nverdict \"hang\"",
    FORMATS_PLAIN_FAILURE "id \"v/leak\"\nverdict \"leak\"",
    FORMATS_PLAIN_FAILURE "id \"v/diverged\"\nverdict \"diverged\"\n"
                          "divergence {\"what\": \"the verdict\", \"sim\": \"pass\", \"kernel\": "
                          "\"fail\", \"calls\": null, \"sim_call\": null, \"kernel_call\": null}",
    FORMATS_PLAIN_FAILURE "id \"v/flaky\"\nverdict \"flaky\"",
    "id \"v/skipped\"\nverdict \"skipped\"\nnote \"needs the simulated world\"",
    FORMATS_PLAIN_FAILURE
    "id \"v/expected-fail\"\nverdict \"expected-fail\"\nnote \"bug 7\"\nreplay -",
    FORMATS_PLAIN_FAILURE "id \"v/unexpected-pass\"\nverdict \"unexpected-pass\"",
    NULL,
};

/* In quarantine: a failure, a pass, a failure past its day, a pass past its day. */
#define FORMATS_QUARANTINE(over)                                                                   \
    "\nquarantine {\"issue\": \"bug <9>\", \"until\": \"2027-01-31\", \"over\": " over "}"
static const char *const formats_fixture_quarantines[] = {
    FORMATS_PLAIN_FAILURE "id \"q/1\"\nverdict \"crash\"" FORMATS_QUARANTINE("false"),
    "id \"q/2\"" FORMATS_QUARANTINE("false"),
    FORMATS_PLAIN_FAILURE "id \"q/3\"\nverdict \"fail\"" FORMATS_QUARANTINE("true"),
    "id \"q/4\"" FORMATS_QUARANTINE("true"),
    NULL,
};

/* Ends of comments, sections and elements, controls, what is no character, what turns text round,
 * mentions, tables. */
#define FORMATS_ATTACK                                                                             \
    "\"]]> --> </script> </code></pre> <b a='1'>&lt; @all |x|\\u0001\\u001b[31m\\u202e\\ufffe"     \
    "\\ud83f\\udfff \\\\ # SKIP \\n\\n# h\\n  ...\\nok 9\""

/* The document that a face makes of the report, as a string that the caller frees. */
static inline char *formats_fixture_render(int (*add)(struct bytes *, const struct report_read *),
                                           const struct report_read *report)
{
    struct bytes out;
    bytes_init(&out, (size_t)1 << 28);
    assert_int_equal(add(&out, report), 0);
    assert_non_null(bytes_string(&out));
    return (char *)out.data;
}

/* The same for results that are made of patches, up to NULL. */
static inline char *formats_fixture_render_many(int (*add)(struct bytes *,
                                                           const struct report_read *),
                                                const char *const *patches, const char *head)
{
    struct report_read report;
    diff_fixture_read_many(patches, head, &report);
    char *text = formats_fixture_render(add, &report);
    report_read_fini(&report);
    return text;
}

static inline void assert_holds(const char *text, const char *part)
{
    if (!strstr(text, part)) {
        fail_msg("no %s in:\n%s", part, text);
    }
}

static inline void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part)) {
        fail_msg("%s in:\n%s", part, text);
    }
}

/* No control character but newlines, nothing that hides or turns text, nothing that is no
 * character. */
static inline void assert_harmless(const char *text)
{
    static const char *const harmful[] = {"\u202e", "\xef\xbf\xbe", "\xf0\x9f\xbf\xbf"};
    for (const char *place = text; *place; place++) {
        assert_true((unsigned char)*place >= 0x20 || *place == '\n');
    }
    for (size_t i = 0; i < sizeof(harmful) / sizeof(harmful[0]); i++) {
        assert_lacks(text, harmful[i]);
    }
}

#endif
