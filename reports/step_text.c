/* SPDX-License-Identifier: MIT */
#include "step_text.h"

#include <inttypes.h>
#include <string.h>

#include "check.h"

#define CLIENT_DEFAULT    "client" /* of a step without "as" */
#define WITHIN_DEFAULT_MS 1000     /* and without "within_ms" */

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void add_name(struct ink *ink, const struct plan *plan, uint32_t client)
{
    ink_safe(ink, client < plan->client_count ? plan->clients[client] : "?");
}

/* " as bob", where scenarios say so. */
static void add_client(struct ink *ink, const struct plan *plan, const struct plan_step *step)
{
    bool named = step->client < plan->client_count &&
                 strcmp(plan->clients[step->client], CLIENT_DEFAULT) != 0;
    if (named) {
        ink_add(ink, " as ");
        add_name(ink, plan, step->client);
    }
}

static void add_excerpt(struct ink *ink, const void *data, size_t size, size_t room)
{
    ink_quoted(ink, data, size < room ? size : room);
    ink_add(ink, size > room ? "..." : "");
}

static void add_part(struct ink *ink, const struct plan_part *part, size_t room)
{
    const char *s = plural(part->size);
    switch (part->kind) {
    case PLAN_BYTES:
        add_excerpt(ink, part->data, part->size, room);
        return;
    case PLAN_FILL:
        ink_quoted(ink, &part->fill, 1);
        ink_format(ink, " x %zu", part->size);
        return;
    case PLAN_RANDOM:
        ink_format(ink, "%zu random byte%s", part->size, s);
        return;
    case PLAN_CAPTURED:
        ink_format(ink, "%zu captured byte%s", part->size, s);
        return;
    case PLAN_ANY:
        ink_format(ink, "any %zu byte%s", part->size, s);
        return;
    case PLAN_CAPTURE:
        ink_format(ink, "%zu byte%s to capture", part->size, s);
        return;
    }
}

/* " "hello" + any 3 bytes (8 bytes)" */
static void add_payload(struct ink *ink, const struct plan_payload *payload)
{
    size_t room = STEP_TEXT_EXCERPT_BYTES;
    ink_add(ink, payload->part_count > 0 ? "" : " \"\"");
    for (size_t i = 0; i < payload->part_count; i++) {
        const struct plan_part *part = &payload->parts[i];
        bool spent = i == STEP_TEXT_LIST_MAX || (room == 0 && part->kind == PLAN_BYTES);
        ink_add(ink, i > 0 ? " + " : " ");
        if (spent) {
            ink_add(ink, "...");
            break;
        }
        add_part(ink, part, room);
        size_t shown = part->kind == PLAN_BYTES ? part->size : 0;
        room -= shown < room ? shown : room;
    }
    ink_format(ink, " (%zu byte%s)", payload->size, plural(payload->size));
}

static void add_connect(struct ink *ink, enum plan_connect_outcome outcome)
{
    switch (outcome) {
    case PLAN_CONNECTED:
        return;
    case PLAN_CONNECT_REFUSED:
        ink_add(ink, ", outcome refused");
        return;
    case PLAN_HUNG:
        ink_add(ink, ", outcome hung");
        return;
    }
}

static void add_cuts(struct ink *ink, const struct plan_step *step)
{
    size_t count = step->send.cut_count;
    if (step->send.cut_every) {
        ink_add(ink, ", cut after every byte");
    }
    for (size_t i = 0; i < count && i < STEP_TEXT_LIST_MAX; i++) {
        ink_format(ink, "%s%zu", i > 0 ? ", " : ", cut at ", step->send.cuts[i]);
    }
    if (count > STEP_TEXT_LIST_MAX) {
        ink_format(ink, ", ... (%zu cuts)", count);
    }
}

static void add_send(struct ink *ink, const struct plan *plan, const struct plan_step *step)
{
    add_payload(ink, &step->send.payload);
    add_client(ink, plan, step);
    add_cuts(ink, step);
    ink_add(ink, step->send.settle ? "" : ", without settling");
    switch (step->send.outcome) {
    case PLAN_SENT:
        return;
    case PLAN_SEND_BROKEN:
        ink_add(ink, ", outcome broken");
        return;
    case PLAN_SEND_REFUSED:
        ink_add(ink, ", outcome refused");
        return;
    }
}

static void add_within(struct ink *ink, uint64_t within_ms)
{
    if (within_ms != WITHIN_DEFAULT_MS) {
        ink_format(ink, " within %" PRIu64 " ms", within_ms);
    }
}

static void add_expect(struct ink *ink, const struct plan *plan, const struct plan_step *step)
{
    switch (step->expect.kind) {
    case PLAN_EXACT:
        add_payload(ink, &step->expect.payload);
        break;
    case PLAN_PREFIX:
        ink_add(ink, " prefix");
        add_payload(ink, &step->expect.payload);
        break;
    case PLAN_REGEX:
        ink_add(ink, " regex ");
        add_excerpt(ink, step->expect.pattern_text, strlen(step->expect.pattern_text),
                    STEP_TEXT_EXCERPT_BYTES);
        break;
    case PLAN_SIZE:
        ink_format(ink, " size %zu", step->expect.size);
        break;
    }
    add_client(ink, plan, step);
    add_within(ink, step->expect.within_ms);
}

static void add_expect_end(struct ink *ink, const struct plan *plan, const struct plan_step *step)
{
    bool eof = step->expect_end.ends & PLAN_END_EOF;
    bool reset = step->expect_end.ends & PLAN_END_RESET;
    ink_add(ink, eof && reset ? " eof or reset" : eof ? " eof" : " reset");
    add_client(ink, plan, step);
    add_within(ink, step->expect_end.within_ms);
}

