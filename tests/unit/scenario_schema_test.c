/* SPDX-License-Identifier: MIT */
/* The schemas against the loader, with a real validator. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "schema_fixture.h"

#define SOURCES  DRILL_SOURCE_DIR
#define VALIDATE SCHEMA_NODE "'" SCHEMA_SCRIPTS "/validate-scenarios.js' "
#define FILES                                                                                      \
    "'" SOURCES "/scenarios' '" SOURCES "/tests/bad' '" SOURCES "/docs/scenario-refusals.md'"

static int run(const char *command)
{
    schema_need_ajv();
    return schema_run(command);
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
