/* SPDX-License-Identifier: MIT */
/* The fuzz report: what it says of good folders, and where it refuses bad ones. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>
#include <cmocka.h>

#include "report_night.h"
#include "schema_fixture.h"

#define SCHEMA "fuzz/fuzz-report.schema.json"

#define GOOD                                                                                       \
    "target tape-x\n"                                                                              \
    "run libfuzzer execs 1000 ms 500\n"                                                            \
    "run afl execs 30 ms 1000 stability 10000\n"                                                   \
    "run afl execs 12 ms 1000 stability 9321\n"                                                    \
    "run libfuzzer execs 1 ms 0\n"                                                                 \
    "finding x:leak\n"                                                                             \
    "finding x:crash:transform sim crash kernel crash scenario x-crash-transform.json\n"           \
    "coverage core/loop.c 10 20\n"                                                                 \
    "coverage plugins/x.c 3 3\n"                                                                   \
    "corpus files 7 bytes 123\n"                                                                   \
    "end\n"

static char folder[64];

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/report_night_XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return system(command);
}

static void put(const char *name, const void *text, size_t size)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void put_text(const char *name, const char *text)
{
    put(name, text, strlen(text));
}

static json_t *accept_folder(void)
{
    struct bytes out;
    struct drill_error error;
    bytes_init(&out, (size_t)1 << 20);
    if (report_night_of_folder(folder, &out, &error) != 0) {
        fail_msg("refused: %s:%u: %s", error.file, error.line, error.sentence);
    }
    json_t *report = json_loadb((const char *)out.data, out.size, 0, NULL);
    assert_non_null(report);
    bytes_fini(&out);
    return report;
}

/* Must be refused at this line, with this text in the sentence, and nothing must be written. */
static void refuse_folder(unsigned line, const char *text)
{
    struct bytes out;
    struct drill_error error;
    bytes_init(&out, (size_t)1 << 20);
    assert_int_equal(report_night_of_folder(folder, &out, &error), -EINVAL);
    assert_int_equal(out.size, 0);
    if (!strstr(error.sentence, text)) {
        fail_msg("\"%s\" does not say \"%s\"", error.sentence, text);
    }
    assert_int_equal(error.line, line);
    bytes_fini(&out);
}

static void refuse_line(const char *bad, const char *text)
{
    char file[1024];
    put_text("night", "");
    snprintf(file, sizeof(file), "target tape-x\n%s\n", bad);
    put_text("tape-x", file);
    refuse_folder(2, text);
}