static void add_server(struct ink *ink, enum plan_server_change change)
{
    switch (change) {
    case PLAN_ACCEPTING_OFF:
        ink_add(ink, " accepting off");
        return;
    case PLAN_ACCEPTING_ON:
        ink_add(ink, " accepting on");
        return;
    case PLAN_STOP:
        ink_add(ink, " stop");
        return;
    }
}

/* What is asked of a server, one after another. */
struct demands {
    struct ink *ink;
    const char *separator;
};

static void demand(struct demands *demands, const char *what)
{
    ink_add(demands->ink, demands->separator);
    ink_add(demands->ink, what);
    demands->separator = ", ";
}

static void demand_number(struct demands *demands, bool asked, const char *what, uint64_t number)
{
    if (asked) {
        demand(demands, what);
        ink_format(demands->ink, " %" PRIu64, number);
    }
}

/* What stands before a member of a list. False where no more are shown. */
static bool begin_member(struct ink *ink, size_t i)
{
    ink_add(ink, i > 0 ? "," : "");
    ink_add(ink, i == STEP_TEXT_LIST_MAX ? "..." : "");
    return i < STEP_TEXT_LIST_MAX;
}

static void demand_sizes(struct demands *demands, const struct plan_expect_server *expected)
{
    if (!expected->has_recv_sizes) {
        return;
    }
    demand(demands, "recv_sizes [");
    for (size_t i = 0; i < expected->recv_size_count && begin_member(demands->ink, i); i++) {
        ink_format(demands->ink, "%" PRIu64, expected->recv_sizes[i]);
    }
    ink_add(demands->ink, "]");
}

static void demand_peers(struct demands *demands, const struct plan *plan,
                         const struct plan_expect_server *expected)
{
    if (!expected->has_peers) {
        return;
    }
    demand(demands, "peers [");
    for (size_t i = 0; i < expected->peer_count && begin_member(demands->ink, i); i++) {
        add_name(demands->ink, plan, expected->peers[i]);
    }
    ink_add(demands->ink, "]");
}

static void demand_ends(struct demands *demands, const struct plan *plan,
                        const struct plan_expect_server *expected)
{
    if (expected->end_count == 0) {
        return;
    }
    demand(demands, "ends [");
    for (size_t i = 0; i < expected->end_count && begin_member(demands->ink, i); i++) {
        add_name(demands->ink, plan, expected->ends[i].client);
        ink_format(demands->ink, " %s", session_end_name(expected->ends[i].end));
    }
    ink_add(demands->ink, "]");
}

static void add_expect_server(struct ink *ink, const struct plan *plan,
                              const struct plan_expect_server *expected)
{
    struct demands demands = {.ink = ink, .separator = " "};
    demand_number(&demands, expected->has_sessions, "sessions", expected->sessions);
    if (expected->session != PLAN_NONE) {
        demand(&demands, "session ");
        add_name(ink, plan, expected->session);
    }
    demand_number(&demands, expected->has_bytes_received, "bytes_received",
                  expected->bytes_received);
    demand_sizes(&demands, expected);
    demand_number(&demands, expected->has_truncated, "truncated", expected->truncated);
    if (expected->alive) {
        demand(&demands, "alive");
    }
    demand_peers(&demands, plan, expected);
    demand_ends(&demands, plan, expected);
}

static void add_together(struct ink *ink, const struct plan_step *step)
{
    size_t lanes = step->together.lane_count;
    ink_format(ink, " %zu lane%s", lanes, plural(lanes));
    if (step->together.has_seed) {
        ink_format(ink, ", seed %" PRIu64, step->together.seed);
    }
}

/* What follows the verb. */
static void add_rest(struct ink *ink, const struct plan *plan, const struct plan_step *step)
{
    switch (step->verb) {
    case PLAN_CONNECT:
        add_client(ink, plan, step);
        add_connect(ink, step->connect);
        return;
    case PLAN_SEND:
        add_send(ink, plan, step);
        return;
    case PLAN_EXPECT:
        add_expect(ink, plan, step);
        return;
    case PLAN_EXPECT_END:
        add_expect_end(ink, plan, step);
        return;
    case PLAN_EXPECT_SILENCE:
        ink_format(ink, " for %" PRIu64 " ms", step->silence_ms);
        add_client(ink, plan, step);
        return;
    case PLAN_HALF_CLOSE:
    case PLAN_CLOSE:
    case PLAN_RESET:
    case PLAN_PAUSE:
    case PLAN_RESUME:
        add_client(ink, plan, step);
        return;
    case PLAN_SERVER:
        add_server(ink, step->server);
        return;
    case PLAN_FILL_BACKLOG:
        ink_format(ink, " with %" PRIu32 " connection%s", step->fill_backlog.count,
                   plural(step->fill_backlog.count));
        return;
    case PLAN_EXPECT_SERVER:
        add_expect_server(ink, plan, step->expect_server);
        return;
    case PLAN_WAIT:
        ink_format(ink, " %" PRIu64 " ms", step->wait_ms);
        return;
    case PLAN_REPEAT:
        ink_format(ink, " %" PRIu64 " time%s", step->repeat.count, plural(step->repeat.count));
        return;
    case PLAN_TOGETHER:
        add_together(ink, step);
        return;
    }
}

void step_text_add(struct ink *ink, const struct plan *plan, const struct step_index *step)
{
    if (step->step) {
        /* The unit of "wait_ms" follows its number. */
        bool waits = step->step->verb == PLAN_WAIT;
        ink_add(ink, waits ? "wait" : plan_verb_name(step->step->verb));
        add_rest(ink, plan, step->step);
        ink_add(ink, step->first ? ", the first time" : "");
    }
}
