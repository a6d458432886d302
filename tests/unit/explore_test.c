/* SPDX-License-Identifier: MIT */
/*
 * Exploring runs: what disappoints an ordinary run does not fail one, what the plugin does wrong
 * fails both. Linked with malloc wrapped: played again, such a run does not allocate.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "count_allocations.h"
#include "pattern.h"
#include "runner_fixture.h"
#include "world_sim.h"

static void stage_sim(struct stage *stage, const char *folder, const char *plugin)
{
    stage_init_in(stage, world_sim_new(NULL), folder, plugin);
}

static void stage_end(struct stage *stage)
{
    forget_result(stage);
    stage_fini(stage);
}

/* A story that an ordinary run fails with `verdict` and an exploring one passes, every step of it.
 */
static void assert_disappoints(struct stage *stage, struct story *story, enum verdict verdict)
{
    story->plan.worlds = PLAN_SIM;
    story->plan.explore = false;
    assert_verdict(stage, story, verdict);
    assert_int_equal(stage->result.failure.oracle, ORACLE_STORY);
    story->plan.explore = true;
    assert_verdict(stage, story, VERDICT_PASS);
    assert_int_equal(stage->result.failure.oracle, ORACLE_NONE);
    assert_null(stage->result.failure.sentence);
    assert_null(stage->result.failure.expected.text);
    assert_null(stage->result.failure.actual.text);
    for (size_t i = 0; i < story->plan.steps.count; i++) {
        assert_int_equal(stage->result.step_runs[i], 1);
    }
}

static void connects_and_sends_that_go_otherwise_are_let_go(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    stage_sim(&stage, DRILL_PLUGINS, "uppercase");
    for (int outcome = PLAN_CONNECT_REFUSED; outcome <= PLAN_HUNG; outcome++) {
        story_init(&story);
        story_connect(&story, (enum plan_connect_outcome)outcome);
        assert_disappoints(&stage, &story, VERDICT_FAIL);
    }
    story_init(&story);
    story_step(&story, PLAN_SERVER)->server = PLAN_STOP;
    story_connect(&story, PLAN_CONNECTED);
    story_send(&story, "hello");
    story_step(&story, PLAN_HALF_CLOSE);
    assert_disappoints(&stage, &story, VERDICT_FAIL);
    story_init(&story);
    story_connect(&story, PLAN_CONNECTED);
    story_send(&story, "hello");
    story.steps[1].send.outcome = PLAN_SEND_BROKEN;
    story_expect(&story, "HELLO");
    assert_disappoints(&stage, &story, VERDICT_FAIL);
    story_init(&story);
    story_step(&story, PLAN_FILL_BACKLOG)->fill_backlog.count = 2;
    assert_disappoints(&stage, &story, VERDICT_FAIL);
    stage_end(&stage);
}

static void clients_that_are_not_connected_do_nothing(void **state)
{
    (void)state;
    static const enum plan_verb verbs[] = {PLAN_SEND,           PLAN_EXPECT,     PLAN_EXPECT_END,
                                           PLAN_EXPECT_SILENCE, PLAN_HALF_CLOSE, PLAN_CLOSE,
                                           PLAN_RESET,          PLAN_PAUSE,      PLAN_RESUME};
    struct stage stage;
    struct story story;
    stage_sim(&stage, DRILL_PLUGINS, "uppercase");
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        story_init(&story);
        story_step(&story, verbs[i]);
        assert_disappoints(&stage, &story, VERDICT_FAIL);
    }
    stage_end(&stage);
}

/* Each with an unmet wait of an hour: an exploring run does not move its clock for it. */
static void expectations_that_are_not_met_are_let_go_without_waiting(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    struct drill_error error;
    struct pattern *pattern = NULL;
    assert_int_equal(pattern_new("never", 5, &pattern, &error), 0);
    stage_sim(&stage, DRILL_PLUGINS, "uppercase");
    for (int kind = PLAN_EXACT; kind <= PLAN_SIZE; kind++) {
        story_hello(&story, "HELLO, too long");
        story.steps[2].expect.kind = (enum plan_expect_kind)kind;
        story.steps[2].expect.pattern = pattern;
        story.steps[2].expect.pattern_text = "never";
        story.steps[2].expect.size = 100;
        story.steps[2].expect.within_ms = 3600000;
        story.plan.server.idle_timeout_ms = 60000;
        assert_disappoints(&stage, &story, VERDICT_FAIL);
    }
    story_hello(&story, "HELLO");
    story_step(&story, PLAN_EXPECT_END)->expect_end.ends = PLAN_END_EOF;
    story.steps[3].expect_end.within_ms = 3600000;
    assert_disappoints(&stage, &story, VERDICT_FAIL);
    story_init(&story);
    story_connect(&story, PLAN_CONNECTED);
    story_send(&story, "hello");
    story_step(&story, PLAN_EXPECT_SILENCE)->silence_ms = 3600000;
    assert_disappoints(&stage, &story, VERDICT_FAIL);
    /* Bytes that no step expected. */
    story_init(&story);
    story_connect(&story, PLAN_CONNECTED);
    story_send(&story, "hello");
    assert_disappoints(&stage, &story, VERDICT_FAIL);
    pattern_free(pattern);
    stage_end(&stage);
}

