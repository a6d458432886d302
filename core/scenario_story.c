/* SPDX-License-Identifier: MIT */
/*
 * Follows every client through the plan, as a run would, and refuses what can never work: a client
 * used before it connects, bytes sent after a half-close, lanes that share a client.
 */
#include <errno.h>
#include <stdlib.h>

#include "scenario_story.h"

static const char *step_pointer(const struct story *story, const struct plan_step *step)
{
    return story->load->plan->sources[step->source];
}

static const char *client_name(const struct story *story, uint32_t client)
{
    return story->load->plan->clients[client];
}

static int require_open(struct story *story, const struct plan_step *step)
{
    const char *name = client_name(story, step->client);
    const char *at = step_pointer(story, step);
    const char *verb = plan_verb_name(step->verb);
    switch (story->clients[step->client].state) {
    case STORY_OPEN:
        return 0;
    case STORY_NEVER:
        return scenario_refuse_pointer(story->load, at,
                                       "\"%s\": the client \"%s\" is used before its \"connect\"",
                                       verb, name);
    case STORY_CLOSED:
        return scenario_refuse_pointer(
            story->load, at, "\"%s\": the client \"%s\" is used after it was closed", verb, name);
    case STORY_REFUSED:
        return scenario_refuse_pointer(
            story->load, at,
            "\"%s\": the client \"%s\" has no connection: its \"connect\" was refused", verb, name);
    case STORY_ABANDONED:
        return scenario_refuse_pointer(story->load, at,
                                       "\"%s\": the client \"%s\" has no connection: its "
                                       "\"connect\" hung and was given up (it "
                                       "stays only where \"worlds\" is [\"sim\"])",
                                       verb, name);
    }
    return 0;
}

static void open_client(struct story *story, uint32_t client)
{
    story->clients[client] = (struct story_client){.state = STORY_OPEN};
    if (++story->open > story->open_max) {
        story->open_max = story->open;
    }
}

static int follow_connect(struct story *story, const struct plan_step *step)
{
    struct story_client *client = &story->clients[step->client];
    if (client->state == STORY_OPEN) {
        return scenario_refuse_pointer(story->load, step_pointer(story, step),
                                       "the client \"%s\" is still open: close or reset it before "
                                       "it connects again",
                                       client_name(story, step->client));
    }
    open_client(story, step->client);
    bool stays = step->connect == PLAN_CONNECTED ||
                 (step->connect == PLAN_HUNG && story->load->plan->worlds == PLAN_SIM);
    if (!stays) {
        client->state = step->connect == PLAN_HUNG ? STORY_ABANDONED : STORY_REFUSED;
        story->open--;
    }
    return 0;
}

/* A step may not send or expect what it captures itself: only earlier steps have captured. */
static int follow_payload(struct story *story, const struct plan_step *step,
                          const struct plan_payload *payload)
{
    for (size_t i = 0; i < payload->part_count; i++) {
        const struct plan_part *part = &payload->parts[i];
        if (part->kind == PLAN_CAPTURED && !story->captured[part->capture]) {
            return scenario_refuse_pointer(story->load, step_pointer(story, step),
                                           "no step before this one has captured that payload");
        }
    }
    for (size_t i = 0; i < payload->part_count; i++) {
        if (payload->parts[i].kind == PLAN_CAPTURE) {
            story->captured[payload->parts[i].capture] = true;
        }
    }
    return 0;
}

static int follow_send(struct story *story, const struct plan_step *step)
{
    int status = require_open(story, step);
    if (status == 0 && story->clients[step->client].half_closed) {
        return scenario_refuse_pointer(story->load, step_pointer(story, step),
                                       "the client \"%s\" sends after its \"half_close\"",
                                       client_name(story, step->client));
    }
    return status == 0 ? follow_payload(story, step, &step->send.payload) : status;
}

/* What is expected of a paused client can never come. */
static int follow_expecting(struct story *story, const struct plan_step *step)
{
    int status = require_open(story, step);
    if (status == 0 && story->clients[step->client].paused) {
        return scenario_refuse_pointer(story->load, step_pointer(story, step),
                                       "\"%s\": the client \"%s\" is paused and reads nothing: "
                                       "\"resume\" it first",
                                       plan_verb_name(step->verb),
                                       client_name(story, step->client));
    }
    return status == 0 && step->verb == PLAN_EXPECT
               ? follow_payload(story, step, &step->expect.payload)
               : status;
}