static json_int_t integer(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static void runs_of_one_engine_are_added_up_and_the_least_stability_counts(void **state)
{
    (void)state;
    put_text("night", "complete\n");
    put_text("tape-x", GOOD);
    json_t *report = accept_folder();
    json_t *target = json_array_get(json_object_get(report, "targets"), 0);
    json_t *runs = json_object_get(target, "runs");
    assert_int_equal(json_array_size(runs), 2);
    assert_int_equal(integer(json_array_get(runs, 0), "execs"), 1001);
    assert_int_equal(integer(json_array_get(runs, 0), "execs_per_second"), 2002);
    assert_true(json_is_null(json_object_get(json_array_get(runs, 0), "stability_hundredths")));
    assert_int_equal(integer(json_array_get(runs, 1), "execs"), 42);
    assert_int_equal(integer(json_array_get(runs, 1), "execs_per_second"), 21);
    assert_int_equal(integer(json_array_get(runs, 1), "stability_hundredths"), 9321);
    assert_true(json_is_true(json_object_get(report, "complete")));
    assert_int_equal(integer(json_object_get(report, "summary"), "execs"), 1043);
    assert_int_equal(integer(json_object_get(report, "summary"), "findings"), 2);
    json_decref(report);
}

static void findings_stand_in_order_whatever_order_they_came_in(void **state)
{
    (void)state;
    put_text("night", "complete\n");
    put_text("tape-x", GOOD);
    json_t *report = accept_folder();
    json_t *findings =
        json_object_get(json_array_get(json_object_get(report, "targets"), 0), "findings");
    json_t *first = json_array_get(findings, 0), *second = json_array_get(findings, 1);
    assert_string_equal(json_string_value(json_object_get(first, "fingerprint")),
                        "x:crash:transform");
    assert_string_equal(json_string_value(json_object_get(first, "kernel")), "crash");
    assert_string_equal(json_string_value(json_object_get(second, "fingerprint")), "x:leak");
    assert_true(json_is_null(json_object_get(second, "scenario")));
    json_decref(report);
}

static void an_interrupted_night_is_not_complete_and_shows_what_was_done(void **state)
{
    (void)state;
    put_text("night", "");
    put_text("a", "target a\nrun libfuzzer execs 5 ms 5\n");
    json_t *report = accept_folder();
    json_t *target = json_array_get(json_object_get(report, "targets"), 0);
    assert_true(json_is_false(json_object_get(report, "complete")));
    assert_true(json_is_false(json_object_get(target, "complete")));
    assert_true(json_is_null(json_object_get(target, "corpus")));
    json_decref(report);
}

static void what_is_no_line_is_refused_where_it_stands(void **state)
{
    (void)state;
    refuse_line("", "no line of a target's file");
    refuse_line("runs libfuzzer execs 1 ms 1", "no line of a target's file");
    refuse_line("run libfuzzer execs 1", "no line of a target's file");
    refuse_line("run libfuzzer execs -1 ms 1", "no line of a target's file");
    refuse_line("run libfuzzer execs 1 ms ", "no line of a target's file");
    refuse_line("run libfuzzer execs 99999999999999999999 ms 1", "no line of a target's file");
    refuse_line("run afl execs 1 ms 1 stability 10001", "no line of a target's file");
    refuse_line("run honggfuzz execs 1 ms 1", "no engine 'honggfuzz'");
    refuse_line("target tape-x", "a second time");
    refuse_line("finding x sim crash kernel odd scenario y", "no line of a target's file");
    refuse_line("finding x sim crash kernel fail scenario ../y", "no line of a target's file");
    refuse_line("finding \xff", "UTF-8");
    refuse_line("coverage core/a.c 2 1", "no line of a target's file");
    refuse_line("coverage /core/a.c 1 2", "no line of a target's file");
    refuse_line("corpus files 1", "no line of a target's file");
    refuse_line("a b c d e f g h i j k l m n o p q", "more than 16 words");
}

static void order_and_repetition_are_checked_across_lines(void **state)
{
    (void)state;
    put_text("night", "");
    put_text("a", "target a\ncoverage core/b.c 1 1\ncoverage core/b.c 1 1\n");
    refuse_folder(3, "stands behind");
    put_text("a", "target a\nfinding x\nfinding x\n");
    refuse_folder(3, "stands twice");
    put_text("a", "target a\nend\nend\n");
    refuse_folder(3, "behind the end");
    put_text("a", "run afl execs 1 ms 1\n");
    refuse_folder(1, "must say");
    put_text("a", "target b\n");
    refuse_folder(1, "must say \"target a\"");
    put_text("a", "");
    refuse_folder(0, "is empty");
    put_text("a", "target a");
    refuse_folder(1, "not whole");
    put("a", "target a\0\n", 10);
    refuse_folder(1, "not whole");
    put_text("a", "target a\n");
    put_text("night", "done\n");
    refuse_folder(0, "must be empty");
}

static void a_folder_that_is_not_there_is_refused(void **state)
{
    (void)state;
    refuse_folder(0, "cannot be read");
}

/* Bytes of a good file are changed one after the other: it is taken or refused, never worse. */
static void a_file_with_any_byte_changed_is_taken_or_refused_with_a_sentence(void **state)
{
    (void)state;
    put_text("night", "");
    for (size_t i = 0; i < sizeof(GOOD) - 1; i++) {
        for (unsigned change = 0; change < 3; change++) {
            char text[] = GOOD;
            text[i] = "\0\n\xff"[change];
            put("tape-x", text, sizeof(text) - 1);
            struct bytes out;
            struct drill_error error;
            bytes_init(&out, (size_t)1 << 20);
            int status = report_night_of_folder(folder, &out, &error);
            assert_true(status == 0 || (status == -EINVAL && error.sentence[0] && error.file[0]));
            bytes_fini(&out);
        }
    }
}

static void the_report_matches_its_schema_and_another_does_not(void **state)
{
    (void)state;
    char path[512];
    schema_need_ajv();
    put_text("night", "complete\n");
    put_text("tape-x", GOOD);
    put_text("a", "target a\n");
    struct bytes out;
    struct drill_error error;
    bytes_init(&out, (size_t)1 << 20);
    assert_int_equal(report_night_of_folder(folder, &out, &error), 0);
    put("report.json", out.data, out.size);
    snprintf(path, sizeof(path), "%s/report.json", folder);
    assert_int_equal(schema_validate(SCHEMA, path, true), 0);
    /* Two targets are counted; a third would be seen. */
    char *count = strstr((char *)(uintptr_t)bytes_string(&out), "\"targets\": 2");
    assert_non_null(count);
    count[strlen("\"targets\": ")] = '3';
    put("report.json", out.data, out.size);
    assert_int_equal(schema_validate(SCHEMA, path, false), 1);
    put_text("report.json", "{\"schema\": 1, \"kind\": \"fuzz\"}\n");
    assert_int_equal(schema_validate(SCHEMA, path, false), 1);
    bytes_fini(&out);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(runs_of_one_engine_are_added_up_and_the_least_stability_counts),
        IN_FOLDER(findings_stand_in_order_whatever_order_they_came_in),
        IN_FOLDER(an_interrupted_night_is_not_complete_and_shows_what_was_done),
        IN_FOLDER(what_is_no_line_is_refused_where_it_stands),
        IN_FOLDER(order_and_repetition_are_checked_across_lines),
        IN_FOLDER(a_folder_that_is_not_there_is_refused),
        IN_FOLDER(a_file_with_any_byte_changed_is_taken_or_refused_with_a_sentence),
        IN_FOLDER(the_report_matches_its_schema_and_another_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
