/* SPDX-License-Identifier: MIT */
/* A plan's canonical events: settings that differ from the default, then the steps. */
#include <string.h>

#include "tape_internal.h"
#include "world_fault_error.h"

struct encoder {
    const struct plan *plan;
    const struct tape_plugin *plugin;
    struct bytes *out;
    uint32_t backlog; /* the first so many clients are backlog[0]... */
    int status;
};

static void put_event(struct encoder *encoder, const struct tape_event *event)
{
    if (encoder->status == 0) {
        encoder->status = tape_event_add(encoder->out, event);
    }
}

static void put(struct encoder *encoder, enum tape_opcode opcode, uint64_t a, uint64_t b,
                uint64_t c)
{
    struct tape_event event = {.opcode = opcode, .operands = {a, b, c}};
    put_event(encoder, &event);
}

static void put_bytes(struct encoder *encoder, enum tape_opcode opcode, uint64_t a,
                      const void *data, size_t size)
{
    struct tape_event event = {
        .opcode = opcode, .operands = {a}, .payload = data, .payload_size = size};
    put_event(encoder, &event);
}

static uint64_t number_of(const struct encoder *encoder, uint32_t client)
{
    bool backlog = client < encoder->backlog;
    return tape_client_number(backlog, backlog ? client : client - encoder->backlog);
}

static uint64_t zigzag(int64_t value)
{
    return value < 0 ? ((uint64_t) - (value + 1) << 1 | 1) : (uint64_t)value << 1;
}

static void put_option(struct encoder *encoder, size_t index)
{
    const struct drill_option *option = &encoder->plugin->options[index];
    const struct drill_value *value = &encoder->plan->server.values[index];
    const char *fallback = option->fallback.string;
    switch (option->type) {
    case DRILL_STRING:
        if (value->string && (!fallback || strcmp(value->string, fallback) != 0)) {
            put_bytes(encoder, TAPE_OPTION_TEXT, index, value->string, strlen(value->string));
        }
        return;
    case DRILL_INTEGER:
        if (value->integer != option->fallback.integer) {
            put(encoder, TAPE_OPTION, index, zigzag(value->integer), 0);
        }
        return;
    case DRILL_BOOLEAN:
        if (value->integer != option->fallback.integer) {
            put(encoder, TAPE_OPTION, index, (uint64_t)value->integer, 0);
        }
        return;
    }
}

static void put_server(struct encoder *encoder)
{
    const struct plan_server *server = &encoder->plan->server;
    bool udp = server->transport == WORLD_UDP;
    if (udp && encoder->plugin->transports & DRILL_TCP) {
        put(encoder, TAPE_SET, TAPE_SET_TRANSPORT, 1, 0);
    }
    if (server->family == WORLD_IPV6) {
        put(encoder, TAPE_SET, TAPE_SET_FAMILY, 1, 0);
    }
    for (size_t i = 0; i < PLAN_SETTING_COUNT; i++) {
        const struct plan_setting *setting = plan_setting(i);
        uint32_t number = plan_setting_get(server, i);
        if (number != setting->fallback && !(udp && setting->tcp_only)) {
            put(encoder, TAPE_SET, i, number, 0);
        }
    }
    if (server->idle_timeout_ms > 0) {
        put(encoder, TAPE_SET, TAPE_SET_IDLE_TIMEOUT_MS, server->idle_timeout_ms, 0);
    }
    for (size_t i = 0; i < server->value_count; i++) {
        put_option(encoder, i);
    }
}

static uint64_t fault_effect(const struct world_fault_rule *rule)
{
    if (rule->error == 0) {
        return world_fault_error_count() + rule->short_bytes - 1;
    }
    size_t index = 0;
    while (index < world_fault_error_count() && world_fault_error(index)->error != rule->error) {
        index++;
    }
    ASSERT(index < world_fault_error_count());
    return index;
}

static void put_faults(struct encoder *encoder)
{
    const struct world_sim_network *network = &encoder->plan->network;
    const uint64_t values[TAPE_NETWORK_COUNT] = {network->latency_ns / 1000000,
                                                 network->loss_percent, network->duplicate_percent,
                                                 network->reorder_percent};
    for (size_t i = 0; i < TAPE_NETWORK_COUNT; i++) {
        if (values[i] > 0) {
            put(encoder, TAPE_NETWORK, i, values[i], 0);
        }
    }
    for (size_t i = 0; i < encoder->plan->fault_count; i++) {
        const struct world_fault_rule *rule = &encoder->plan->faults[i];
        put(encoder, TAPE_FAULT, 2 * world_fault_call_index(rule->call) + rule->sticky, rule->nth,
            fault_effect(rule));
    }
}

static void put_head(struct encoder *encoder)
{
    const struct plan *plan = encoder->plan;
    if (plan->worlds != PLAN_BOTH) {
        put(encoder, TAPE_WORLDS, plan->worlds, 0, 0);
    }
    if (plan->seed != 1) {
        put(encoder, TAPE_SEED, plan->seed, 0, 0);
    }
    if (plan->expect_failure) {
        put_bytes(encoder, TAPE_WHY, 0, plan->expect_failure, strlen(plan->expect_failure));
    }
    put_server(encoder);
    put_faults(encoder);
}

