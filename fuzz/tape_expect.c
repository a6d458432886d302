/* SPDX-License-Identifier: MIT */
/* Events that expect something. A fuzzer's plan has none. */
#include "pattern.h"
#include "tape_internal.h"

static bool asserts(const struct plan_expect_server *expected)
{
    return expected->has_sessions || expected->has_bytes_received || expected->has_recv_sizes ||
           expected->has_truncated || expected->alive || expected->has_peers ||
           expected->end_count > 0;
}

static struct plan_step *push_expect(struct tape *tape, uint32_t client, enum plan_expect_kind kind)
{
    struct plan_step step = {.verb = PLAN_EXPECT,
                             .client = client,
                             .expect = {.kind = kind,
                                        .payload = {.parts = tape->parts + tape->part_count},
                                        .within_ms = TAPE_WITHIN_MS}};
    return tape_step_push(tape, &step);
}

static void expect_size(struct tape *tape, uint32_t client, uint64_t size)
{
    uint64_t most = PLAN_PAYLOAD_BYTES_MAX;
    if (tape->udp) {
        most = tape->plan.server.family == WORLD_IPV6 ? TAPE_DATAGRAM_IPV6_MAX
                                                      : TAPE_DATAGRAM_IPV4_MAX;
    }
    if (size == 0 && !tape->udp) {
        return;
    }
    struct plan_step *step = push_expect(tape, client, PLAN_SIZE);
    if (step) {
        step->expect.payload.parts = NULL;
        step->expect.size = (size_t)(size < most ? size : most);
    }
}

/* The only thing that allocates: PCRE2 compiles the expression. */
static void expect_regex(struct tape *tape, uint32_t client, const struct tape_event *event)
{
    struct pattern *pattern = NULL;
    struct drill_error error;
    const char *text = event->payload_size == 0 && !tape->udp ? NULL : tape_head_text(tape, event);
    if (!text || tape->pattern_count == tape->limits.patterns ||
        pattern_new(text, event->payload_size, &pattern, &error) != 0) {
        return;
    }
    tape->patterns[tape->pattern_count++] = pattern;
    struct plan_step *step = push_expect(tape, client, PLAN_REGEX);
    if (step) {
        step->expect.payload.parts = NULL;
        step->expect.pattern = pattern;
        step->expect.pattern_text = text;
    }
}

static void expect_end(struct tape *tape, uint32_t client, uint64_t ends)
{
    struct plan_step step = {.verb = PLAN_EXPECT_END, .client = client};
    uint32_t both = PLAN_END_EOF | PLAN_END_RESET;
    if (!tape->udp) {
        step.expect_end.ends = ends & both ? (uint32_t)(ends & both) : both;
        step.expect_end.within_ms = TAPE_WITHIN_MS;
        tape_step_push(tape, &step);
    }
}

static void expect_silence(struct tape *tape, uint32_t client, uint64_t ms)
{
    struct plan_step step = {.verb = PLAN_EXPECT_SILENCE,
                             .client = client,
                             .silence_ms = ms < (uint64_t)PLAN_MS_MAX ? ms : (uint64_t)PLAN_MS_MAX};
    tape_step_push(tape, &step);
}

static bool wants_sizes(struct tape *tape)
{
    bool several = tape->client_count > 1 && !tape->udp;
    tape->alone = tape->alone || (!several && !tape->udp);
    return !several;
}

static void expect_server(struct tape *tape, uint64_t flags)
{
    struct plan_step step = {.verb = PLAN_EXPECT_SERVER, .client = PLAN_NONE};
    if (tape->server_count == tape->limits.servers || !tape_step_push(tape, &step)) {
        return;
    }
    struct plan_expect_server *expected = &tape->servers[tape->server_count++];
    *expected = (struct plan_expect_server){
        .session = TAPE_UNKNOWN,
        .alive = flags & 1 && tape->plan.server.sessions_total == PLAN_NONE,
        .recv_sizes = tape->sizes + tape->size_count,
        .peers = tape->peers + tape->peer_count,
        .ends = tape->ends + tape->end_count,
    };
    expected->has_recv_sizes = flags & 2;
    tape->current->expect_server = expected;
}

void tape_expect_event(struct tape *tape, const struct tape_event *event)
{
    if (tape->use == TAPE_EXPLORE) {
        return;
    }
    tape_step_finish(tape);
    const uint64_t *operands = event->operands;
    if (event->opcode == TAPE_EXPECT_SERVER) {
        expect_server(tape, operands[0]);
        return;
    }
    uint32_t client = tape_client(tape, operands[0], false);
    if (event->opcode == TAPE_EXPECT) {
        if (push_expect(tape, client, PLAN_EXACT)) {
            tape_part_event(tape, event);
        }
    } else if (event->opcode == TAPE_EXPECT_COMPOSE) {
        push_expect(tape, client, operands[1] & 1 ? PLAN_PREFIX : PLAN_EXACT);
    } else if (event->opcode == TAPE_EXPECT_SIZE) {
        expect_size(tape, client, operands[1]);
    } else if (event->opcode == TAPE_EXPECT_REGEX) {
        expect_regex(tape, client, event);
    } else if (event->opcode == TAPE_EXPECT_END) {
        expect_end(tape, client, operands[1]);
    } else {
        expect_silence(tape, client, operands[1]);
    }
}

