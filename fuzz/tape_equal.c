/* SPDX-License-Identifier: MIT */
#include "tape_equal.h"

#include <string.h>

/* Every comparison answers NULL, or what differs. */
#define REQUIRE(condition, what)                                                                   \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            return what;                                                                           \
        }                                                                                          \
    } while (0)

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_bytes(const void *a, const void *b, size_t size)
{
    return size == 0 || memcmp(a, b, size) == 0;
}

static const char *server_differs(const struct plan_server *a, const struct plan_server *b)
{
    REQUIRE(a->transport == b->transport, "transport");
    REQUIRE(a->family == b->family, "family");
    REQUIRE(a->recv_buffer_bytes == b->recv_buffer_bytes, "recv_buffer");
    REQUIRE(a->backlog == b->backlog, "backlog");
    REQUIRE(a->sessions_max == b->sessions_max, "sessions_max");
    REQUIRE(a->sessions_total == b->sessions_total, "sessions_total");
    REQUIRE(a->messages_per_session == b->messages_per_session, "messages_per_session");
    REQUIRE(a->idle_timeout_ms == b->idle_timeout_ms, "idle_timeout_ms");
    REQUIRE(a->send_buffer_bytes == b->send_buffer_bytes, "send_buffer");
    REQUIRE(a->reply_bytes_max == b->reply_bytes_max, "reply_max");
    REQUIRE(a->value_count == b->value_count, "number of options");
    for (size_t i = 0; i < a->value_count; i++) {
        REQUIRE(same_text(a->values[i].string, b->values[i].string), "an option's string");
        REQUIRE(a->values[i].integer == b->values[i].integer, "an option's integer");
    }
    return NULL;
}

static const char *faults_differ(const struct plan *a, const struct plan *b)
{
    REQUIRE(a->fault_count == b->fault_count, "number of faults");
    for (size_t i = 0; i < a->fault_count; i++) {
        const struct world_fault_rule *mine = &a->faults[i], *theirs = &b->faults[i];
        REQUIRE(mine->call == theirs->call, "a fault's call");
        REQUIRE(mine->nth == theirs->nth, "a fault's nth");
        REQUIRE(mine->error == theirs->error, "a fault's error");
        REQUIRE(mine->short_bytes == theirs->short_bytes, "a fault's short");
        REQUIRE(mine->sticky == theirs->sticky, "a fault's sticky");
    }
    REQUIRE(a->network.latency_ns == b->network.latency_ns, "latency");
    REQUIRE(a->network.loss_percent == b->network.loss_percent, "loss");
    REQUIRE(a->network.duplicate_percent == b->network.duplicate_percent, "duplicates");
    REQUIRE(a->network.reorder_percent == b->network.reorder_percent, "reordering");
    return NULL;
}

static const char *payload_differs(const struct plan_payload *a, const struct plan_payload *b)
{
    REQUIRE(a->size == b->size, "a payload's size");
    REQUIRE(a->part_count == b->part_count, "a payload's number of parts");
    for (size_t i = 0; i < a->part_count; i++) {
        const struct plan_part *mine = &a->parts[i], *theirs = &b->parts[i];
        bool captures = mine->kind == PLAN_CAPTURE || mine->kind == PLAN_CAPTURED;
        REQUIRE(mine->kind == theirs->kind, "a part's kind");
        REQUIRE(mine->size == theirs->size, "a part's size");
        REQUIRE(!captures || mine->capture == theirs->capture, "a part's capture");
        REQUIRE(mine->kind != PLAN_RANDOM || mine->seed == theirs->seed, "a part's seed");
        REQUIRE(mine->kind != PLAN_FILL || mine->fill == theirs->fill, "a part's fill");
        REQUIRE(mine->kind != PLAN_BYTES || same_bytes(mine->data, theirs->data, mine->size),
                "a part's bytes");
    }
    return NULL;
}

static const char *send_differs(const struct plan_step *a, const struct plan_step *b)
{
    REQUIRE(a->send.cut_count == b->send.cut_count, "the number of cuts");
    REQUIRE(same_bytes(a->send.cuts, b->send.cuts, a->send.cut_count * sizeof(size_t)), "cuts");
    REQUIRE(a->send.cut_every == b->send.cut_every, "cuts: every");
    REQUIRE(a->send.settle == b->send.settle, "settle");
    REQUIRE(a->send.outcome == b->send.outcome, "a send's outcome");
    return payload_differs(&a->send.payload, &b->send.payload);
}

static const char *expect_differs(const struct plan_step *a, const struct plan_step *b)
{
    REQUIRE(a->expect.kind == b->expect.kind, "an expectation's kind");
    REQUIRE(a->expect.within_ms == b->expect.within_ms, "within_ms");
    REQUIRE(a->expect.kind != PLAN_SIZE || a->expect.size == b->expect.size, "expected size");
    REQUIRE(a->expect.kind != PLAN_REGEX ||
                same_text(a->expect.pattern_text, b->expect.pattern_text),
            "an expression");
    return payload_differs(&a->expect.payload, &b->expect.payload);
}

