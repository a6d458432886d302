/* SPDX-License-Identifier: MIT */
/* What the files of the check share: tables of members and their kinds. For these files only. */
#ifndef DRILL_REPORTS_REPORT_CHECK_INTERNAL_H
#define DRILL_REPORTS_REPORT_CHECK_INTERNAL_H

#include <jansson.h>

#include "check.h"

enum kind {
    KIND_STRING,
    KIND_NAME, /* a string that is not empty */
    KIND_COUNT,
    KIND_HASH,
    KIND_HEX,
    KIND_FLAG,
    KIND_VERDICT,
    KIND_WORLD,
    KIND_DAY, /* date.h */
    KIND_STRINGS,
    KIND_COUNTS,
    KIND_RUNS, /* a list of [size, count] */
    KIND_OBJECT,
    KIND_OBJECTS,
    KIND_EVIDENCE /* an object, or words */
};

enum { OPTIONAL = 1, NULLABLE = 2 };

struct field {
    const char *key;
    enum kind kind;
    unsigned flags;
    const struct field *fields; /* of an object; a list ends with a key of NULL */
};

/* The sentence of what is not as it should be, "what is not a list", at a place. -EINVAL. */
int report_check_refuse(struct drill_error *error, const char *pointer, const char *what);

/* report_check_story.c */

/* Members of a story; `events` have the fields that follow. */
extern const struct field report_check_story_fields[], report_check_event_fields[];

/* What the tables cannot say of a story and of an event that they let through. 0 or -EINVAL. */
int report_check_story(const json_t *story, const char *pointer, struct drill_error *error);
int report_check_event(const json_t *event, const char *pointer, struct drill_error *error);

#endif
