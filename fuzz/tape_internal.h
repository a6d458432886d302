/* SPDX-License-Identifier: MIT */
/*
 * What the files of the decoder share: the room of a tape, the lists that stand open, the story so
 * far.
 *
 * Steps are gathered on a stack. When a list ends its steps move from the stack to where they stay,
 * so that every list lies in one piece. Clients are numbers of the story until the end: the
 * scenario's own from 0, backlog[i] from limits.clients on; tape_resolve turns them into indices.
 * One thread; lives within one struct tape.
 */
#ifndef DRILL_FUZZ_TAPE_INTERNAL_H
#define DRILL_FUZZ_TAPE_INTERNAL_H

#include "check.h"
#include "plan_setting.h"
#include "tape.h"

/* A scenario's JSON is at most 64 deep; a list of steps in it is this deep, a repeat and a
 * `together` add so much. */
#define TAPE_JSON_DEPTH_MAX 64
#define TAPE_JSON_ROOT      3
#define TAPE_JSON_REPEAT    2
#define TAPE_JSON_TOGETHER  3
#define TAPE_TOGETHER_MAX   20
#define TAPE_FRAMES_MAX     (PLAN_REPEAT_DEPTH_MAX + TAPE_TOGETHER_MAX + 1)
#define TAPE_BACKLOG_MAX    4097 /* backlog + 1 */
#define TAPE_UNKNOWN        UINT32_MAX
#define TAPE_POINTER_MAX    1024
#define TAPE_NAME_BYTES     32
#define TAPE_WITHIN_MS      1000 /* of an expectation that does not say */

/* The longest payload of a datagram: udp(7), less the headers. */
#define TAPE_DATAGRAM_IPV4_MAX 65507
#define TAPE_DATAGRAM_IPV6_MAX 65527

enum tape_client_state { TAPE_NEVER, TAPE_OPEN, TAPE_CLOSED, TAPE_GONE };

struct tape_client {
    uint8_t state; /* enum tape_client_state */
    bool half_closed, paused;
    uint32_t node;  /* the lane that used it last */
    uint32_t saved; /* the trial that has saved it */
};

struct tape_saved {
    uint32_t client;
    struct tape_client before;
};

struct tape_before {
    uint64_t open, open_max, unhalved;
    bool stopped;
};

/* A lane of a `together`; node 0 is the plan itself. */
struct tape_node {
    uint32_t parent, serial, depth, lane;
};

/* Which lane of the `together` at each depth used a capture, and which one took it. */
struct tape_mark {
    uint32_t used_serial, used_lane, written_serial, written_lane;
};

struct tape_capture {
    bool taken;
    struct tape_mark marks[TAPE_TOGETHER_MAX];
};

struct tape_work {
    uint64_t steps, connects, wait_ms, sent_bytes;
};

/* A list of steps that stands open. */
struct tape_frame {
    enum tape_opcode kind; /* TAPE_REPEAT, TAPE_UNROLLED, TAPE_TOGETHER; TAPE_END: the plan */
    size_t first;          /* on the stack: its first step */
    size_t lane_first;     /* on the stack of lanes: its first lane */
    uint64_t count;
    uint32_t node, serial; /* a `together`: its lane, and which one it is */
    struct tape_work work; /* of one round of its steps */
    uint64_t open_before, open_max_before, open_extra, open_at_start;
    bool seeded;
    uint64_t seed;
};

struct tape {
    enum tape_use use;
    struct tape_plugin plugin;
    struct tape_limits limits;
    struct plan plan;

    /* Room. */
    struct plan_step *steps, *stack;
    struct plan_steps *lanes, *lane_stack;
    struct plan_part *parts;
    size_t *cuts, *capture_sizes;
    struct plan_expect_server *servers;
    uint64_t *sizes;
    uint32_t *peers;
    struct plan_expected_end *ends;
    struct pattern **patterns;
    struct drill_value *values;
    struct world_fault_rule rules[WORLD_FAULT_RULES_MAX];
    char *text, *pointer_text, *root_text, *name_text, *backlog_text;
    const char **sources, **client_names;
    struct tape_client *clients;
    uint32_t *client_indices; /* of the plan, by client of the story; TAPE_UNKNOWN */
    struct tape_saved *saved;
    struct tape_capture *captures;
    uint32_t *capture_slots; /* by number: 0, or 1 more than the index */
    struct tape_node *nodes;

    /* What of it is used. */
    size_t step_count, stack_count, lane_count, lane_stack_count, part_count, cut_count,
        server_count, size_count, peer_count, end_count, pattern_count, text_count, pointer_count,
        node_count, saved_count, client_count, capture_count, source_count;

