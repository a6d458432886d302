/* SPDX-License-Identifier: MIT */
/* Plans made by hand, and a runner to play them: shared by the tests of the runner. */
#ifndef DRILL_TESTS_RUNNER_FIXTURE_H
#define DRILL_TESTS_RUNNER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "runner.h"

#define STEPS_MAX 8

/* A plan and all it points to; `steps` are filled by the functions below. */
struct story {
    struct plan plan;
    struct plan_step steps[STEPS_MAX];
    struct plan_step round[STEPS_MAX]; /* the body of a repeat */
    struct plan_part parts[STEPS_MAX];
    struct plan_expect_server seen;
    const char *sources[2 * STEPS_MAX];
    const char *clients[2];
};

struct stage {
    struct world *world;
    struct runner *runner;
    struct runner_progress progress;
    struct plugin *plugin;
    struct result result;
};

/* The stage takes the world over. */
static inline void stage_init_in(struct stage *stage, struct world *world, const char *folder,
                                 const char *plugin)
{
    char path[4096];
    struct drill_error error = {0};
    *stage = (struct stage){.world = world};
    assert_non_null(stage->world);
    stage->runner = runner_new(stage->world, &stage->progress);
    assert_non_null(stage->runner);
    snprintf(path, sizeof(path), "%s/%s.so", folder, plugin);
    if (plugin_load(path, &stage->plugin, &error) != 0) {
        fail_msg("%s", error.sentence);
    }
}

static inline void stage_init(struct stage *stage, const char *folder, const char *plugin)
{
    stage_init_in(stage, world_kernel_new(), folder, plugin);
}

static inline void stage_fini(struct stage *stage)
{
    runner_free(stage->runner);
    world_free(stage->world);
    plugin_free(stage->plugin);
}

static inline void story_init(struct story *story)
{
    static const struct drill_value none[8];
    *story = (struct story){
        .plan = {.id = "by hand", .title = "", .worlds = PLAN_KERNEL, .seed = 1, .client_count = 2},
        .clients = {"client", "other"},
    };
    story->plan.server = (struct plan_server){
        .plugin = "plugin",
        .values = none,
        .recv_buffer_bytes = 1024,
        .backlog = 5,
        .sessions_max = 256,
        .sessions_total = PLAN_NONE,
        .messages_per_session = PLAN_NONE,
        .reply_bytes_max = 65536,
    };
    for (size_t i = 0; i < 2 * STEPS_MAX; i++) {
        story->sources[i] = "/steps";
    }
    story->plan.sources = story->sources;
    story->plan.clients = story->clients;
    story->plan.steps.steps = story->steps;
}

static inline struct plan_step *story_step(struct story *story, enum plan_verb verb)
{
    size_t at = story->plan.steps.count++;
    assert_true(at < STEPS_MAX);
    story->plan.source_count = story->plan.steps.count;
    struct plan_step *step = &story->steps[at];
    *step = (struct plan_step){.verb = verb, .source = (uint32_t)at};
    return step;
}

static inline struct plan_payload story_text(struct story *story, const struct plan_step *step,
                                             const char *text)
{
    struct plan_part *part = &story->parts[step->source];
    *part =
        (struct plan_part){.kind = PLAN_BYTES, .data = (const uint8_t *)text, .size = strlen(text)};
    return (struct plan_payload){.parts = part, .part_count = 1, .size = part->size};
}

static inline void story_connect(struct story *story, enum plan_connect_outcome outcome)
{
    story_step(story, PLAN_CONNECT)->connect = outcome;
}

static inline void story_send(struct story *story, const char *text)
{
    struct plan_step *step = story_step(story, PLAN_SEND);
    step->send.payload = story_text(story, step, text);
    step->send.settle = true;
}

static inline void story_expect(struct story *story, const char *text)
{
    struct plan_step *step = story_step(story, PLAN_EXPECT);
    step->expect.payload = story_text(story, step, text);
    step->expect.within_ms = 1000;
}

/* connect, send "hello", expect `answer`. */
static inline void story_hello(struct story *story, const char *answer)
{
    story_init(story);
    story_connect(story, PLAN_CONNECTED);
    story_send(story, "hello");
    story_expect(story, answer);
}

/* Plays it; the result stays in the stage until the next call. Returns what runner_run does. */
static inline int play(struct stage *stage, const struct story *story)
{
    if (stage->result.step_runs) {
        result_fini(&stage->result);
    }
    assert_int_equal(result_init(&stage->result, 0, &story->plan), 0);
    return runner_run(stage->runner, &story->plan, stage->plugin, 1, &stage->result);
}

static inline void assert_verdict(struct stage *stage, const struct story *story,
                                  enum verdict verdict)
{
    assert_int_equal(play(stage, story), 0);
    if (stage->result.verdict != verdict) {
        fail_msg("%s instead of %s: %s", verdict_name(stage->result.verdict), verdict_name(verdict),
                 stage->result.failure.sentence ? stage->result.failure.sentence : "");
    }
}

static inline void forget_result(struct stage *stage)
{
    result_fini(&stage->result);
    stage->result = (struct result){0};
}

#endif
