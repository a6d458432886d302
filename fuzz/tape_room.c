/* SPDX-License-Identifier: MIT */
/* The room of a tape: how much, taken once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pattern.h"
#include "tape_internal.h"

void tape_limits_explore(struct tape_limits *limits)
{
    *limits = (struct tape_limits){
        .clients = 8,
        .steps = 512,
        .parts = 512,
        .cuts = 512,
        .lanes = 64,
        .text_bytes = (size_t)1 << 12,
        .pointer_bytes = (size_t)1 << 16,
        .executed_steps = 512,
        .sent_bytes = UINT64_C(1) << 16,
        .wait_ms = UINT64_C(86400000),
        .repeat_count = 64,
        .lane_count = 4,
        .repeat_depth = 2,
        .together_depth = 2,
        .faults = 8,
    };
}

static void measure_event(const struct tape_event *event, size_t depth, struct tape_limits *limits)
{
    /* The longest pointer: what each list that is open adds, and the step's own place. */
    limits->pointer_bytes += 32 + 32 * (depth < TAPE_FRAMES_MAX ? depth : TAPE_FRAMES_MAX);
    limits->steps++;
    limits->parts++;
    limits->cuts += event->opcode == TAPE_CUT;
    limits->lanes += event->opcode == TAPE_LANE || event->opcode == TAPE_TOGETHER;
    limits->clients += event->opcode == TAPE_CONNECT;
    limits->captures += event->opcode == TAPE_CAPTURE;
    limits->servers += event->opcode == TAPE_EXPECT_SERVER;
    limits->patterns += event->opcode == TAPE_EXPECT_REGEX;
    if (event->opcode == TAPE_SEEN) {
        limits->sizes++;
        limits->peers++;
        limits->ends++;
    }
    if (event->opcode == TAPE_EXPECT_REGEX || event->opcode == TAPE_WHY ||
        event->opcode == TAPE_OPTION_TEXT) {
        limits->text_bytes += event->payload_size + 1;
    }
}

void tape_limits_measure(const uint8_t *data, size_t size, struct tape_limits *limits)
{
    struct tape_event event;
    size_t depth = 0;
    *limits = (struct tape_limits){
        .executed_steps = PLAN_EXECUTED_STEPS_MAX,
        .sent_bytes = UINT64_MAX,
        .wait_ms = PLAN_MS_MAX,
        .repeat_count = PLAN_EXECUTED_STEPS_MAX,
        .lane_count = UINT32_MAX,
        .repeat_depth = PLAN_REPEAT_DEPTH_MAX,
        .together_depth = TAPE_TOGETHER_MAX,
        .faults = WORLD_FAULT_RULES_MAX,
    };
    for (size_t at = 0; at < size;) {
        at = tape_event_read(data, size, at, &event);
        depth += event.opcode == TAPE_REPEAT || event.opcode == TAPE_UNROLLED ||
                 event.opcode == TAPE_TOGETHER;
        measure_event(&event, depth, limits);
        depth -= event.opcode == TAPE_END && depth > 0;
    }
}

struct tape_plugin tape_plugin_of_info(const struct plugin_info *info)
{
    return (struct tape_plugin){
        .name = info->name,
        .path = info->path ? info->path : "",
        .version = info->version,
        .transports = info->transports,
        .options = info->options,
        .option_count = info->option_count,
    };
}

struct tape_plugin tape_plugin_of_descriptor(const struct drill_descriptor *descriptor)
{
    return (struct tape_plugin){
        .name = descriptor->name,
        .path = "",
        .version = descriptor->version,
        .transports = descriptor->transports,
        .options = descriptor->options,
        .option_count = descriptor->option_count,
    };
}

size_t tape_client_room(const struct tape_limits *limits, enum tape_use use)
{
    return limits->clients + (use == TAPE_WHOLE ? TAPE_BACKLOG_MAX : 0);
}

/* A list of at least one member: what is empty is a place, too. NULL and `*all` false without
 * memory. */
static void *take(bool *all, size_t count, size_t size)
{
    void *room = calloc(count ? count : 1, size);
    *all = *all && room;
    return room;
}

static bool take_names(struct tape *tape)
{
    size_t own = tape->limits.clients, backlog = tape_client_room(&tape->limits, tape->use) - own;
    bool all = true;
    tape->name_text = take(&all, own, TAPE_NAME_BYTES);
    tape->backlog_text = take(&all, backlog, TAPE_NAME_BYTES);
    tape->root_text = take(&all, tape->limits.steps, TAPE_NAME_BYTES);
    if (!all) {
        return false;
    }
    for (size_t i = 0; i < own; i++) {
        snprintf(tape->name_text + i * TAPE_NAME_BYTES, TAPE_NAME_BYTES, i == 0 ? "client" : "c%zu",
                 i);
    }
    for (size_t i = 0; i < backlog; i++) {
        snprintf(tape->backlog_text + i * TAPE_NAME_BYTES, TAPE_NAME_BYTES, "backlog[%zu]", i);
    }
    for (size_t i = 0; i < tape->limits.steps; i++) {
        snprintf(tape->root_text + i * TAPE_NAME_BYTES, TAPE_NAME_BYTES, "/steps/%zu", i);
    }
    return true;
}