static const char *expect_server_differs(const struct plan_expect_server *a,
                                         const struct plan_expect_server *b)
{
    REQUIRE(a->session == b->session, "session");
    REQUIRE(a->has_sessions == b->has_sessions && a->sessions == b->sessions, "sessions");
    REQUIRE(a->has_bytes_received == b->has_bytes_received &&
                a->bytes_received == b->bytes_received,
            "bytes_received");
    REQUIRE(a->has_truncated == b->has_truncated && a->truncated == b->truncated, "truncated");
    REQUIRE(a->alive == b->alive, "alive");
    REQUIRE(a->has_recv_sizes == b->has_recv_sizes && a->recv_size_count == b->recv_size_count,
            "number of recv_sizes");
    REQUIRE(same_bytes(a->recv_sizes, b->recv_sizes, a->recv_size_count * sizeof(uint64_t)),
            "recv_sizes");
    REQUIRE(a->has_peers == b->has_peers && a->peer_count == b->peer_count, "number of peers");
    REQUIRE(same_bytes(a->peers, b->peers, a->peer_count * sizeof(uint32_t)), "peers");
    REQUIRE(a->end_count == b->end_count, "number of ends");
    for (size_t i = 0; i < a->end_count; i++) {
        REQUIRE(a->ends[i].client == b->ends[i].client, "a client of ends");
        REQUIRE(a->ends[i].end == b->ends[i].end, "ends");
    }
    return NULL;
}

static const char *steps_differ(const struct plan_steps *a, const struct plan_steps *b,
                                unsigned flags);

static struct plan_steps copies_of(const struct plan_step *repeat)
{
    struct plan_steps body = repeat->repeat.body;
    body.count *= repeat->repeat.unrolled ? (size_t)repeat->repeat.count : 1;
    return body;
}

static const char *repeat_differs(const struct plan_step *a, const struct plan_step *b,
                                  unsigned flags)
{
    struct plan_steps mine = copies_of(a), theirs = copies_of(b);
    REQUIRE(a->repeat.count == b->repeat.count, "a repeat's count");
    REQUIRE(a->repeat.unrolled == b->repeat.unrolled, "a repeat's use of its index");
    REQUIRE(a->repeat.body.count == b->repeat.body.count, "a repeat's length");
    return steps_differ(&mine, &theirs, flags);
}

static const char *together_differs(const struct plan_step *a, const struct plan_step *b,
                                    unsigned flags)
{
    REQUIRE(a->together.lane_count == b->together.lane_count, "number of lanes");
    REQUIRE(a->together.has_seed == b->together.has_seed && a->together.seed == b->together.seed,
            "a together's seed");
    for (size_t i = 0; i < a->together.lane_count; i++) {
        const char *what = steps_differ(&a->together.lanes[i], &b->together.lanes[i], flags);
        REQUIRE(!what, what);
    }
    return NULL;
}

static const char *step_differs(const struct plan_step *a, const struct plan_step *b,
                                unsigned flags)
{
    REQUIRE(a->verb == b->verb, "a step's verb");
    REQUIRE(a->client == b->client, "a step's client");
    REQUIRE(flags & TAPE_EQUAL_FLAT || a->source == b->source, "a step's place");
    switch (a->verb) {
    case PLAN_CONNECT:
        return a->connect == b->connect ? NULL : "a connect's outcome";
    case PLAN_SEND:
        return send_differs(a, b);
    case PLAN_EXPECT:
        return expect_differs(a, b);
    case PLAN_EXPECT_END:
        REQUIRE(a->expect_end.within_ms == b->expect_end.within_ms, "within_ms");
        return a->expect_end.ends == b->expect_end.ends ? NULL : "expected ends";
    case PLAN_EXPECT_SILENCE:
        return a->silence_ms == b->silence_ms ? NULL : "silence";
    case PLAN_SERVER:
        return a->server == b->server ? NULL : "what the server is told";
    case PLAN_FILL_BACKLOG:
        REQUIRE(a->fill_backlog.first_client == b->fill_backlog.first_client, "backlog clients");
        return a->fill_backlog.count == b->fill_backlog.count ? NULL : "backlog count";
    case PLAN_EXPECT_SERVER:
        return expect_server_differs(a->expect_server, b->expect_server);
    case PLAN_WAIT:
        return a->wait_ms == b->wait_ms ? NULL : "wait_ms";
    case PLAN_REPEAT:
        return repeat_differs(a, b, flags);
    case PLAN_TOGETHER:
        return together_differs(a, b, flags);
    case PLAN_HALF_CLOSE:
    case PLAN_CLOSE:
    case PLAN_RESET:
    case PLAN_PAUSE:
    case PLAN_RESUME:
        break;
    }
    return NULL;
}

