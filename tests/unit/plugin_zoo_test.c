/* SPDX-License-Identifier: MIT */
/* The test plugins do what the tests above them take for granted. */
#include "plugin_fixture.h"

#include <sys/resource.h>

static void greeter_greets_in_every_way(void **state)
{
    (void)state;
    static const struct {
        const char *open;
        enum drill_status status;
        const char *greeting;
    } cases[] = {{"ok", DRILL_OK, "welcome\n"},
                 {"silent", DRILL_SILENT, ""},
                 {"close", DRILL_CLOSE, "welcome\n"},
                 {"protocol_error", DRILL_PROTOCOL_ERROR, "welcome\n"},
                 {"internal_error", DRILL_INTERNAL_ERROR, "welcome\n"}};
    struct fixture fixture;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct drill_value value = {.string = cases[i].open};
        fixture_start(&fixture, "greeter", DRILL_TCP, &value);
        assert_int_equal(fixture_open(&fixture, 1), cases[i].status);
        fixture_expect(&fixture, cases[i].greeting);
        fixture_say(&fixture, 1, "echo");
        fixture_expect(&fixture, "echo");
        fixture_close(&fixture, 1);
        assert_string_equal(fixture.logged, "goodbye");
        fixture_stop(&fixture);
    }
    fixture_start(&fixture, "greeter", DRILL_UDP, NULL);
    fixture.room = 0;
    assert_int_equal(fixture_open(&fixture, 1), DRILL_OK);
    assert_int_equal(fixture.out.overflow, 0);
    fixture_stop(&fixture);
}

static void lines_frames_at_newlines(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_start(&fixture, "lines", DRILL_TCP, NULL);
    assert_int_equal(fixture_frame(&fixture, "ab", 2), 0);
    assert_int_equal(fixture_frame(&fixture, "ab\ncd\n", 6), 3);
    assert_int_equal(fixture_frame(&fixture, "\n", 1), 1);
    fixture_say(&fixture, 1, "ab\n");
    fixture_expect(&fixture, "ab\n");
    assert_int_equal(fixture_eof(&fixture, 1, "cd"), DRILL_OK);
    fixture_expect(&fixture, "<cd>");
    fixture_stop(&fixture);
}

static void length_prefix_knows_whole_and_bad_messages(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_start(&fixture, "length-prefix", DRILL_TCP, NULL);
    assert_int_equal(fixture_frame(&fixture, "\0", 1), 0);
    assert_int_equal(fixture_frame(&fixture, "\0\3abc", 5), 5);
    assert_int_equal(fixture_frame(&fixture, "\0\3abcde", 7), 5);
    assert_int_equal(fixture_frame(&fixture, "\0\3ab", 4), 0);
    assert_true(fixture_frame(&fixture, "\0\0abc", 5) == DRILL_FRAME_BAD);
    assert_int_equal(fixture_frame(&fixture, "\xff\xff", 2), 0);
    assert_int_equal(fixture_send(&fixture, 1, "\0\3abc", 5), DRILL_OK);
    assert_int_equal(fixture.out.size, 5);
    assert_memory_equal(fixture.data, "\0\3cba", 5);
    fixture_stop(&fixture);
}

static void overflow_overflows_whatever_it_returns(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        enum drill_status status;
    } cases[] = {{"overflow", DRILL_INTERNAL_ERROR},
                 {"ignore", DRILL_OK},
                 {"hush", DRILL_SILENT},
                 {"close", DRILL_CLOSE}};
    struct fixture fixture;
    fixture_start(&fixture, "overflow", DRILL_TCP, NULL);
    fixture.room = 10;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(fixture_say(&fixture, 1, cases[i].word), cases[i].status);
        assert_int_not_equal(fixture.out.overflow, 0);
        assert_true(fixture.out.size <= 10);
    }
    assert_int_equal(fixture_say(&fixture, 1, "fill"), DRILL_OK);
    fixture_expect(&fixture, "xxxxxxxxxx");
    fixture_say(&fixture, 1, "echo");
    fixture_expect(&fixture, "echo");
    fixture_stop(&fixture);
}

static void closer_ends_sessions_in_every_way(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_start(&fixture, "closer", DRILL_TCP, NULL);
    assert_int_equal(fixture_say(&fixture, 1, "."), DRILL_CLOSE);
    fixture_expect(&fixture, "bye");
    assert_int_equal(fixture_say(&fixture, 1, "!"), DRILL_PROTOCOL_ERROR);
    assert_int_equal(fixture_say(&fixture, 1, "#"), DRILL_INTERNAL_ERROR);
    assert_int_equal(fixture_say(&fixture, 1, "anything"), DRILL_SILENT);
    assert_int_equal(fixture_say(&fixture, 1, ""), DRILL_SILENT);
    fixture_stop(&fixture);
}

