/* SPDX-License-Identifier: MIT */
/* What the terminal says of one result, and of all. Included after report_fixture.h. */
#ifndef DRILL_TESTS_RESULT_TEXT_FIXTURE_H
#define DRILL_TESTS_RESULT_TEXT_FIXTURE_H

#include "result_text.h"

static inline void assert_text(struct bytes *text, const char *expected)
{
    assert_string_equal(bytes_string(text), expected);
    bytes_fini(text);
}

/* What one result looks like; the result is freed. */
static inline void assert_block(const struct plan *plan, struct result *result, int verbosity,
                                bool color, const char *expected)
{
    struct bytes text;
    bytes_init(&text, (size_t)1 << 20);
    struct ink ink = {.out = &text, .color = color};
    result_text_add(&ink, plan, result, verbosity, NULL, NULL);
    assert_int_equal(ink.status, 0);
    result_fini(result);
    assert_text(&text, expected);
}

static inline void assert_summary(const struct report_summary *summary, uint64_t real_ns,
                                  const char *expected)
{
    struct bytes text;
    bytes_init(&text, 1000);
    struct ink ink = {.out = &text};
    result_text_add_summary(&ink, summary, real_ns);
    assert_int_equal(ink.status, 0);
    assert_text(&text, expected);
}

#endif