static void put_part(struct encoder *encoder, const struct plan_part *part)
{
    switch (part->kind) {
    case PLAN_BYTES:
        put_bytes(encoder, TAPE_BYTES, 0, part->data, part->size);
        return;
    case PLAN_FILL:
        put(encoder, TAPE_FILL, part->fill, part->size, 0);
        return;
    case PLAN_RANDOM:
        put(encoder, TAPE_RANDOM, part->size, part->seed, 0);
        return;
    case PLAN_CAPTURED:
        put(encoder, TAPE_CAPTURED, part->capture, 0, 0);
        return;
    case PLAN_ANY:
        put(encoder, TAPE_ANY, part->size, 0, 0);
        return;
    case PLAN_CAPTURE:
        put(encoder, TAPE_CAPTURE, part->capture, part->size, 0);
        return;
    }
}

/* The step's own event carries the first part where that is plain bytes. */
static void put_payload(struct encoder *encoder, const struct plan_payload *payload,
                        uint64_t client, enum tape_opcode with_bytes, enum tape_opcode composed)
{
    bool plain = payload->part_count > 0 && payload->parts[0].kind == PLAN_BYTES;
    if (plain) {
        put_bytes(encoder, with_bytes, client, payload->parts[0].data, payload->parts[0].size);
    } else {
        put(encoder, composed, client, 0, 0);
    }
    for (size_t i = plain; i < payload->part_count; i++) {
        put_part(encoder, &payload->parts[i]);
    }
}

static void put_send(struct encoder *encoder, const struct plan_step *step)
{
    put_payload(encoder, &step->send.payload, number_of(encoder, step->client), TAPE_SEND,
                TAPE_COMPOSE);
    size_t before = 0;
    for (size_t i = 0; i < step->send.cut_count; i++) {
        put(encoder, TAPE_CUT, step->send.cuts[i] - before - 1, 0, 0);
        before = step->send.cuts[i];
    }
    if (step->send.cut_every) {
        put(encoder, TAPE_CUT_EVERY, 0, 0, 0);
    }
    if (!step->send.settle) {
        put(encoder, TAPE_UNSETTLED, 0, 0, 0);
    }
    if (step->send.outcome != PLAN_SENT) {
        put(encoder, TAPE_OUTCOME, step->send.outcome, 0, 0);
    }
}

static void put_within(struct encoder *encoder, uint64_t within_ms)
{
    if (within_ms != TAPE_WITHIN_MS) {
        put(encoder, TAPE_WITHIN, within_ms, 0, 0);
    }
}

static void put_expect(struct encoder *encoder, const struct plan_step *step)
{
    uint64_t client = number_of(encoder, step->client);
    const struct plan_payload *payload = &step->expect.payload;
    switch (step->expect.kind) {
    case PLAN_EXACT:
        put_payload(encoder, payload, client, TAPE_EXPECT, TAPE_EXPECT_COMPOSE);
        break;
    case PLAN_PREFIX:
        put(encoder, TAPE_EXPECT_COMPOSE, client, 1, 0);
        for (size_t i = 0; i < payload->part_count; i++) {
            put_part(encoder, &payload->parts[i]);
        }
        break;
    case PLAN_REGEX:
        put_bytes(encoder, TAPE_EXPECT_REGEX, client, step->expect.pattern_text,
                  strlen(step->expect.pattern_text));
        break;
    case PLAN_SIZE:
        put(encoder, TAPE_EXPECT_SIZE, client, step->expect.size, 0);
        break;
    }
    put_within(encoder, step->expect.within_ms);
}

static void put_expect_server(struct encoder *encoder, const struct plan_expect_server *expected)
{
    put(encoder, TAPE_EXPECT_SERVER, (expected->alive ? 1 : 0) | (expected->has_recv_sizes ? 2 : 0),
        0, 0);
    if (expected->has_sessions) {
        put(encoder, TAPE_SEEN, TAPE_SEEN_SESSIONS, 0, expected->sessions);
    }
    if (expected->has_bytes_received) {
        put(encoder, TAPE_SEEN, TAPE_SEEN_BYTES, 0, expected->bytes_received);
    }
    if (expected->has_truncated) {
        put(encoder, TAPE_SEEN, TAPE_SEEN_TRUNCATED, 0, expected->truncated);
    }
    for (size_t i = 0; i < expected->recv_size_count; i++) {
        put(encoder, TAPE_SEEN, TAPE_SEEN_SIZE, 0, expected->recv_sizes[i]);
    }
    if (expected->session != PLAN_NONE) {
        put(encoder, TAPE_SEEN, TAPE_SEEN_SESSION, number_of(encoder, expected->session), 0);
    }
    for (size_t i = 0; i < expected->peer_count; i++) {
        put(encoder, TAPE_SEEN, TAPE_SEEN_PEER, number_of(encoder, expected->peers[i]), 0);
    }
    for (size_t i = 0; i < expected->end_count; i++) {
        put(encoder, TAPE_SEEN, TAPE_SEEN_END, number_of(encoder, expected->ends[i].client),
            expected->ends[i].end);
    }
}