static void counter_counts_by_session_and_sticky_by_process(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_start(&fixture, "counter", DRILL_TCP, NULL);
    fixture_say(&fixture, 1, "a");
    fixture_say(&fixture, 1, "b");
    fixture_expect(&fixture, "2\n");
    fixture_say(&fixture, 2, "c");
    fixture_expect(&fixture, "1\n");
    fixture_eof(&fixture, 1, "");
    fixture_expect(&fixture, "total 2\n");
    fixture_stop(&fixture);
    /* Kept loaded, as a reused worker keeps it. */
    struct plugin *kept = fixture_load(DRILL_TEST_PLUGINS, "sticky");
    for (int i = 1; i <= 2; i++) {
        char expected[16];
        snprintf(expected, sizeof(expected), "%d\n", i);
        fixture_start(&fixture, "sticky", DRILL_TCP, NULL);
        fixture_say(&fixture, 1, "a");
        fixture_expect(&fixture, expected);
        fixture_stop(&fixture);
    }
    plugin_free(kept);
}

static void liars_lie(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_start(&fixture, "not-split-invariant-liar", DRILL_TCP, NULL);
    assert_int_equal(fixture.listener.properties, DRILL_SPLIT_INVARIANT);
    fixture_say(&fixture, 1, "ab");
    fixture_expect(&fixture, "[ab]");
    fixture_stop(&fixture);
    fixture_start(&fixture, "length-liar", DRILL_TCP, NULL);
    assert_int_equal(fixture.listener.properties, DRILL_LENGTH_PRESERVING);
    fixture_say(&fixture, 1, "truth");
    fixture_expect(&fixture, "truth");
    fixture_say(&fixture, 1, "lie");
    fixture_expect(&fixture, "lie!");
    fixture_stop(&fixture);
    fixture_start(&fixture, "silent-udp", DRILL_UDP, NULL);
    assert_int_equal(fixture.listener.properties, DRILL_ONE_REPLY_PER_DATAGRAM);
    assert_int_equal(fixture_say(&fixture, 1, "hello"), DRILL_OK);
    assert_int_equal(fixture_say(&fixture, 1, "hush"), DRILL_SILENT);
    fixture_stop(&fixture);
}

static void leak_keeps_a_descriptor(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_start(&fixture, "leak", DRILL_TCP, NULL);
    int next = open("/dev/null", O_RDONLY);
    close(next);
    fixture_say(&fixture, 1, "fd");
    /* The lowest free number was taken and is still open. */
    assert_true(fcntl(next, F_GETFD) >= 0);
    close(next);
    fixture_stop(&fixture);
}

/* How a child ends that says `word` to the plugin. */
static int say_in_child(const char *name, const char *word)
{
    struct fixture fixture;
    fixture_start(&fixture, name, DRILL_TCP, NULL);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        const struct rlimit cpu = {.rlim_cur = 1, .rlim_max = 1};
        setrlimit(RLIMIT_CPU, &cpu);
        fixture_become_victim();
        fixture_say(&fixture, 1, word);
        _exit(FIXTURE_UNHARMED);
    }
    int ended = fixture_wait(child);
    fixture_stop(&fixture);
    return ended;
}

static void crash_crashes_in_every_way(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        int signal;
    } cases[] = {{"crash", SIGSEGV},  {"divide", SIGFPE}, {"abort", SIGABRT},
                 {"illegal", SIGILL}, {"bus", SIGBUS},    {"recurse", SIGSEGV}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int ended = say_in_child("crash", cases[i].word);
        assert_true(WIFSIGNALED(ended));
        assert_int_equal(WTERMSIG(ended), cases[i].signal);
    }
    /* A sanitizer exits before the abort. */
    int ended = say_in_child("crash", "overrun");
    assert_false(fixture_exited(ended, FIXTURE_UNHARMED));
    assert_true(fixture_exited(say_in_child("crash", "hello"), FIXTURE_UNHARMED));
}

static void exit_exits_and_hang_hangs(void **state)
{
    (void)state;
    assert_true(fixture_exited(say_in_child("exit", "exit"), 3));
    assert_true(fixture_exited(say_in_child("exit", "quietexit"), 0));
    assert_true(fixture_exited(say_in_child("exit", "hello"), FIXTURE_UNHARMED));
    /* Only its limit of processor time ends it. */
    assert_true(WIFSIGNALED(say_in_child("hang", "hang")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(greeter_greets_in_every_way),
        cmocka_unit_test(lines_frames_at_newlines),
        cmocka_unit_test(length_prefix_knows_whole_and_bad_messages),
        cmocka_unit_test(overflow_overflows_whatever_it_returns),
        cmocka_unit_test(closer_ends_sessions_in_every_way),
        cmocka_unit_test(counter_counts_by_session_and_sticky_by_process),
        cmocka_unit_test(liars_lie),
        cmocka_unit_test(leak_keeps_a_descriptor),
        cmocka_unit_test(crash_crashes_in_every_way),
        cmocka_unit_test(exit_exits_and_hang_hangs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
