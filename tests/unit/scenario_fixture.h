/* SPDX-License-Identifier: MIT */
/*
 * What the scenario tests share: three plugins that exist only as descriptions, and loading of a
 * text that stands in the test.
 *
 * Included by one translation unit per test program; everything is static.
 */
#ifndef DRILL_TESTS_SCENARIO_FIXTURE_H
#define DRILL_TESTS_SCENARIO_FIXTURE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scenario.h"

static struct drill_option fixture_quit[] = {
    {.name = "quit", .type = DRILL_STRING, .help = "the word that ends a session"}};
static struct drill_option fixture_typed[] = {
    {.name = "depth",
     .type = DRILL_INTEGER,
     .fallback = {.integer = 3},
     .minimum = 1,
     .maximum = 9,
     .help = "from 1 to 9"},
    {.name = "any", .type = DRILL_INTEGER, .help = "any integer"},
    {.name = "loud", .type = DRILL_BOOLEAN, .fallback = {.integer = 1}, .help = "true or false"},
    {.name = "word", .type = DRILL_STRING, .fallback = {.string = "yes"}, .help = "a word"}};

/* A description owns its strings. */
#define FIXTURE_TEXT(text) ((char[]){text})

static struct plugin_info fixture_plugins[] = {
    {.name = FIXTURE_TEXT("uppercase"),
     .version = FIXTURE_TEXT("1"),
     .summary = FIXTURE_TEXT(""),
     .path = FIXTURE_TEXT("/plugins/uppercase.so"),
     .transports = DRILL_TCP,
     .options = fixture_quit,
     .option_count = 1},
    {.name = FIXTURE_TEXT("ack-ok"),
     .version = FIXTURE_TEXT("1"),
     .summary = FIXTURE_TEXT(""),
     .path = FIXTURE_TEXT("/plugins/ack-ok.so"),
     .transports = DRILL_UDP},
    {.name = FIXTURE_TEXT("typed"),
     .version = FIXTURE_TEXT("2"),
     .summary = FIXTURE_TEXT(""),
     .path = FIXTURE_TEXT("/plugins/typed.so"),
     .transports = DRILL_TCP | DRILL_UDP,
     .options = fixture_typed,
     .option_count = 4},
};

/* The folder that the loader named last, to see where relative plugin paths start. */
static char fixture_folder[512];

static inline int fixture_find(void *owner, const char *name, const char *folder,
                               const struct plugin_info **info, struct drill_error *error)
{
    (void)owner;
    snprintf(fixture_folder, sizeof(fixture_folder), "%s", folder);
    for (size_t i = 0; i < sizeof(fixture_plugins) / sizeof(fixture_plugins[0]); i++) {
        if (strcmp(fixture_plugins[i].name, name) == 0) {
            *info = &fixture_plugins[i];
            return 0;
        }
    }
    drill_error_set(error, "there is no plugin \"%.80s\" among uppercase, ack-ok and typed", name);
    return -ENOENT;
}

static const struct scenario_plugins fixture_finder = {.find = fixture_find};

/* Loads a scenario in which ' stands for ", so that it can be read in C. */
static inline int fixture_load(const char *text, struct suite *suite)
{
    char *json = strdup(text);
    assert_non_null(json);
    for (char *c = json; *c; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    *suite = (struct suite){0};
    int status =
        suite_load_text("folder/text.json", "text", json, strlen(json), &fixture_finder, suite);
    free(json);
    return status;
}

/* Loads what must be accepted; says why when it is not. */
static inline void fixture_accept(const char *text, struct suite *suite)
{
    char sentence[4096];
    if (fixture_load(text, suite) != 0) {
        fail_msg("refused: %s", suite->error_count ? drill_error_text(&suite->errors[0], sentence,
                                                                      sizeof(sentence))
                                                   : "without a sentence");
    }
    assert_int_equal(suite->error_count, 0);
}

/* The only plan of a scenario for uppercase with these steps. */
static inline const struct plan *fixture_tcp(const char *steps, struct suite *suite)
{
    char text[8192];
    snprintf(text, sizeof(text), "{'server': {'plugin': 'uppercase'}, 'steps': [%s]}", steps);
    fixture_accept(text, suite);
    assert_int_equal(suite->plan_count, 1);
    return suite->plans[0];
}

static inline const struct plan *fixture_udp(const char *steps, struct suite *suite)
{
    char text[8192];
    snprintf(text, sizeof(text), "{'server': {'plugin': 'ack-ok'}, 'steps': [%s]}", steps);
    fixture_accept(text, suite);
    assert_int_equal(suite->plan_count, 1);
    return suite->plans[0];
}

/* Must be refused, with this text in its only sentence. */
static inline void fixture_refuse(const char *text, const char *sentence)
{
    struct suite suite;
    assert_int_equal(fixture_load(text, &suite), -EINVAL);
    assert_int_equal(suite.error_count, 1);
    if (!strstr(suite.errors[0].sentence, sentence)) {
        fail_msg("\"%s\" does not say \"%s\"", suite.errors[0].sentence, sentence);
    }
    suite_free(&suite);
}

#endif