    /* The story. */
    struct tape_frame frames[TAPE_FRAMES_MAX];
    uint32_t depth, repeats, togethers, unrolled, serial, node, trial, trial_last;
    struct tape_work total;
    uint64_t copies;
    uint64_t open, open_max, unhalved;
    struct tape_before before;
    bool udp, stopped, fills, queues, alone, begun;
    bool network_set;

    /* The last walk. */
    uint32_t source_next, walk_depth, backlog_names;

    /* The step that parts, cuts and the like still go to: the last on the stack, or none. */
    struct plan_step *current;
};

/* All steps that stand inside: of an unrolled repeat every copy. */
static inline struct plan_steps tape_repeat_steps(const struct plan_step *step)
{
    struct plan_steps body = step->repeat.body;
    body.count *= step->repeat.unrolled ? (size_t)step->repeat.count : 1;
    return body;
}

/* tape_story.c: whether a step may stand here; what it changes is noted when it may. */
bool tape_story_step(struct tape *tape, const struct plan_step *step);
/* The same for steps that have passed once: whether they can be gone through again. Nothing is
 * changed when not. */
bool tape_story_again(struct tape *tape, const struct plan_steps *steps);
/* Takes back what the last tape_story_again changed. */
void tape_story_undo(struct tape *tape);
/* Whether the lane that stands open may use a client, and that it does. */
bool tape_lane_allows(const struct tape *tape, uint32_t client);
void tape_lane_uses(struct tape *tape, uint32_t client);
bool tape_lane_allows_capture(struct tape *tape, uint32_t capture, bool takes);
/* Steps that end every client that is open; only a fuzzer's plan reserves them. */
uint64_t tape_story_tail(const struct tape *tape);

/* tape_head.c: events before the first step. */
void tape_head_event(struct tape *tape, const struct tape_event *event);
void tape_head_reset(struct tape *tape);
/* A copy of the payload when it is text that JSON can hold (UTF-8 without NUL), or NULL. */
char *tape_head_text(struct tape *tape, const struct tape_event *event);

/* tape_step.c: events that are steps, or belong to the last send. */
void tape_step_event(struct tape *tape, const struct tape_event *event);
/* No more parts and cuts for the last step. */
void tape_step_finish(struct tape *tape);
/* A step on the stack, when there is room for it and the story allows it; it is `current` then. */
struct plan_step *tape_step_push(struct tape *tape, const struct plan_step *step);
void tape_step_pop(struct tape *tape, const struct tape_work *work);
/* Steps that still fit. */
uint64_t tape_steps_left(const struct tape *tape);
void tape_work_add(struct tape *tape, const struct tape_work *work);
/* The client that an event names; `connects`: one that may connect is wanted. TAPE_UNKNOWN when a
 * fuzzer's plan has none for whom it would make sense. */
uint32_t tape_client(const struct tape *tape, uint64_t number, bool connects);
/* Clients of the story: the scenario's own, and those of the backlog. */
size_t tape_client_room(const struct tape_limits *limits, enum tape_use use);

/* tape_part.c */
void tape_part_event(struct tape *tape, const struct tape_event *event);
void tape_cut_event(struct tape *tape, const struct tape_event *event);

/* tape_expect.c */
void tape_expect_event(struct tape *tape, const struct tape_event *event);
/* What belongs to the last expectation: TAPE_WITHIN, TAPE_SEEN. */
void tape_expect_detail(struct tape *tape, const struct tape_event *event);
/* Nothing more belongs to it: whether it asserts anything. */
bool tape_expect_server_finish(struct tape *tape, struct plan_expect_server *expected);

/* tape_list.c: steps that hold steps. */
void tape_list_event(struct tape *tape, const struct tape_event *event);
void tape_list_end_all(struct tape *tape);

/* tape_resolve.c: clients become indices, every step gets its pointer. */
void tape_resolve(struct tape *tape);

/* tape_encode.c: whether the first clients are backlog[0]... */
bool tape_plan_fills_backlog(const struct plan_steps *steps);

/* tape_room.c */

void tape_room_reset(struct tape *tape);
/* A copy with NUL, or NULL without room. */
char *tape_text(struct tape *tape, const void *text, size_t size);
/* "/steps/N" of the plan's own list, and what clients without a name are called. */
const char *tape_root_pointer(const struct tape *tape, size_t index);
const char *tape_client_name(const struct tape *tape, size_t index, bool backlog);

#endif