static bool take_room(struct tape *tape)
{
    const struct tape_limits *limits = &tape->limits;
    size_t clients = tape_client_room(limits, tape->use);
    bool all = true;
    tape->steps = take(&all, limits->steps, sizeof(*tape->steps));
    tape->stack = take(&all, limits->steps, sizeof(*tape->stack));
    tape->lanes = take(&all, limits->lanes, sizeof(*tape->lanes));
    tape->lane_stack = take(&all, limits->lanes, sizeof(*tape->lane_stack));
    tape->parts = take(&all, limits->parts, sizeof(*tape->parts));
    tape->cuts = take(&all, limits->cuts, sizeof(*tape->cuts));
    tape->capture_sizes = take(&all, limits->captures, sizeof(*tape->capture_sizes));
    tape->servers = take(&all, limits->servers, sizeof(*tape->servers));
    tape->sizes = take(&all, limits->sizes, sizeof(*tape->sizes));
    tape->peers = take(&all, limits->peers, sizeof(*tape->peers));
    tape->ends = take(&all, limits->ends, sizeof(*tape->ends));
    tape->patterns = take(&all, limits->patterns, sizeof(struct pattern *));
    tape->values = take(&all, tape->plugin.option_count, sizeof(*tape->values));
    tape->text = take(&all, limits->text_bytes, 1);
    tape->pointer_text = take(&all, limits->pointer_bytes, 1);
    tape->sources = take(&all, limits->steps, sizeof(char *));
    tape->client_names = take(&all, clients, sizeof(char *));
    tape->clients = take(&all, clients, sizeof(*tape->clients));
    tape->client_indices = take(&all, clients, sizeof(*tape->client_indices));
    tape->saved = take(&all, clients, sizeof(*tape->saved));
    tape->captures = take(&all, limits->captures, sizeof(*tape->captures));
    tape->capture_slots = take(&all, limits->captures, sizeof(*tape->capture_slots));
    tape->nodes = take(&all, limits->lanes + 1, sizeof(*tape->nodes));
    return all;
}

struct tape *tape_new(enum tape_use use, const struct tape_plugin *plugin,
                      const struct tape_limits *limits)
{
    struct tape *tape = calloc(1, sizeof(*tape));
    if (!tape) {
        return NULL;
    }
    tape->use = use;
    tape->plugin = *plugin;
    if (limits) {
        tape->limits = *limits;
    } else {
        tape_limits_explore(&tape->limits);
    }
    ASSERT(tape->limits.repeat_depth <= PLAN_REPEAT_DEPTH_MAX);
    ASSERT(tape->limits.together_depth <= TAPE_TOGETHER_MAX);
    ASSERT(tape->limits.faults <= WORLD_FAULT_RULES_MAX);
    ASSERT(plugin->transports & (DRILL_TCP | DRILL_UDP));
    if (tape->limits.clients == 0) {
        tape->limits.clients = 1;
    }
    if (!take_room(tape) || !take_names(tape)) {
        tape_free(tape);
        return NULL;
    }
    return tape;
}

static void free_patterns(struct tape *tape)
{
    for (size_t i = 0; i < tape->pattern_count; i++) {
        pattern_free(tape->patterns[i]);
    }
    tape->pattern_count = 0;
}

void tape_free(struct tape *tape)
{
    if (!tape) {
        return;
    }
    free_patterns(tape);
    void *rooms[] = {tape->steps,
                     tape->stack,
                     tape->lanes,
                     tape->lane_stack,
                     tape->parts,
                     tape->cuts,
                     tape->capture_sizes,
                     tape->servers,
                     tape->sizes,
                     tape->peers,
                     tape->ends,
                     (void *)tape->patterns,
                     tape->values,
                     tape->text,
                     tape->pointer_text,
                     tape->root_text,
                     tape->name_text,
                     tape->backlog_text,
                     (void *)tape->sources,
                     (void *)tape->client_names,
                     tape->clients,
                     tape->client_indices,
                     tape->saved,
                     tape->captures,
                     tape->capture_slots,
                     tape->nodes};
    for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
        free(rooms[i]);
    }
    free(tape);
}

void tape_room_reset(struct tape *tape)
{
    free_patterns(tape);
    size_t clients = tape_client_room(&tape->limits, tape->use);
    memset(tape->clients, 0, clients * sizeof(*tape->clients));
    if (tape->limits.captures > 0) {
        memset(tape->capture_slots, 0, tape->limits.captures * sizeof(*tape->capture_slots));
    }
    tape->step_count = tape->stack_count = tape->lane_count = tape->lane_stack_count = 0;
    tape->part_count = tape->cut_count = tape->server_count = tape->size_count = 0;
    tape->peer_count = tape->end_count = tape->text_count = tape->pointer_count = 0;
    tape->node_count = 1;
    tape->nodes[0] = (struct tape_node){0};
    tape->client_count = tape->capture_count = tape->source_count = 0;
}

char *tape_text(struct tape *tape, const void *text, size_t size)
{
    if (size >= tape->limits.text_bytes - tape->text_count) {
        return NULL;
    }
    char *copy = tape->text + tape->text_count;
    if (size > 0) {
        memcpy(copy, text, size);
    }
    copy[size] = '\0';
    tape->text_count += size + 1;
    return copy;
}

const char *tape_root_pointer(const struct tape *tape, size_t index)
{
    return tape->root_text + index * TAPE_NAME_BYTES;
}

const char *tape_client_name(const struct tape *tape, size_t index, bool backlog)
{
    return (backlog ? tape->backlog_text : tape->name_text) + index * TAPE_NAME_BYTES;
}
