/* SPDX-License-Identifier: MIT */
/*
 * The state of every client while scenario_story follows a plan. Lives on the stack of one call.
 */
#ifndef DRILL_CORE_SCENARIO_STORY_H
#define DRILL_CORE_SCENARIO_STORY_H

#include "scenario_internal.h"

/* Listener, epoll, a probe, a hung attempt, and what the process itself holds. */
#define STORY_DESCRIPTORS_SPARE 32

enum story_state {
    STORY_NEVER, /* it has not connected */
    STORY_OPEN,
    STORY_CLOSED,
    STORY_REFUSED,
    STORY_ABANDONED /* its connect hung, and the step gave it up */
};

struct story_client {
    enum story_state state;
    bool half_closed, paused;
};

/* Which lane of which `together` used a name last; serial 0 is none. */
struct story_mark {
    uint32_t used_serial, used_lane;
    uint32_t written_serial, written_lane;
};

struct story {
    struct scenario_load *load;
    struct story_client *clients;
    struct story_mark *client_marks;
    bool *captured;
    struct story_mark *capture_marks;
    uint64_t open, open_max;
    uint64_t connecting; /* clients that connect somewhere in the plan */
    bool stopped;
    uint32_t serial; /* of the latest `together` that was checked */
};

/* 0, -EINVAL after a refusal, or -ENOMEM. */
int story_follow(struct story *story, const struct plan_steps *steps);

/* scenario_lanes.c: refuses lanes of a `together` that share a client, or a capture that one of
 * them takes. */
int story_check_lanes(struct story *story, const struct plan_step *together);

/* How many clients connect anywhere in the plan. */
uint64_t story_count_connecting(struct story *story);

#endif