static void set_within(struct tape *tape, struct plan_step *step, uint64_t ms)
{
    uint64_t *within = step->verb == PLAN_EXPECT       ? &step->expect.within_ms
                       : step->verb == PLAN_EXPECT_END ? &step->expect_end.within_ms
                                                       : NULL;
    if (!within) {
        return;
    }
    uint64_t left = (uint64_t)PLAN_RUN_CLOCK_MS_MAX - tape->total.wait_ms + *within;
    uint64_t most = left < (uint64_t)PLAN_MS_MAX ? left : (uint64_t)PLAN_MS_MAX;
    ms = ms < most ? ms : most;
    tape->total.wait_ms += ms - *within;
    tape->frames[tape->depth].work.wait_ms += ms - *within;
    *within = ms;
}

/* A client that has connected and that this lane may name. */
static bool seen_client(struct tape *tape, uint64_t number, uint32_t *client)
{
    *client = tape_client(tape, number, false);
    if (tape->clients[*client].state == TAPE_NEVER || !tape_lane_allows(tape, *client)) {
        return false;
    }
    tape_lane_uses(tape, *client);
    return true;
}

static uint64_t count_of(uint64_t value)
{
    return value < (uint64_t)PLAN_COUNT_MAX ? value : (uint64_t)PLAN_COUNT_MAX;
}

static void seen_size(struct tape *tape, struct plan_expect_server *expected, uint64_t value)
{
    uint64_t least = tape->udp ? 0 : 1;
    uint64_t most = !tape->udp                               ? tape->plan.server.recv_buffer_bytes
                    : tape->plan.server.family == WORLD_IPV6 ? TAPE_DATAGRAM_IPV6_MAX
                                                             : TAPE_DATAGRAM_IPV4_MAX;
    if (tape->size_count < tape->limits.sizes) {
        tape->sizes[tape->size_count++] = value < least ? least : value > most ? most : value;
        expected->recv_size_count++;
        expected->has_recv_sizes = true;
    }
}

static void seen_end(struct tape *tape, struct plan_expect_server *expected, uint32_t client,
                     uint64_t value)
{
    for (size_t i = 0; i < expected->end_count; i++) {
        if (expected->ends[i].client == client) {
            return;
        }
    }
    if (tape->end_count < tape->limits.ends) {
        tape->ends[tape->end_count++] = (struct plan_expected_end){
            .client = client, .end = (enum session_end)(value % SESSION_FAILURE)};
        expected->end_count++;
    }
}

static void seen_by_name(struct tape *tape, struct plan_expect_server *expected,
                         enum tape_seen kind, const uint64_t *operands)
{
    uint32_t client;
    if ((tape->udp && kind != TAPE_SEEN_PEER) || !seen_client(tape, operands[1], &client)) {
        return;
    }
    if (kind == TAPE_SEEN_SESSION) {
        expected->session = client;
    } else if (kind == TAPE_SEEN_END) {
        seen_end(tape, expected, client, operands[2]);
    } else if (tape->peer_count < tape->limits.peers) {
        tape->peers[tape->peer_count++] = client;
        expected->peer_count++;
        expected->has_peers = true;
    }
}

static void seen(struct tape *tape, struct plan_expect_server *expected, const uint64_t *operands)
{
    enum tape_seen kind = (enum tape_seen)(operands[0] % TAPE_SEEN_COUNT);
    switch (kind) {
    case TAPE_SEEN_SESSIONS:
        expected->has_sessions = !tape->udp;
        expected->sessions = tape->udp ? 0 : count_of(operands[2]);
        return;
    case TAPE_SEEN_BYTES:
        expected->has_bytes_received = true;
        expected->bytes_received = count_of(operands[2]);
        return;
    case TAPE_SEEN_TRUNCATED:
        expected->has_truncated = tape->udp;
        expected->truncated = tape->udp ? count_of(operands[2]) : 0;
        return;
    case TAPE_SEEN_SIZE:
        seen_size(tape, expected, operands[2]);
        return;
    case TAPE_SEEN_SESSION:
    case TAPE_SEEN_PEER:
    case TAPE_SEEN_END:
        seen_by_name(tape, expected, kind, operands);
        return;
    }
}

void tape_expect_detail(struct tape *tape, const struct tape_event *event)
{
    struct plan_step *step = tape->current;
    if (step && event->opcode == TAPE_WITHIN) {
        set_within(tape, step, event->operands[0]);
    } else if (step && event->opcode == TAPE_SEEN && step->verb == PLAN_EXPECT_SERVER) {
        seen(tape, &tape->servers[tape->server_count - 1], event->operands);
    }
}

/* `session` goes with what it is said of; receives without it are those of the only client. */
bool tape_expect_server_finish(struct tape *tape, struct plan_expect_server *expected)
{
    if (!expected->has_recv_sizes && !expected->has_bytes_received) {
        expected->session = TAPE_UNKNOWN;
    }
    if (expected->has_recv_sizes && expected->session == TAPE_UNKNOWN && !wants_sizes(tape)) {
        expected->has_recv_sizes = false;
        expected->recv_size_count = 0;
    }
    if (expected->recv_size_count == 0 && !expected->has_recv_sizes) {
        expected->recv_sizes = NULL;
    }
    expected->peers = expected->peer_count > 0 ? expected->peers : NULL;
    expected->ends = expected->end_count > 0 ? expected->ends : NULL;
    return asserts(expected);
}
