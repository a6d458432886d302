/* SPDX-License-Identifier: MIT */
/*
 * What sessions received is played to the plugin once more at the end of a run: state that outlives
 * a session is found, whatever ended it, and what cannot be compared is left out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "runner_fixture.h"
#include "world_sim.h"

static void stage_sim(struct stage *stage, const char *plugin)
{
    stage_init_in(stage, world_sim_new(NULL), DRILL_TEST_PLUGINS, plugin);
}

static void stage_end(struct stage *stage)
{
    forget_result(stage);
    stage_fini(stage);
}

/* connect, send `text`, expect `answer`. */
static void story_say(struct story *story, const char *text, const char *answer)
{
    story_init(story);
    story->plan.server.plugin = "gossip";
    story_connect(story, PLAN_CONNECTED);
    story_send(story, text);
    story_expect(story, answer);
}

static void assert_influenced(struct stage *stage, const struct story *story, const char *client)
{
    char sentence[256];
    snprintf(sentence, sizeof(sentence),
             "the plugin gossip answers client \"%s\" otherwise than a fresh session that receives "
             "the same: sessions influence each other, or reply was lost",
             client);
    assert_verdict(stage, story, VERDICT_FAIL);
    assert_string_equal(stage->result.failure.sentence, sentence);
    assert_int_equal(stage->result.failure.oracle, ORACLE_REPLAY);
    assert_int_equal(stage->result.failure.source, PLAN_NONE);
}

static void a_counter_that_outlives_its_session_is_found(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    stage_sim(&stage, "gossip");
    story_say(&story, "count", "1");
    assert_influenced(&stage, &story, "client");
    const struct result_failure *failure = &stage.result.failure;
    assert_int_equal(failure->expected.kind, EVIDENCE_BYTES);
    assert_int_equal(failure->expected.stream.head_size, 1);
    assert_int_equal(failure->expected.stream.head[0], '2');
    assert_int_equal(failure->actual.stream.head[0], '1');
    story_say(&story, "hello", "hello");
    assert_verdict(&stage, &story, VERDICT_PASS);
    assert_int_equal(stage.result.failure.oracle, ORACLE_NONE);
    stage_end(&stage);
}

/* The second client was told what the first one had said by then; its replay is told what it said
 * last. */
static void an_answer_that_hangs_on_an_earlier_session_is_found(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    stage_sim(&stage, "gossip");
    story_init(&story);
    story.plan.server.plugin = "gossip";
    story_connect(&story, PLAN_CONNECTED);
    story_send(&story, "secret");
    story_expect(&story, "secret");
    story_step(&story, PLAN_CONNECT)->client = 1;
    story_send(&story, "what?");
    story.steps[4].client = 1;
    story_expect(&story, "secret");
    story.steps[5].client = 1;
    story_send(&story, "later");
    story_expect(&story, "later");
    assert_influenced(&stage, &story, "other");
    stage_end(&stage);
}

static void a_replay_that_fails_or_is_silent_is_a_difference_too(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    stage_sim(&stage, "gossip");
    story_say(&story, "once", "once");
    assert_influenced(&stage, &story, "client");
    story_say(&story, "swell", "swell");
    assert_influenced(&stage, &story, "client");
    stage_end(&stage);
}

/* "count" in a session that ends as `verb` makes it, after it read its answer or before. */
static void story_ended(struct story *story, enum plan_verb verb, bool read)
{
    story_init(story);
    story->plan.server.plugin = "gossip";
    story_connect(story, PLAN_CONNECTED);
    if (!read) {
        story_step(story, PLAN_PAUSE);
    }
    story_send(story, "count");
    story_step(story, verb);
    story->plan.explore = true;
}

static void however_a_session_ends_it_is_compared_where_nothing_of_it_was_lost(void **state)
{
    (void)state;
    static const enum plan_verb ends[] = {PLAN_HALF_CLOSE, PLAN_CLOSE, PLAN_RESET};
    struct stage stage;
    struct story story;
    stage_sim(&stage, "gossip");
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        story_ended(&story, ends[i], true);
        assert_influenced(&stage, &story, "client");
        story_ended(&story, ends[i], false);
        assert_verdict(&stage, &story, VERDICT_PASS);
    }
    /* Idle, and after the last message that a session may have. */
    story_ended(&story, PLAN_WAIT, true);
    story.steps[2].wait_ms = 20;
    story.plan.server.idle_timeout_ms = 10;
    assert_influenced(&stage, &story, "client");
    story_ended(&story, PLAN_HALF_CLOSE, true);
    story.plan.server.messages_per_session = 1;
    assert_influenced(&stage, &story, "client");
    stage_end(&stage);
}

/* Uncut it would be one receive instead of ten; and the limit ends it after two. */
static void the_pieces_and_the_limit_of_messages_are_those_of_the_session(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    stage_sim(&stage, "counter");
    for (uint32_t limit = 2; limit <= 10; limit += 8) {
        story_init(&story);
        story_connect(&story, PLAN_CONNECTED);
        story_send(&story, "hellohello");
        story.steps[1].send.cut_every = true;
        story_expect(&story, limit == 2 ? "1\n2\n" : "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n");
        story_step(&story, PLAN_HALF_CLOSE);
        story.plan.server.messages_per_session = limit;
        story.plan.explore = true;
        assert_verdict(&stage, &story, VERDICT_PASS);
        assert_int_equal(stage.result.sessions_omitted, 1);
    }
    stage_end(&stage);
}

static void what_the_replay_leaks_is_not_counted_twice(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    stage_sim(&stage, "gossip");
    story_say(&story, "keep", "keep");
    assert_verdict(&stage, &story, VERDICT_LEAK);
    assert_int_equal(stage.result.failure.oracle, ORACLE_LEAK);
    assert_string_equal(stage.result.failure.sentence,
                        "the plugin gossip left 100 bytes unreleased when its listener was closed "
                        "(allocations: 1)");
    stage_end(&stage);
}

static void plugins_that_declare_shared_state_and_datagrams_are_left_out(void **state)
{
    (void)state;
    struct stage stage;
    struct story story;
    stage_sim(&stage, "sticky");
    story_say(&story, "x", "1\n");
    assert_verdict(&stage, &story, VERDICT_PASS);
    stage_end(&stage);
    stage_sim(&stage, "gossip");
    story_say(&story, "count", "1");
    story.plan.server.transport = WORLD_UDP;
    story.steps[2].expect.kind = PLAN_SIZE;
    story.steps[2].expect.size = 1;
    story.steps[2].expect.payload = (struct plan_payload){0};
    assert_verdict(&stage, &story, VERDICT_PASS);
    stage_end(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_counter_that_outlives_its_session_is_found),
        cmocka_unit_test(an_answer_that_hangs_on_an_earlier_session_is_found),
        cmocka_unit_test(a_replay_that_fails_or_is_silent_is_a_difference_too),
        cmocka_unit_test(however_a_session_ends_it_is_compared_where_nothing_of_it_was_lost),
        cmocka_unit_test(the_pieces_and_the_limit_of_messages_are_those_of_the_session),
        cmocka_unit_test(what_the_replay_leaks_is_not_counted_twice),
        cmocka_unit_test(plugins_that_declare_shared_state_and_datagrams_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