static void what_the_server_saw_is_not_asked_and_faults_need_not_fire(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {4};
    static const uint32_t peers[] = {1};
    static const struct plan_expected_end ends[] = {{.client = 0, .end = SESSION_RESET}};
    static const struct world_fault_rule fault = {.call = WORLD_CALL_RECV, .nth = 99, .error = 104};
    const struct plan_expect_server seen[] = {
        {.session = PLAN_NONE, .has_sessions = true, .sessions = 7},
        {.session = PLAN_NONE, .has_bytes_received = true, .bytes_received = 7},
        {.session = PLAN_NONE, .has_recv_sizes = true, .recv_sizes = sizes, .recv_size_count = 1},
        {.session = PLAN_NONE, .has_peers = true, .peers = peers, .peer_count = 1},
        {.session = PLAN_NONE, .ends = ends, .end_count = 1},
    };
    struct stage stage;
    struct story story;
    stage_sim(&stage, DRILL_PLUGINS, "uppercase");
    for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
        story_hello(&story, "HELLO");
        story_step(&story, PLAN_EXPECT_SERVER)->expect_server = &seen[i];
        assert_disappoints(&stage, &story, VERDICT_FAIL);
    }
    const struct plan_expect_server alive = {.session = PLAN_NONE, .alive = true};
    for (int change = PLAN_ACCEPTING_OFF; change <= PLAN_STOP; change += PLAN_STOP) {
        story_init(&story);
        story_step(&story, PLAN_SERVER)->server = (enum plan_server_change)change;
        story_step(&story, PLAN_EXPECT_SERVER)->expect_server = &alive;
        assert_disappoints(&stage, &story, VERDICT_FAIL);
    }
    /* What cannot be told is an error of an ordinary run. */
    story_hello(&story, "HELLO");
    story.steps[1].send.settle = false;
    story_step(&story, PLAN_EXPECT_SERVER)->expect_server = &seen[2];
    assert_disappoints(&stage, &story, VERDICT_ERROR);
    story_hello(&story, "HELLO");
    story.plan.faults = &fault;
    story.plan.fault_count = 1;
    assert_disappoints(&stage, &story, VERDICT_FAIL);
    stage_end(&stage);
}

static void captures_that_came_to_nothing_are_zeros(void **state)
{
    (void)state;
    static const size_t sizes[] = {5};
    struct stage stage;
    struct story story;
    stage_sim(&stage, DRILL_TEST_PLUGINS, "dual");
    story_init(&story);
    story.plan.capture_count = 1;
    story.plan.capture_sizes = sizes;
    story_connect(&story, PLAN_CONNECTED);
    story_expect(&story, "12345");
    story.parts[1].kind = PLAN_CAPTURE;
    story_send(&story, "12345");
    story.parts[2].kind = PLAN_CAPTURED;
    struct plan_step *step = story_step(&story, PLAN_EXPECT);
    step->expect.payload = story_text(&story, step, "12345");
    story.parts[3] = (struct plan_part){.kind = PLAN_FILL, .size = 5};
    assert_disappoints(&stage, &story, VERDICT_FAIL);
    stage_end(&stage);
}

