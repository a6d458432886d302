/* SPDX-License-Identifier: MIT */
/*
 * The runner with plans made by hand: what a scenario cannot show, because it is about several
 * runs, about the machine, or about what a run leaves behind.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "runner_fixture.h"

/* The lowest descriptor that is free: it tells whether any was left open below it. */
static int free_descriptor(void)
{
    int descriptor = dup(STDERR_FILENO);
    assert_true(descriptor >= 0);
    close(descriptor);
    return descriptor;
}

static void a_story_without_steps_passes(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    stage_init(&stage, DRILL_PLUGINS, "uppercase");
    story_init(&story);
    assert_verdict(&stage, &story, VERDICT_PASS);
    assert_int_equal(stage.result.client_count + stage.result.session_count, 0);
    forget_result(&stage);
    stage_fini(&stage);
}

static void the_same_plan_gives_the_same_result_as_often_as_it_is_played(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    struct bytes first;
    struct bytes again;
    bytes_init(&first, 1 << 20);
    bytes_init(&again, 1 << 20);
    stage_init(&stage, DRILL_PLUGINS, "uppercase");
    story_hello(&story, "HELLO");
    for (int i = 0; i < 50; i++) {
        assert_verdict(&stage, &story, VERDICT_PASS);
        bytes_clear(&again);
        assert_int_equal(result_encode_canonical(&stage.result, i == 0 ? &first : &again), 0);
        if (i > 0) {
            assert_int_equal(first.size, again.size);
            assert_memory_equal(first.data, again.data, first.size);
        }
    }
    forget_result(&stage);
    stage_fini(&stage);
    bytes_fini(&first);
    bytes_fini(&again);
}

static void runs_leave_no_descriptors_but_the_listeners_that_are_kept(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    stage_init(&stage, DRILL_PLUGINS, "uppercase");
    int before = free_descriptor();
    story_hello(&story, "HELLO");
    for (int i = 0; i < 10; i++) {
        assert_verdict(&stage, &story, VERDICT_PASS);
        assert_int_equal(runner_descriptors_held(stage.runner), 1);
    }
    story_hello(&story, "WRONG");
    assert_verdict(&stage, &story, VERDICT_FAIL);
    assert_int_equal(runner_descriptors_held(stage.runner), 1);
    assert_int_equal(free_descriptor(), before + 1);
    story_hello(&story, "HELLO");
    story.plan.server.family = WORLD_IPV6;
    assert_verdict(&stage, &story, VERDICT_PASS);
    assert_int_equal(runner_descriptors_held(stage.runner), 2);
    forget_result(&stage);
    runner_free(stage.runner);
    assert_int_equal(free_descriptor(), before);
    stage.runner = NULL;
    stage_fini(&stage);
}

static void a_listener_that_is_kept_takes_the_backlog_of_the_next_plan(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    stage_init(&stage, DRILL_PLUGINS, "uppercase");
    for (uint32_t backlog = 0; backlog < 4; backlog++) {
        story_init(&story);
        static const char *names[4];
        names[0] = names[1] = names[2] = names[3] = "waiting";
        story.plan.clients = names;
        story.plan.client_count = 4;
        story.plan.server.backlog = backlog;
        story_step(&story, PLAN_SERVER)->server = PLAN_ACCEPTING_OFF;
        story_step(&story, PLAN_FILL_BACKLOG)->fill_backlog.count = backlog + 1;
        assert_verdict(&stage, &story, VERDICT_PASS);
        assert_int_equal(stage.result.client_count, backlog + 1);
    }
    forget_result(&stage);
    stage_fini(&stage);
}

static void a_listener_with_someone_in_its_queue_is_not_kept(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    stage_init(&stage, DRILL_PLUGINS, "uppercase");
    story_init(&story);
    story_step(&story, PLAN_SERVER)->server = PLAN_ACCEPTING_OFF;
    story_connect(&story, PLAN_CONNECTED);
    assert_verdict(&stage, &story, VERDICT_PASS);
    assert_int_equal(runner_descriptors_held(stage.runner), 0);
    /* Whoever connects next meets a server of its own. */
    story_hello(&story, "HELLO");
    assert_verdict(&stage, &story, VERDICT_PASS);
    assert_int_equal(stage.result.session_count, 1);
    forget_result(&stage);
    stage_fini(&stage);
}

static void connections_beyond_the_first_thousand_are_counted(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    stage_init(&stage, DRILL_PLUGINS, "uppercase");
    story_init(&story);
    struct plan_step *step = story_step(&story, PLAN_REPEAT);
    story.round[0] = (struct plan_step){.verb = PLAN_CONNECT, .source = 1};
    story.round[1] = (struct plan_step){.verb = PLAN_CLOSE, .source = 2};
    step->repeat.count = RESULT_CONNECTIONS_MAX + 7;
    step->repeat.body = (struct plan_steps){.steps = story.round, .count = 2};
    step = story_step(&story, PLAN_EXPECT_SERVER);
    step->source = 3;
    story.seen = (struct plan_expect_server){
        .session = PLAN_NONE, .has_sessions = true, .sessions = RESULT_CONNECTIONS_MAX + 7};
    step->expect_server = &story.seen;
    story.plan.source_count = 4;
    assert_verdict(&stage, &story, VERDICT_PASS);
    assert_int_equal(stage.result.client_count, RESULT_CONNECTIONS_MAX);
    assert_int_equal(stage.result.session_count, RESULT_CONNECTIONS_MAX);
    assert_int_equal(stage.result.clients_omitted, 7);
    assert_int_equal(stage.result.sessions_omitted, 7);
    assert_string_equal(stage.result.clients[0].name, "client");
    assert_string_equal(stage.result.clients[999].name, "client#1000");
    assert_int_equal(stage.result.step_runs[1], RESULT_CONNECTIONS_MAX + 7);
    /* Those that are only counted do not pile up: a run after it is as small as any. */
    story_hello(&story, "HELLO");
    assert_verdict(&stage, &story, VERDICT_PASS);
    assert_int_equal(stage.result.client_count, 1);
    forget_result(&stage);
    stage_fini(&stage);
}