/* A walk that steps into unrolled repeats without telling. */
struct flat_walk {
    struct plan_steps lists[PLAN_REPEAT_DEPTH_MAX + 1];
    size_t depth;
};

static const struct plan_step *flat_next(struct flat_walk *walk)
{
    for (;;) {
        struct plan_steps *list = &walk->lists[walk->depth];
        if (list->count == 0 && walk->depth == 0) {
            return NULL;
        }
        if (list->count == 0) {
            walk->depth--;
            continue;
        }
        const struct plan_step *step = list->steps++;
        list->count--;
        if (step->verb != PLAN_REPEAT || !step->repeat.unrolled) {
            return step;
        }
        walk->lists[++walk->depth] = copies_of(step);
    }
}

static const char *flat_differs(const struct plan_steps *a, const struct plan_steps *b,
                                unsigned flags)
{
    struct flat_walk mine = {.lists = {*a}}, theirs = {.lists = {*b}};
    for (;;) {
        const struct plan_step *left = flat_next(&mine), *right = flat_next(&theirs);
        REQUIRE(!left == !right, "the number of steps");
        if (!left) {
            return NULL;
        }
        const char *what = left->verb == PLAN_REPEAT && right->verb == PLAN_REPEAT
                               ? flat_differs(&left->repeat.body, &right->repeat.body, flags)
                               : step_differs(left, right, flags);
        REQUIRE(!what, what);
        REQUIRE(left->verb != PLAN_REPEAT || left->repeat.count == right->repeat.count,
                "a repeat's count");
    }
}

static const char *steps_differ(const struct plan_steps *a, const struct plan_steps *b,
                                unsigned flags)
{
    if (flags & TAPE_EQUAL_FLAT) {
        return flat_differs(a, b, flags);
    }
    REQUIRE(a->count == b->count, "the number of steps");
    for (size_t i = 0; i < a->count; i++) {
        const char *what = step_differs(&a->steps[i], &b->steps[i], flags);
        REQUIRE(!what, what);
    }
    return NULL;
}

static const char *places_differ(const struct plan *a, const struct plan *b)
{
    REQUIRE(a->source_count <= b->source_count, "the number of places");
    for (size_t i = 0; i < a->source_count; i++) {
        REQUIRE(same_text(a->sources[i], b->sources[i]), "a place's pointer");
    }
    return NULL;
}

static const char *names_differ(const struct plan *a, const struct plan *b)
{
    REQUIRE(same_text(a->title, b->title), "title");
    REQUIRE(a->tag_count == b->tag_count, "number of tags");
    for (size_t i = 0; i < a->tag_count; i++) {
        REQUIRE(same_text(a->tags[i], b->tags[i]), "a tag");
    }
    for (size_t i = 0; i < a->client_count; i++) {
        REQUIRE(same_text(a->clients[i], b->clients[i]), "a client's name");
    }
    return NULL;
}

static const char *head_differs(const struct plan *a, const struct plan *b)
{
    REQUIRE(a->worlds == b->worlds, "worlds");
    REQUIRE(same_text(a->expect_failure, b->expect_failure), "expect_failure");
    REQUIRE(a->seed == b->seed, "seed");
    REQUIRE(a->client_count == b->client_count, "the number of clients");
    REQUIRE(a->capture_count == b->capture_count, "the number of captures");
    REQUIRE(same_bytes(a->capture_sizes, b->capture_sizes, a->capture_count * sizeof(size_t)),
            "a capture's size");
    REQUIRE(a->descriptors_max == b->descriptors_max, "descriptors_max");
    const char *what = server_differs(&a->server, &b->server);
    return what ? what : faults_differ(a, b);
}

/* The steps, or those of `b` without the one that ends them. */
static const char *story_differs(const struct plan *a, const struct plan *b, unsigned flags)
{
    const char *what = steps_differ(&a->steps, &b->steps, flags);
    struct plan_steps rest = b->steps;
    if (what && flags & TAPE_EQUAL_ENDING && rest.count > 0 &&
        rest.steps[rest.count - 1].verb == PLAN_EXPECT_SERVER) {
        rest.count--;
        what = steps_differ(&a->steps, &rest, flags);
    }
    return what;
}

const char *tape_equal(const struct plan *a, const struct plan *b, unsigned flags)
{
    const char *what = head_differs(a, b);
    if (!what) {
        what = story_differs(a, b, flags);
    }
    if (!what && !(flags & TAPE_EQUAL_FLAT)) {
        what = places_differ(a, b);
    }
    return what || !(flags & TAPE_EQUAL_NAMES) ? what : names_differ(a, b);
}
