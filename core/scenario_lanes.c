/* SPDX-License-Identifier: MIT */
/* Which names the lanes of a `together` use: they may share no client. */
#include "scenario_story.h"

/* Several lanes have used it: none of them may be the one that writes. */
#define LANE_MANY UINT32_MAX

/* One walk over all steps below some list. */
struct lane_walk {
    struct story *story;
    uint32_t lane;
    int (*client)(struct lane_walk *walk, const struct plan_step *step, uint32_t client);
    int (*part)(struct lane_walk *walk, const struct plan_step *step, const struct plan_part *part);
};

static int walk_steps(struct lane_walk *walk, const struct plan_steps *steps);

static int walk_payload(struct lane_walk *walk, const struct plan_step *step,
                        const struct plan_payload *payload)
{
    int status = 0;
    for (size_t i = 0; walk->part && i < payload->part_count && status == 0; i++) {
        status = walk->part(walk, step, &payload->parts[i]);
    }
    return status;
}

static int walk_expect_server(struct lane_walk *walk, const struct plan_step *step)
{
    const struct plan_expect_server *expected = step->expect_server;
    int status = expected->session == PLAN_NONE ? 0 : walk->client(walk, step, expected->session);
    for (size_t i = 0; i < expected->peer_count && status == 0; i++) {
        status = walk->client(walk, step, expected->peers[i]);
    }
    for (size_t i = 0; i < expected->end_count && status == 0; i++) {
        status = walk->client(walk, step, expected->ends[i].client);
    }
    return status;
}

static int walk_inside(struct lane_walk *walk, const struct plan_step *step)
{
    int status = 0;
    if (step->verb == PLAN_REPEAT) {
        struct plan_steps body = step->repeat.body;
        body.count *= step->repeat.unrolled ? (size_t)step->repeat.count : 1;
        return walk_steps(walk, &body);
    }
    if (step->verb == PLAN_TOGETHER) {
        for (size_t i = 0; i < step->together.lane_count && status == 0; i++) {
            status = walk_steps(walk, &step->together.lanes[i]);
        }
    }
    if (step->verb == PLAN_FILL_BACKLOG) {
        for (uint32_t i = 0; i < step->fill_backlog.count && status == 0; i++) {
            status = walk->client(walk, step, step->fill_backlog.first_client + i);
        }
    }
    return status;
}

static int walk_step(struct lane_walk *walk, const struct plan_step *step)
{
    int status = step->client == PLAN_NONE ? 0 : walk->client(walk, step, step->client);
    if (status == 0 && step->verb == PLAN_SEND) {
        status = walk_payload(walk, step, &step->send.payload);
    } else if (status == 0 && step->verb == PLAN_EXPECT) {
        status = walk_payload(walk, step, &step->expect.payload);
    } else if (status == 0 && step->verb == PLAN_EXPECT_SERVER) {
        status = walk_expect_server(walk, step);
    }
    return status == 0 ? walk_inside(walk, step) : status;
}

static int walk_steps(struct lane_walk *walk, const struct plan_steps *steps)
{
    int status = 0;
    for (size_t i = 0; i < steps->count && status == 0; i++) {
        status = walk_step(walk, &steps->steps[i]);
    }
    return status;
}

static int lane_client(struct lane_walk *walk, const struct plan_step *step, uint32_t client)
{
    struct story *story = walk->story;
    struct story_mark *mark = &story->client_marks[client];
    if (mark->used_serial == story->serial && mark->used_lane != walk->lane) {
        const struct plan *plan = story->load->plan;
        return scenario_refuse_pointer(story->load, plan->sources[step->source],
                                       "two lanes of \"together\" share the client \"%s\"",
                                       plan->clients[client]);
    }
    mark->used_serial = story->serial;
    mark->used_lane = walk->lane;
    return 0;
}

/* What one lane captures, no other may capture or send: which came first would be chance. */
static int lane_part(struct lane_walk *walk, const struct plan_step *step,
                     const struct plan_part *part)
{
    bool writes = part->kind == PLAN_CAPTURE;
    if (!writes && part->kind != PLAN_CAPTURED) {
        return 0;
    }
    struct story *story = walk->story;
    struct story_mark *mark = &story->capture_marks[part->capture];
    bool used = mark->used_serial == story->serial && mark->used_lane != walk->lane;
    bool written = mark->written_serial == story->serial && mark->written_lane != walk->lane;
    if (written || (writes && used)) {
        return scenario_refuse_pointer(
            story->load, story->load->plan->sources[step->source],
            "two lanes of \"together\" share a capture: which comes first would be chance");
    }
    mark->used_serial = story->serial;
    mark->used_lane = used ? LANE_MANY : walk->lane;
    if (writes) {
        mark->written_serial = story->serial;
        mark->written_lane = walk->lane;
    }
    return 0;
}

int story_check_lanes(struct story *story, const struct plan_step *together)
{
    struct lane_walk walk = {.story = story, .client = lane_client, .part = lane_part};
    int status = 0;
    story->serial++;
    for (size_t i = 0; i < together->together.lane_count && status == 0; i++) {
        walk.lane = (uint32_t)i;
        status = walk_steps(&walk, &together->together.lanes[i]);
    }
    return status;
}

static int note_connect(struct lane_walk *walk, const struct plan_step *step, uint32_t client)
{
    struct story_mark *mark = &walk->story->client_marks[client];
    if (step->verb == PLAN_CONNECT || step->verb == PLAN_FILL_BACKLOG) {
        mark->used_serial = walk->story->serial;
    }
    return 0;
}

uint64_t story_count_connecting(struct story *story)
{
    struct lane_walk walk = {.story = story, .client = note_connect};
    uint64_t count = 0;
    story->serial++;
    walk_steps(&walk, &story->load->plan->steps);
    for (size_t i = 0; i < story->load->plan->client_count; i++) {
        count += story->client_marks[i].used_serial == story->serial;
    }
    return count;
}