/* One word to one client; the run fails with `oracle`, exploring or not. */
static void assert_violates(const char *plugin, const char *word, enum world_transport transport,
                            enum verdict verdict, enum result_oracle oracle)
{
    struct stage stage;
    struct story story;
    stage_sim(&stage, DRILL_TEST_PLUGINS, plugin);
    for (int explore = 0; explore < 2; explore++) {
        story_init(&story);
        story.plan.explore = explore;
        story.plan.server.plugin = plugin;
        story.plan.server.transport = transport;
        story_connect(&story, PLAN_CONNECTED);
        story_send(&story, word);
        story.steps[1].send.cut_every = transport == WORLD_TCP && oracle == ORACLE_SPLIT;
        struct plan_step *step = story_step(&story, PLAN_EXPECT);
        step->expect.kind = PLAN_REGEX;
        struct drill_error error;
        struct pattern *any = NULL;
        assert_int_equal(pattern_new("(?s).*", 6, &any, &error), 0);
        step->expect.pattern = any;
        step->expect.pattern_text = "(?s).*";
        assert_verdict(&stage, &story, verdict);
        if (stage.result.failure.oracle != oracle) {
            fail_msg("%s: %s instead of %s", plugin,
                     result_oracle_name(stage.result.failure.oracle), result_oracle_name(oracle));
        }
        pattern_free(any);
    }
    stage_end(&stage);
}

static void what_the_plugin_does_wrong_fails_exploring_runs_too(void **state)
{
    (void)state;
    assert_violates("length-liar", "lie", WORLD_TCP, VERDICT_FAIL, ORACLE_PROPERTY);
    assert_violates("silent-udp", "hush", WORLD_UDP, VERDICT_FAIL, ORACLE_PROPERTY);
    assert_violates("overflow", "overflow", WORLD_TCP, VERDICT_FAIL, ORACLE_PLUGIN);
    assert_violates("overflow", "ignore", WORLD_UDP, VERDICT_FAIL, ORACLE_PLUGIN);
    assert_violates("replacer", "data", WORLD_TCP, VERDICT_FAIL, ORACLE_PLUGIN);
    assert_violates("careless", "odd\n", WORLD_TCP, VERDICT_FAIL, ORACLE_PLUGIN);
    assert_violates("careless", "long\n", WORLD_TCP, VERDICT_FAIL, ORACLE_PLUGIN);
    assert_violates("gossip", "count", WORLD_TCP, VERDICT_FAIL, ORACLE_REPLAY);
    assert_violates("not-split-invariant-liar", "hello", WORLD_TCP, VERDICT_FAIL, ORACLE_SPLIT);
    assert_violates("leak", "leak", WORLD_TCP, VERDICT_LEAK, ORACLE_LEAK);
    assert_violates("restless", "now", WORLD_TCP, VERDICT_ERROR, ORACLE_SETTLE);
}

static void oracles_have_names(void **state)
{
    (void)state;
    for (int i = 0; i < ORACLE_COUNT; i++) {
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(result_oracle_name((enum result_oracle)i),
                                    result_oracle_name((enum result_oracle)j));
        }
    }
    assert_string_equal(result_oracle_name(ORACLE_REPLAY), "replay");
}

/* How often playing once more allocates. */
static size_t play_again(struct stage *stage, const struct story *story)
{
    assert_int_equal(result_reset(&stage->result, 0, &story->plan), 0);
    size_t before = allocations;
    assert_int_equal(result_reset(&stage->result, 0, &story->plan), 0);
    assert_int_equal(runner_run(stage->runner, &story->plan, stage->plugin, 1, &stage->result), 0);
    assert_int_equal(stage->result.verdict, VERDICT_PASS);
    return allocations - before;
}

static void played_again_an_exploring_run_does_not_allocate(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    struct drill_value quit = {.string = NULL};
    stage_sim(&stage, DRILL_PLUGINS, "uppercase");
    story_hello(&story, "HELLO");
    story.plan.server.values = &quit;
    story.steps[1].send.cut_every = true;
    story_step(&story, PLAN_HALF_CLOSE);
    story_connect(&story, PLAN_CONNECTED);
    /* Proof that the count works. */
    assert_verdict(&stage, &story, VERDICT_PASS);
    assert_true(play_again(&stage, &story) > 0);
    story.plan.explore = true;
    assert_verdict(&stage, &story, VERDICT_PASS);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(play_again(&stage, &story), 0);
    }
    stage_end(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connects_and_sends_that_go_otherwise_are_let_go),
        cmocka_unit_test(clients_that_are_not_connected_do_nothing),
        cmocka_unit_test(expectations_that_are_not_met_are_let_go_without_waiting),
        cmocka_unit_test(what_the_server_saw_is_not_asked_and_faults_need_not_fire),
        cmocka_unit_test(captures_that_came_to_nothing_are_zeros),
        cmocka_unit_test(what_the_plugin_does_wrong_fails_exploring_runs_too),
        cmocka_unit_test(oracles_have_names),
        cmocka_unit_test(played_again_an_exploring_run_does_not_allocate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