static void progress_says_where_a_run_stands(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    stage_init(&stage, DRILL_PLUGINS, "uppercase");
    story_init(&story);
    struct plan_step *step = story_step(&story, PLAN_REPEAT);
    story.round[0] = (struct plan_step){.verb = PLAN_CONNECT, .source = 1};
    story.round[1] = (struct plan_step){.verb = PLAN_CLOSE, .source = 2};
    step->repeat.count = 3;
    step->repeat.body = (struct plan_steps){.steps = story.round, .count = 2};
    story.plan.source_count = 3;
    uint64_t before = stage.progress.beats;
    assert_verdict(&stage, &story, VERDICT_PASS);
    assert_true(stage.progress.beats >= before + 6);
    assert_int_equal(stage.progress.source, 2);
    assert_int_equal(stage.progress.iteration_depth, 1);
    assert_int_equal(stage.progress.iteration[0], 2);
    forget_result(&stage);
    stage_fini(&stage);
}

static void a_failure_knows_its_step_and_what_came(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    stage_init(&stage, DRILL_PLUGINS, "uppercase");
    story_hello(&story, "HELLA");
    assert_verdict(&stage, &story, VERDICT_FAIL);
    const struct result_failure *failure = &stage.result.failure;
    assert_int_equal(failure->source, 2);
    assert_int_equal(failure->iteration_depth, 0);
    assert_string_equal(failure->sentence, "expect: byte 4 differs from what was expected");
    assert_int_equal(failure->expected.kind, EVIDENCE_BYTES);
    assert_memory_equal(failure->expected.stream.head, "HELLA", 5);
    assert_memory_equal(failure->actual.stream.head, "HELLO", 5);
    assert_int_equal(stage.result.step_runs[1], 1);
    assert_int_equal(stage.result.step_runs[2], 0);
    forget_result(&stage);
    stage_fini(&stage);
}

static void options_that_the_plugin_refuses_are_an_error_with_its_reason(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    stage_init(&stage, DRILL_TEST_PLUGINS, "configure-refuses");
    story_hello(&story, "HELLO");
    assert_verdict(&stage, &story, VERDICT_ERROR);
    assert_non_null(strstr(stage.result.failure.sentence, "the moon is in the wrong phase"));
    assert_int_equal(stage.result.failure.source, PLAN_NONE);
    forget_result(&stage);
    stage_fini(&stage);
}

static void what_a_plugin_keeps_is_a_leak(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    stage_init(&stage, DRILL_TEST_PLUGINS, "leak");
    story_init(&story);
    story_connect(&story, PLAN_CONNECTED);
    story_send(&story, "leak");
    story_expect(&story, "leak");
    assert_verdict(&stage, &story, VERDICT_LEAK);
    assert_non_null(strstr(stage.result.failure.sentence, "left 100 bytes unreleased"));
    forget_result(&stage);
    stage_fini(&stage);
}

static void without_descriptors_there_is_no_result_and_later_runs_are_whole(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    struct rlimit before;
    stage_init(&stage, DRILL_PLUGINS, "uppercase");
    story_hello(&story, "HELLO");
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    int lowest = free_descriptor();
    for (int room = 0; room < 3; room++) {
        struct rlimit tight = before;
        tight.rlim_cur = (rlim_t)lowest + (rlim_t)room;
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
        int status = play(&stage, &story);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        /* With room for the listener and the client alone, the session waits in the backlog for a
         * descriptor until time is up. */
        if (room < 2) {
            assert_int_equal(status, -EMFILE);
        } else {
            assert_int_equal(status, 0);
            assert_int_equal(stage.result.verdict, VERDICT_FAIL);
        }
        assert_true(free_descriptor() <= lowest + 1);
    }
    assert_verdict(&stage, &story, VERDICT_PASS);
    forget_result(&stage);
    stage_fini(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_story_without_steps_passes),
        cmocka_unit_test(the_same_plan_gives_the_same_result_as_often_as_it_is_played),
        cmocka_unit_test(runs_leave_no_descriptors_but_the_listeners_that_are_kept),
        cmocka_unit_test(a_listener_that_is_kept_takes_the_backlog_of_the_next_plan),
        cmocka_unit_test(a_listener_with_someone_in_its_queue_is_not_kept),
        cmocka_unit_test(connections_beyond_the_first_thousand_are_counted),
        cmocka_unit_test(progress_says_where_a_run_stands),
        cmocka_unit_test(a_failure_knows_its_step_and_what_came),
        cmocka_unit_test(options_that_the_plugin_refuses_are_an_error_with_its_reason),
        cmocka_unit_test(what_a_plugin_keeps_is_a_leak),
        cmocka_unit_test(without_descriptors_there_is_no_result_and_later_runs_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
