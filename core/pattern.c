/* SPDX-License-Identifier: MIT */
#include "pattern.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define PATTERN_TEXT_BYTES_MAX ((size_t)64 << 10)
/* Enough for honest expressions over megabytes; a hostile one ends within about a second. */
#define PATTERN_MATCH_LIMIT    10000000u
#define PATTERN_DEPTH_LIMIT    10000000u
#define PATTERN_HEAP_KIB_LIMIT (256u << 10)

struct pattern {
    pcre2_code *code;
    pcre2_match_context *limits;
};

static int pattern_mistake(struct drill_error *error, int code, size_t offset)
{
    PCRE2_UCHAR text[256] = "";
    pcre2_get_error_message(code, text, sizeof(text));
    return drill_error_set(error, "the regular expression is wrong at byte %zu: %s", offset,
                           (const char *)text);
}

int pattern_new(const char *text, size_t size, struct pattern **pattern, struct drill_error *error)
{
    if (size > PATTERN_TEXT_BYTES_MAX) {
        return drill_error_set(error, "the regular expression is longer than %zu bytes",
                               PATTERN_TEXT_BYTES_MAX);
    }
    struct pattern *made = calloc(1, sizeof(*made));
    if (!made) {
        return -ENOMEM;
    }
    int code = 0;
    size_t offset = 0;
    /* Received bytes need not be UTF-8, so an expression may not ask for it. */
    made->code =
        pcre2_compile((PCRE2_SPTR)text, size, PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_UTF,
                      &code, &offset, NULL);
    made->limits = pcre2_match_context_create(NULL);
    if (!made->code || !made->limits) {
        int status = -ENOMEM;
        if (!made->code && code != PCRE2_ERROR_NOMEMORY && code != PCRE2_ERROR_HEAP_FAILED) {
            status = pattern_mistake(error, code, offset);
        }
        pattern_free(made);
        return status;
    }
    pcre2_set_match_limit(made->limits, PATTERN_MATCH_LIMIT);
    pcre2_set_depth_limit(made->limits, PATTERN_DEPTH_LIMIT);
    pcre2_set_heap_limit(made->limits, PATTERN_HEAP_KIB_LIMIT);
    *pattern = made;
    return 0;
}

void pattern_free(struct pattern *pattern)
{
    if (pattern) {
        pcre2_code_free(pattern->code);
        pcre2_match_context_free(pattern->limits);
        free(pattern);
    }
}

int pattern_match(const struct pattern *pattern, const void *data, size_t size)
{
    pcre2_match_data *match = pcre2_match_data_create_from_pattern(pattern->code, NULL);
    if (!match) {
        return -ENOMEM;
    }
    /* PCRE2 takes no NULL subject, not even an empty one. */
    int code = pcre2_match(pattern->code, size ? data : (PCRE2_SPTR) "", size, 0, 0, match,
                           pattern->limits);
    pcre2_match_data_free(match);
    if (code >= 0) {
        return 1;
    }
    if (code == PCRE2_ERROR_NOMATCH) {
        return 0;
    }
    return code == PCRE2_ERROR_NOMEMORY ? -ENOMEM : -E2BIG;
}