static int follow_half_close(struct story *story, const struct plan_step *step)
{
    int status = require_open(story, step);
    struct story_client *client = &story->clients[step->client];
    if (status == 0 && client->half_closed) {
        return scenario_refuse_pointer(story->load, step_pointer(story, step),
                                       "the client \"%s\" has shut down its sending side already",
                                       client_name(story, step->client));
    }
    client->half_closed = true;
    return status;
}

static int follow_close(struct story *story, const struct plan_step *step)
{
    int status = require_open(story, step);
    if (status == 0) {
        story->clients[step->client].state = STORY_CLOSED;
        story->open--;
    }
    return status;
}

static int follow_pause(struct story *story, const struct plan_step *step)
{
    int status = require_open(story, step);
    struct story_client *client = &story->clients[step->client];
    bool pause = step->verb == PLAN_PAUSE;
    if (status == 0 && client->paused == pause) {
        return scenario_refuse_pointer(story->load, step_pointer(story, step),
                                       pause ? "the client \"%s\" is paused already"
                                             : "the client \"%s\" is not paused",
                                       client_name(story, step->client));
    }
    client->paused = pause;
    return status;
}

static int follow_server(struct story *story, const struct plan_step *step)
{
    if (story->stopped) {
        return scenario_refuse_pointer(story->load, step_pointer(story, step),
                                       "\"server\": the listener was stopped before and stays so");
    }
    story->stopped = step->server == PLAN_STOP;
    return 0;
}

static int follow_fill_backlog(struct story *story, const struct plan_step *step)
{
    for (uint32_t i = 0; i < step->fill_backlog.count; i++) {
        uint32_t client = step->fill_backlog.first_client + i;
        if (story->clients[client].state == STORY_OPEN) {
            return scenario_refuse_pointer(story->load, step_pointer(story, step),
                                           "\"fill_backlog\" opens \"%s\", which is still open",
                                           client_name(story, client));
        }
        open_client(story, client);
    }
    return 0;
}

static int require_known(struct story *story, const struct plan_step *step, uint32_t client)
{
    if (client != PLAN_NONE && story->clients[client].state == STORY_NEVER) {
        return scenario_refuse_pointer(
            story->load, step_pointer(story, step),
            "\"expect_server\": the client \"%s\" is named before its \"connect\"",
            client_name(story, client));
    }
    return 0;
}

static int follow_expect_server(struct story *story, const struct plan_step *step)
{
    const struct plan_expect_server *expected = step->expect_server;
    bool several = story->connecting > 1 && story->load->plan->server.transport == WORLD_TCP;
    if (expected->has_recv_sizes && expected->session == PLAN_NONE && several) {
        return scenario_refuse_pointer(story->load, step_pointer(story, step),
                                       "\"recv_sizes\": there are several clients: name the one "
                                       "that is meant in \"session\"");
    }
    int status = require_known(story, step, expected->session);
    for (size_t i = 0; i < expected->peer_count && status == 0; i++) {
        status = require_known(story, step, expected->peers[i]);
    }
    for (size_t i = 0; i < expected->end_count && status == 0; i++) {
        status = require_known(story, step, expected->ends[i].client);
    }
    return status;
}

/* A body without its index is followed twice: what one iteration leaves behind meets the next. */
static int follow_repeat(struct story *story, const struct plan_step *step)
{
    struct plan_steps body = step->repeat.body;
    if (step->repeat.unrolled) {
        body.count *= (size_t)step->repeat.count;
    }
    int status = story_follow(story, &body);
    if (status == 0 && !step->repeat.unrolled && step->repeat.count > 1) {
        status = story_follow(story, &body);
    }
    return status;
}

/* Lanes run in any order: the clients that each opens may all be open at once. */
static int follow_together(struct story *story, const struct plan_step *step)
{
    uint64_t before_max = story->open_max;
    uint64_t before = story->open;
    uint64_t extra = 0;
    int status = story_check_lanes(story, step);
    for (size_t i = 0; i < step->together.lane_count && status == 0; i++) {
        uint64_t at_start = story->open;
        story->open_max = at_start;
        status = story_follow(story, &step->together.lanes[i]);
        extra += story->open_max - at_start;
    }
    story->open_max = before_max > before + extra ? before_max : before + extra;
    return status;
}

