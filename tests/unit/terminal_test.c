/* SPDX-License-Identifier: MIT */
/* The face of a run as it is written to a terminal or elsewhere: order, progress, failing writes.
 */
#include "report_fixture.h"

#include <errno.h>
#include <fcntl.h>

#include "terminal.h"

struct face {
    struct report_fixture *fixture;
    struct terminal *terminal;
    int fd;
};

static void face_open(struct face *face, struct report_fixture *fixture, bool is_tty, int verbosity)
{
    face->fixture = fixture;
    face->fd = open(fixture->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(face->fd >= 0);
    struct terminal_options options = {
        .fd = face->fd, .is_tty = is_tty, .width = 30, .verbosity = verbosity};
    face->terminal = terminal_new(&options, fixture->plans, 4);
    assert_non_null(face->terminal);
}

static void face_finish(struct face *face, uint32_t index, enum verdict verdict)
{
    struct result result;
    fixture_result(&result, index, face->fixture->plans[index]);
    if (verdict != VERDICT_PASS) {
        assert_int_equal(result_decide(&result, verdict, "no"), 0);
    }
    terminal_finished(face->terminal, &result);
    result_fini(&result);
}

static char *face_text(struct face *face)
{
    size_t size;
    return fixture_read(face->fixture->path, &size);
}

static void face_close(struct face *face, const char *expected)
{
    terminal_free(face->terminal);
    close(face->fd);
    char *text = face_text(face);
    assert_string_equal(text, expected);
    free(text);
}

#define SHORT_BLOCK(n)                                                                             \
    "FAIL tcp/many#n=" n "\n"                                                                      \
    "  scenarios/some.json: no\n"                                                                  \
    "  replay: sockdrill run --filter 'tcp/many#n=" n "' --seed 1\n"

static void results_are_shown_in_scenario_order(void **state)
{
    struct face face;
    face_open(&face, *state, false, 0);
    for (uint32_t i = 0; i < 4; i++) {
        terminal_started(face.terminal, i);
    }
    face_finish(&face, 3, VERDICT_FAIL);
    face_finish(&face, 1, VERDICT_FAIL);
    char *text = face_text(&face);
    assert_string_equal(text, "");
    free(text);
    face_finish(&face, 0, VERDICT_PASS);
    text = face_text(&face);
    assert_string_equal(text, SHORT_BLOCK("1"));
    free(text);
    face_finish(&face, 2, VERDICT_PASS);
    struct report_summary summary = {.planned = 4, .total = 4, .complete = true, .counts = {2, 2}};
    assert_int_equal(terminal_summary(face.terminal, &summary, 0, "out/\x1b.json"), 0);
    face_close(&face,
               SHORT_BLOCK("1") SHORT_BLOCK("3") "4 scenarios: 2 passed, 2 failed  in 0.0 s\n"
                                                 "report: out/\\x1b.json\n");
}

static void verbose_runs_have_a_line_per_scenario(void **state)
{
    struct face face;
    face_open(&face, *state, false, 1);
    face_finish(&face, 1, VERDICT_PASS);
    face_finish(&face, 0, VERDICT_PASS);
    face_close(&face, "PASS tcp/many#n=0 (kernel only)  3.4 ms\n"
                      "PASS tcp/many#n=1 (kernel only)  3.4 ms\n");
}

static void an_interrupted_run_shows_what_was_held(void **state)
{
    struct face face;
    face_open(&face, *state, false, 0);
    face_finish(&face, 2, VERDICT_FAIL);
    terminal_flush(face.terminal);
    face_finish(&face, 1, VERDICT_FAIL);
    struct report_summary summary = {.planned = 4, .total = 2, .counts = {0, 2}};
    assert_int_equal(terminal_summary(face.terminal, &summary, 0, NULL), 0);
    face_close(&face, SHORT_BLOCK("2") SHORT_BLOCK(
                          "1") "stopped after 2 of 4 scenarios: 0 passed, 2 failed  in 0.0 s\n");
}

#define CLEAR "\r\x1b[K"

static void the_progress_line_is_cleared_before_anything_else(void **state)
{
    struct face face;
    face_open(&face, *state, true, 0);
    terminal_started(face.terminal, 0);
    terminal_started(face.terminal, 1);
    face_finish(&face, 0, VERDICT_FAIL);
    struct report_summary summary = {.planned = 4, .total = 1, .counts = {0, 1}};
    assert_int_equal(terminal_summary(face.terminal, &summary, 0, NULL), 0);
    face_close(&face, CLEAR "[0/4] tcp/many#n=0" CLEAR "[0/4] tcp/many#n=1" CLEAR SHORT_BLOCK("0")
                          CLEAR "[1/4] 1 failed  tcp/many#n=1" CLEAR
                                "stopped after 1 of 4 scenarios: 0 passed, 1 failed  in 0.0 "
                                "s\n");
}

static void the_progress_line_fits_the_width_and_is_plain(void **state)
{
    struct report_fixture *fixture = *state;
    fixture->stored[0].id = "a\x1b[2J\xc3\xa4_with-a-very-long-name-that-must-not-wrap";
    struct face face;
    face_open(&face, fixture, true, 0);
    terminal_started(face.terminal, 0);
    face_close(&face, CLEAR "[0/4] a?[2J??_with-a-very-lon");
}

static void quiet_runs_draw_no_progress(void **state)
{
    struct face face;
    face_open(&face, *state, true, -1);
    terminal_started(face.terminal, 0);
    face_finish(&face, 0, VERDICT_PASS);
    face_finish(&face, 1, VERDICT_FAIL);
    face_close(&face, SHORT_BLOCK("1"));
}

static void progress_is_not_drawn_more_often_than_asked(void **state)
{
    struct report_fixture *fixture = *state;
    int fd = open(fixture->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    struct terminal_options options = {
        .fd = fd, .is_tty = true, .width = 30, .progress_ms = 3600000};
    struct face face = {.fixture = fixture, .fd = fd};
    face.terminal = terminal_new(&options, fixture->plans, 4);
    assert_non_null(face.terminal);
    terminal_started(face.terminal, 0);
    terminal_started(face.terminal, 1);
    face_finish(&face, 0, VERDICT_PASS);
    terminal_started(face.terminal, 2);
    face_close(&face, CLEAR "[0/4] tcp/many#n=0");
}

static void long_runs_without_a_terminal_say_how_far_they_are(void **state)
{
    struct report_fixture *fixture = *state;
    enum { COUNT = 2000 };
    static struct plan *plans[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        plans[i] = fixture->plans[0];
    }
    int fd = open(fixture->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    struct face face = {.fixture = fixture, .fd = fd};
    struct terminal_options options = {.fd = fd};
    face.terminal = terminal_new(&options, plans, COUNT);
    for (uint32_t i = 0; i < COUNT; i++) {
        struct result result;
        fixture_result(&result, COUNT - 1 - i, fixture->plans[0]);
        terminal_finished(face.terminal, &result);
        result_fini(&result);
    }
    face_close(&face, "1000 of 2000 scenarios, 0 failed\n");
}

static void a_reader_that_is_gone_is_an_error(void **state)
{
    struct report_fixture *fixture = *state;
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    struct terminal_options options = {.fd = fd, .verbosity = 1};
    struct terminal *terminal = terminal_new(&options, fixture->plans, 4);
    struct face face = {.fixture = fixture, .terminal = terminal};
    face_finish(&face, 0, VERDICT_PASS);
    struct report_summary summary = {.planned = 4, .total = 1, .counts = {1}};
    assert_int_equal(terminal_summary(terminal, &summary, 0, NULL), -ENOSPC);
    terminal_free(terminal);
    close(fd);
}

/* A pseudo-terminal is what programs see behind a terminal emulator. */
static void a_terminal_is_recognised(void **state)
{
    (void)state;
    int leader = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (leader < 0) {
        skip();
    }
    assert_int_equal(grantpt(leader), 0);
    assert_int_equal(unlockpt(leader), 0);
    int fd = open(ptsname(leader), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(fd >= 0);
    static const struct {
        const char *term, *no_color, *columns;
        bool is_tty, color;
        unsigned width;
    } cases[] = {
        {"xterm", NULL, NULL, true, true, 0},   {"xterm", "", "100", true, true, 100},
        {"xterm", "1", "9", true, false, 0},    {"dumb", NULL, "x", false, false, 0},
        {NULL, NULL, "99999", false, false, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unsetenv("TERM");
        unsetenv("NO_COLOR");
        unsetenv("COLUMNS");
        if (cases[i].term) {
            setenv("TERM", cases[i].term, 1);
        }
        if (cases[i].no_color) {
            setenv("NO_COLOR", cases[i].no_color, 1);
        }
        if (cases[i].columns) {
            setenv("COLUMNS", cases[i].columns, 1);
        }
        struct terminal_options options;
        terminal_options_detect(&options, fd, 0);
        assert_int_equal(options.is_tty, cases[i].is_tty);
        assert_int_equal(options.color, cases[i].color);
        assert_int_equal(options.width, cases[i].width);
    }
    setenv("TERM", "xterm", 1);
    struct terminal_options options;
    int file = open("/dev/null", O_WRONLY | O_CLOEXEC);
    terminal_options_detect(&options, file, 1);
    assert_false(options.is_tty || options.color);
    assert_int_equal(options.verbosity, 1);
    close(file);
    close(fd);
    close(leader);
}

#define FACE(name) cmocka_unit_test_setup_teardown(name, report_setup, report_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FACE(results_are_shown_in_scenario_order),
        FACE(verbose_runs_have_a_line_per_scenario),
        FACE(an_interrupted_run_shows_what_was_held),
        FACE(the_progress_line_is_cleared_before_anything_else),
        FACE(the_progress_line_fits_the_width_and_is_plain),
        FACE(quiet_runs_draw_no_progress),
        FACE(progress_is_not_drawn_more_often_than_asked),
        FACE(long_runs_without_a_terminal_say_how_far_they_are),
        FACE(a_reader_that_is_gone_is_an_error),
        cmocka_unit_test(a_terminal_is_recognised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
