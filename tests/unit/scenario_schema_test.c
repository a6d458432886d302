/* SPDX-License-Identifier: MIT */
/* The schemas against the loader, with a real validator: tests/schema/validate-scenarios.js.
 * Skipped, and said so, where node or
 * ajv is missing, unless DRILL_REQUIRE_AJV is set: then it fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <cmocka.h>

#define SOURCES DRILL_SOURCE_DIR
#define VALIDATE                                                                                   \
    "NODE_PATH=/usr/share/nodejs node '" SOURCES "/tests/schema/validate-scenarios.js' "
#define FILES                                                                                      \
    "'" SOURCES "/scenarios' '" SOURCES "/tests/bad' '" SOURCES "/docs/scenario-refusals.md'"

static int run(const char *command)
{
    if (system("NODE_PATH=/usr/share/nodejs node -e 'require(\"ajv\")' >/dev/null 2>&1") != 0) {
        if (getenv("DRILL_REQUIRE_AJV")) {
            fail_msg("DRILL_REQUIRE_AJV is set, but node finds no ajv");
        }
        skip();
    }
    int status = system(command);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void what_the_schema_refuses_the_loader_refuses(void **state)
{
    (void)state;
    assert_int_equal(run(VALIDATE FILES), 0);
}

/* The canary: every expectation turned round is noticed. */
static void a_wrong_row_is_noticed(void **state)
{
    (void)state;
    assert_int_equal(run(VALIDATE "--canary " FILES), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_schema_refuses_the_loader_refuses),
        cmocka_unit_test(a_wrong_row_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