static void put_steps(struct encoder *encoder, const struct plan_steps *steps);

static void put_together(struct encoder *encoder, const struct plan_step *step)
{
    put(encoder, TAPE_TOGETHER, 0, 0, 0);
    if (step->together.has_seed) {
        put(encoder, TAPE_ORDER, step->together.seed, 0, 0);
    }
    for (size_t i = 0; i < step->together.lane_count; i++) {
        if (i > 0) {
            put(encoder, TAPE_LANE, 0, 0, 0);
        }
        put_steps(encoder, &step->together.lanes[i]);
    }
    put(encoder, TAPE_END, 0, 0, 0);
}

static void put_repeat(struct encoder *encoder, const struct plan_step *step)
{
    struct plan_steps body = tape_repeat_steps(step);
    put(encoder, step->repeat.unrolled ? TAPE_UNROLLED : TAPE_REPEAT, step->repeat.count, 0, 0);
    put_steps(encoder, &body);
    put(encoder, TAPE_END, 0, 0, 0);
}

static void put_client(struct encoder *encoder, enum tape_opcode opcode,
                       const struct plan_step *step, uint64_t value)
{
    put(encoder, opcode, number_of(encoder, step->client), value, 0);
}

static void put_step(struct encoder *encoder, const struct plan_step *step)
{
    switch (step->verb) {
    case PLAN_CONNECT:
        put_client(encoder, TAPE_CONNECT, step, 0);
        if (step->connect != PLAN_CONNECTED) {
            put(encoder, TAPE_OUTCOME, step->connect, 0, 0);
        }
        return;
    case PLAN_SEND:
        put_send(encoder, step);
        return;
    case PLAN_EXPECT:
        put_expect(encoder, step);
        return;
    case PLAN_EXPECT_END:
        put_client(encoder, TAPE_EXPECT_END, step, step->expect_end.ends);
        put_within(encoder, step->expect_end.within_ms);
        return;
    case PLAN_EXPECT_SILENCE:
        put_client(encoder, TAPE_EXPECT_SILENCE, step, step->silence_ms);
        return;
    case PLAN_HALF_CLOSE:
        put_client(encoder, TAPE_HALF_CLOSE, step, 0);
        return;
    case PLAN_CLOSE:
        put_client(encoder, TAPE_CLOSE, step, 0);
        return;
    case PLAN_RESET:
        put_client(encoder, TAPE_RESET, step, 0);
        return;
    case PLAN_PAUSE:
        put_client(encoder, TAPE_PAUSE, step, 0);
        return;
    case PLAN_RESUME:
        put_client(encoder, TAPE_RESUME, step, 0);
        return;
    case PLAN_SERVER:
        put(encoder, TAPE_SERVER, step->server, 0, 0);
        return;
    case PLAN_FILL_BACKLOG:
        put(encoder, TAPE_FILL_BACKLOG, 0, 0, 0);
        return;
    case PLAN_EXPECT_SERVER:
        put_expect_server(encoder, step->expect_server);
        return;
    case PLAN_WAIT:
        put(encoder, TAPE_WAIT, step->wait_ms, 0, 0);
        return;
    case PLAN_REPEAT:
        put_repeat(encoder, step);
        return;
    case PLAN_TOGETHER:
        put_together(encoder, step);
        return;
    }
}

static void put_steps(struct encoder *encoder, const struct plan_steps *steps)
{
    for (size_t i = 0; i < steps->count && encoder->status == 0; i++) {
        put_step(encoder, &steps->steps[i]);
    }
}

static bool fills(const struct plan_step *step)
{
    if (step->verb == PLAN_REPEAT) {
        struct plan_steps body = tape_repeat_steps(step);
        return tape_plan_fills_backlog(&body);
    }
    bool found = step->verb == PLAN_FILL_BACKLOG;
    for (size_t i = 0; step->verb == PLAN_TOGETHER && i < step->together.lane_count && !found;
         i++) {
        found = tape_plan_fills_backlog(&step->together.lanes[i]);
    }
    return found;
}

bool tape_plan_fills_backlog(const struct plan_steps *steps)
{
    bool found = false;
    for (size_t i = 0; i < steps->count && !found; i++) {
        found = fills(&steps->steps[i]);
    }
    return found;
}

int tape_encode(const struct plan *plan, const struct tape_plugin *plugin, struct bytes *out)
{
    struct encoder encoder = {.plan = plan, .plugin = plugin, .out = out};
    ASSERT(plan->server.value_count == plugin->option_count);
    encoder.backlog = tape_plan_fills_backlog(&plan->steps) ? plan->server.backlog + 1 : 0;
    put_head(&encoder);
    put_steps(&encoder, &plan->steps);
    return encoder.status;
}
