/* SPDX-License-Identifier: MIT */
/* Workers that die, hang, leak or talk nonsense. */
#include "isolate_fixture.h"

static void a_crash_costs_one_verdict_and_names_its_step(void **state)
{
    (void)state;
    add_many("pass", 20);
    add("crash");
    add_many("pass", 20);
    run(1);
    for (size_t i = 0; i < drill.count; i++) {
        if (i != 20) {
            expect(i, VERDICT_PASS, "");
        }
    }
    expect(20, VERDICT_CRASH, "the worker was killed by SIGSEGV (invalid memory access)");
    assert_int_equal(drill.failure.source, 2);
    assert_int_equal(drill.failure.iteration_depth, 1);
    assert_int_equal(drill.failure.iteration[0], 41);
    assert_int_equal(drill.trouble.signal, SIGSEGV);
    assert_true(drill.trouble.frame_count > 2);
    assert_string_equal(drill.output, "last words\n");
}

static void every_way_to_die_has_its_sentence(void **state)
{
    (void)state;
    add("abort");
    add("exit-3");
    add("exit-0");
    add("killed");
    add("call-null");
    run(2);
    expect(0, VERDICT_CRASH, "the worker was killed by SIGABRT (abort)");
    expect(1, VERDICT_CRASH, "the plugin ended the process with status 3");
    expect(2, VERDICT_CRASH, "the plugin ended the process with status 0");
    expect(3, VERDICT_CRASH,
           "the worker was killed by SIGKILL (killed from outside, perhaps for want of memory)");
    expect(4, VERDICT_CRASH, "the worker was killed by SIGSEGV (invalid memory access)");
}

static void a_call_of_null_still_shows_who_called(void **state)
{
    (void)state;
    add("call-null");
    run(1);
    assert_true(drill.trouble.frame_count >= 2);
}

static void a_hang_is_told_with_its_backtrace(void **state)
{
    (void)state;
    add_many("pass", 3);
    add("hang");
    add_many("pass", 3);
    assert_int_equal(run_with(1, HANG_TIMEOUT_MS, NULL), 0);
    expect(3, VERDICT_HANG, "no step finished within 400 ms");
    assert_int_equal(drill.failure.source, 1);
    assert_true(drill.trouble.frame_count > 1);
    expect(6, VERDICT_PASS, "");
}

static void a_hang_that_blocks_signals_is_killed(void **state)
{
    (void)state;
    add("deaf-hang");
    assert_int_equal(run_with(1, HANG_TIMEOUT_MS, NULL), 0);
    expect(0, VERDICT_HANG, "no step finished within 400 ms");
    assert_int_equal(drill.trouble.frame_count, 0);
}

static void a_worker_that_closes_its_pipes_is_ended(void **state)
{
    (void)state;
    add("close-all");
    add("pass");
    run(1);
    assert_int_equal(drill.verdicts[0], VERDICT_CRASH);
    expect(1, VERDICT_PASS, "");
}

static void rubbish_instead_of_a_result_is_an_error(void **state)
{
    (void)state;
    const char *sentence = "the worker sent a result that cannot be read: the plugin may have "
                           "overwritten the harness's memory";
    add("garble");
    add("pass");
    add("half");
    run(2);
    expect(0, VERDICT_ERROR, sentence);
    expect(1, VERDICT_PASS, "");
    expect(2, VERDICT_ERROR, sentence);
}

static void a_descriptor_left_open_is_a_leak(void **state)
{
    (void)state;
    add_many("pass", 3);
    add("leak-descriptor");
    add("pass");
    run(1);
    expect(3, VERDICT_LEAK, "the run left 1 descriptor open");
    expect(4, VERDICT_PASS, "");
}

static void a_descriptor_that_the_engine_keeps_is_none(void **state)
{
    (void)state;
    add_many("keep-descriptor", 5);
    run(1);
    for (size_t i = 0; i < drill.count; i++) {
        expect(i, VERDICT_PASS, "");
    }
}

static void lost_memory_is_a_leak_where_the_sanitizer_can_look(void **state)
{
    (void)state;
    if (!isolate_leaks_checkable()) {
        skip();
    }
    add("pass");
    add("leak-memory");
    add("pass");
    run(1);
    expect(1, VERDICT_LEAK, "LeakSanitizer found memory that nothing points to");
    assert_non_null(strstr(drill.output, "LeakSanitizer"));
    expect(2, VERDICT_PASS, "");
}

static void a_machine_that_fails_ends_the_run(void **state)
{
    (void)state;
    add("machine");
    assert_int_equal(run_with(1, 0, NULL), -ENOMEM);
    assert_non_null(strstr(drill.error.sentence, "memory"));
    assert_int_equal(drill.finished, 0);
}

static void a_machine_that_fails_late_gets_a_fresh_worker(void **state)
{
    (void)state;
    add_many("pass", 2);
    add_many("machine-later", 2);
    run(1);
    expect(2, VERDICT_PASS, "");
    expect(3, VERDICT_PASS, "");
}

static void a_plugin_that_cannot_be_loaded_is_an_error(void **state)
{
    (void)state;
    add("unloadable");
    run(1);
    expect(0, VERDICT_ERROR, "the plugin \"unloadable\" could not be loaded");
    assert_string_equal(drill.output, "'/somewhere/unloadable.so' is not an ELF file");
}

/* A process between the test and the worker, to be killed. */
static pid_t start_doomed_parent(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        _exit(run_with(1, 0, NULL) != 0);
    }
    return pid;
}

static void workers_die_with_their_parent(void **state)
{
    (void)state;
    /* Orphans come to us, so that their end can be waited for. */
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    notes->worker = 0;
    add("hang");
    pid_t parent = start_doomed_parent();
    while (notes->worker == 0) {
    }
    pid_t worker = notes->worker;
    int status;
    assert_int_equal(kill(parent, SIGKILL), 0);
    assert_int_equal(waitpid(parent, &status, 0), parent);
    assert_int_equal(waitpid(worker, &status, 0), worker);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
}

static void children_can_be_waited_for_although_the_starter_ignores_them(void **state)
{
    (void)state;
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction before;
    sigaction(SIGCHLD, &ignore, &before);
    add("exit-3");
    run(1);
    sigaction(SIGCHLD, &before, NULL);
    expect(0, VERDICT_CRASH, "the plugin ended the process with status 3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_crash_costs_one_verdict_and_names_its_step),
        TEST(every_way_to_die_has_its_sentence),
        TEST(a_call_of_null_still_shows_who_called),
        TEST(a_hang_is_told_with_its_backtrace),
        TEST(a_hang_that_blocks_signals_is_killed),
        TEST(a_worker_that_closes_its_pipes_is_ended),
        TEST(rubbish_instead_of_a_result_is_an_error),
        TEST(a_descriptor_left_open_is_a_leak),
        TEST(a_descriptor_that_the_engine_keeps_is_none),
        TEST(lost_memory_is_a_leak_where_the_sanitizer_can_look),
        TEST(a_machine_that_fails_ends_the_run),
        TEST(a_machine_that_fails_late_gets_a_fresh_worker),
        TEST(a_plugin_that_cannot_be_loaded_is_an_error),
        TEST(workers_die_with_their_parent),
        TEST(children_can_be_waited_for_although_the_starter_ignores_them),
    };
    return RUN_TESTS(tests);
}
