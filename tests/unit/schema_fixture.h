/* SPDX-License-Identifier: MIT */
/*
 * Documents against their schemas, with a real validator: the scripts of tests/schema.
 *
 * Where node or ajv is missing a test is skipped, and said so, unless DRILL_REQUIRE_AJV is set:
 * then it fails. Included after cmocka.h and what that needs.
 */
#ifndef DRILL_TESTS_SCHEMA_FIXTURE_H
#define DRILL_TESTS_SCHEMA_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCHEMA_NODE    "NODE_PATH=/usr/share/nodejs node "
#define SCHEMA_SCRIPTS DRILL_SOURCE_DIR "/tests/schema"

/* Ends the test where there is no validator. */
static inline void schema_need_ajv(void)
{
    if (system(SCHEMA_NODE "-e 'require(\"ajv\")' >/dev/null 2>&1") != 0) {
        if (getenv("DRILL_REQUIRE_AJV")) {
            fail_msg("DRILL_REQUIRE_AJV is set, but node finds no ajv");
        }
        skip();
    }
}

/* The exit status of a command. */
static inline int schema_run(const char *command)
{
    int status = system(command);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* The validator's exit status for a file; what it says is shown when `loud`. `schema` is a path
 * below the sources, "reports/report.schema.json". */
static inline int schema_validate(const char *schema, const char *file, bool loud)
{
    char command[1024];
    snprintf(command, sizeof(command),
             SCHEMA_NODE "'" SCHEMA_SCRIPTS "/validate-report.js' '" DRILL_SOURCE_DIR
                         "/%s' '%s' %s",
             schema, file, loud ? "" : "2>/dev/null");
    return schema_run(command);
}

/* The same for a text. */
static inline int schema_validate_text(const char *schema, const char *text, bool loud)
{
    char path[64];
    const char *base = getenv("TMPDIR");
    snprintf(path, sizeof(path), "%.40s/drill-XXXXXX", base ? base : "/tmp");
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, text, strlen(text)), strlen(text));
    close(descriptor);
    int status = schema_validate(schema, path, loud);
    unlink(path);
    return status;
}

#endif