static int follow_step(struct story *story, const struct plan_step *step)
{
    switch (step->verb) {
    case PLAN_CONNECT:
        return follow_connect(story, step);
    case PLAN_SEND:
        return follow_send(story, step);
    case PLAN_EXPECT:
    case PLAN_EXPECT_END:
    case PLAN_EXPECT_SILENCE:
        return follow_expecting(story, step);
    case PLAN_HALF_CLOSE:
        return follow_half_close(story, step);
    case PLAN_CLOSE:
    case PLAN_RESET:
        return follow_close(story, step);
    case PLAN_PAUSE:
    case PLAN_RESUME:
        return follow_pause(story, step);
    case PLAN_SERVER:
        return follow_server(story, step);
    case PLAN_FILL_BACKLOG:
        return follow_fill_backlog(story, step);
    case PLAN_EXPECT_SERVER:
        return follow_expect_server(story, step);
    case PLAN_REPEAT:
        return follow_repeat(story, step);
    case PLAN_TOGETHER:
        return follow_together(story, step);
    case PLAN_WAIT:
        break;
    }
    return 0;
}

int story_follow(struct story *story, const struct plan_steps *steps)
{
    int status = 0;
    for (size_t i = 0; i < steps->count && status == 0; i++) {
        status = follow_step(story, &steps->steps[i]);
    }
    return status;
}

/* Sessions end with their clients, unless connections pile up unaccepted and are taken all at once.
 */
static uint32_t descriptors_max(const struct story *story, const struct scenario_work *work)
{
    const struct plan_server *server = &story->load->plan->server;
    uint64_t sessions = work->queues ? work->connects : story->open_max + 1;
    if (server->transport == WORLD_UDP) {
        sessions = 0;
    } else if (sessions > server->sessions_max) {
        sessions = server->sessions_max;
    }
    uint64_t sum = story->open_max + sessions + STORY_DESCRIPTORS_SPARE;
    return sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX - 1;
}

static int story_init(struct story *story, struct scenario_load *load)
{
    const struct plan *plan = load->plan;
    *story = (struct story){.load = load};
    story->clients = calloc(plan->client_count + 1, sizeof(*story->clients));
    story->client_marks = calloc(plan->client_count + 1, sizeof(*story->client_marks));
    story->captured = calloc(plan->capture_count + 1, sizeof(*story->captured));
    story->capture_marks = calloc(plan->capture_count + 1, sizeof(*story->capture_marks));
    return story->clients && story->client_marks && story->captured && story->capture_marks
               ? 0
               : -ENOMEM;
}

static void story_fini(struct story *story)
{
    free(story->clients);
    free(story->client_marks);
    free(story->captured);
    free(story->capture_marks);
}

static int check_work(struct scenario_load *load, const struct scenario_work *work)
{
    if (work->steps > PLAN_EXECUTED_STEPS_MAX) {
        return scenario_refuse_pointer(load, "/steps",
                                       "a run would execute more than %llu steps, every repeat and "
                                       "every piece of a cut send counted",
                                       (unsigned long long)PLAN_EXECUTED_STEPS_MAX);
    }
    if (work->wait_ms > SCENARIO_RUN_CLOCK_MS_MAX) {
        return scenario_refuse_pointer(load, "/steps",
                                       "a run could take more than 100 years of its clock: the "
                                       "times of all steps together, every repeat counted");
    }
    return 0;
}

/* Whether the server may have to come back for a connection that it failed to accept. */
static bool accepts_late(const struct plan *plan)
{
    for (size_t i = 0; i < plan->fault_count; i++) {
        if (plan->faults[i].call == WORLD_CALL_ACCEPT) {
            return true;
        }
    }
    return false;
}

int scenario_story(struct scenario_load *load)
{
    struct story story;
    struct scenario_work work = {0};
    struct plan *plan = load->plan;
    scenario_work_count(&plan->steps, &work);
    work.queues = work.queues || accepts_late(plan);
    int status = check_work(load, &work);
    if (status != 0) {
        return status;
    }
    status = story_init(&story, load);
    if (status == 0) {
        story.connecting = story_count_connecting(&story);
        status = story_follow(&story, &plan->steps);
    }
    if (status == 0) {
        plan->descriptors_max = descriptors_max(&story, &work);
    }
    story_fini(&story);
    return status;
}
